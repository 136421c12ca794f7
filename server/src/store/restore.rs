//! The way back: a copy made by `backup` into a database that holds nobody yet, SQLite or MariaDB, all in one transaction.
//!
//! The copy is copied once more, so that it stays as it is, brought to this program's scheme, and made ready there: what may have happened
//! since it was made is not in it, and nothing may come of that.

mod file;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::fault::{Halt, away};
use super::link::Link;
use super::row::{Value, strange, values};
use super::tables::{TABLES, Table, counters, page, put, raise};
use super::transact::transact;
use super::trust::UNLIMITED;
use super::{Pools, Sql, open};
use crate::config::Database;
use crate::world::StoreFault;
use file::{Copy, sound};

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Users.
    pub users: u64,
    /// Hosts.
    pub hosts: u64,
    /// Those of them that will be pushed to the DNS again.
    pub due: u64,
    /// Letters that waited in the copy and will not be sent.
    pub letters: u64,
}

/// Numbers that zones' versions go forward by (RFC 1982 has a secondary follow less than 2^31): for what came after the copy was made, which
/// nobody knows, and for each second since, so that the same copy brought back twice does not go back either.
const LEAP: i64 = 1 << 28;
const EACH_SECOND: i64 = 16;
const FARTHEST: i64 = (1 << 31) - (1 << 24);

/// Of the copy, in SQLite's words. What was pushed may have been overtaken in the DNS, so each host that ever had a record becomes another
/// generation, free and due at once. Nobody knows who confirmed an address since: each holds for its whole time again.
const HOSTS: &str = "UPDATE hosts SET lease_owner = NULL, doubt = NULL, \
     generation = generation + (last4 IS NOT NULL OR last6 IS NOT NULL OR leaving <> 0), \
     due = CASE WHEN last4 IS NOT NULL OR last6 IS NOT NULL OR leaving <> 0 OR applied < generation THEN 0 END, \
     expires4 = CASE WHEN address4 IS NOT NULL AND expires4 IS NOT NULL THEN ?1 + expiry_ttl * 1000 ELSE expires4 END, \
     expires6 = CASE WHEN address6 IS NOT NULL AND expires6 IS NOT NULL THEN ?1 + expiry_ttl * 1000 ELSE expires6 END";

/// What waited has been sent since, most likely; its key stays, as that of one that left.
const LETTERS: &str =
    "UPDATE letters SET due = NULL, left_at = ?, recipient = '', subject = '', body = '' WHERE due IS NOT NULL";

/// The newest moment that the copy knows: it was made then, or after.
const NEWEST: &str = "SELECT MAX(at) FROM (SELECT MAX(changed4) AS at FROM hosts UNION ALL SELECT MAX(seen4) FROM hosts \
     UNION ALL SELECT MAX(changed6) FROM hosts UNION ALL SELECT MAX(seen6) FROM hosts UNION ALL SELECT MAX(made) FROM events \
     UNION ALL SELECT MAX(made) FROM tokens UNION ALL SELECT MAX(left_at) FROM letters)";

impl Sql {
    /// Brings back what a copy holds. Refused when this database has users, hosts or letters, and when the file is no such copy.
    pub async fn restore(&self, file: &Path) -> Result<Restored, StoreFault> {
        sound(file).await?;
        let copy = Copy::of(file, &self.folder())?;
        let source = open(&Database::Sqlite { path: copy.0.clone() }).await.map_err(|fault| named(file, fault))?;
        let done = self.taken_from(&source).await;
        source.close().await;
        done
    }

    async fn taken_from(&self, source: &Sql) -> Result<Restored, StoreFault> {
        if let Some(said) = self.inhabited().await? {
            return Err(StoreFault::Foreign(said));
        }
        let now = self.reader().await?.link().now().await.map_err(|error| away(&error))?;
        let (restored, leap) = transact!(source, UNLIMITED, link => made_ready(link, now))?;
        let mut loan = source.reader().await?;
        let from = &mut loan.link();
        let counted = counters(from).await.map_err(|error| away(&error))?;
        if let Pools::Mariadb(_) = &self.pools {
            // outside of the transaction, which it would end; a number that is passed over does no harm
            let mut loan = self.reader().await?;
            for (table, number) in &counted {
                let sql = format!("ALTER TABLE {table} AUTO_INCREMENT = {}", number + 1);
                loan.link().run(sql, Vec::new()).await.map_err(|error| away(&error))?;
            }
        }
        match transact!(self, UNLIMITED, link => carried(link, from, &counted, leap))? {
            None => Ok(restored),
            Some(said) => Err(StoreFault::Foreign(said)),
        }
    }

    async fn inhabited(&self) -> Result<Option<String>, StoreFault> {
        inhabited(&mut self.reader().await?.link()).await.map_err(|error| away(&error))
    }

    /// Where a copy may stand for a while: beside the database, where its owner may write.
    fn folder(&self) -> PathBuf {
        match &self.pools {
            Pools::Sqlite { writer, .. } => match writer.connect_options().get_filename().parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
                _ => PathBuf::from("."),
            },
            Pools::Mariadb(_) => std::env::temp_dir(),
        }
    }
}

fn named(file: &Path, fault: StoreFault) -> StoreFault {
    match fault {
        StoreFault::Foreign(said) => StoreFault::Foreign(format!("{}: {said}", file.display())),
        other => other,
    }
}

async fn number(link: &mut Link<'_>, sql: &str) -> Result<i64, sqlx::Error> {
    link.one(sql, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?.int(0)
}

/// What is in the way. A zone without hosts is not: the embedded name server makes it at its first start.
async fn inhabited(link: &mut Link<'_>) -> Result<Option<String>, sqlx::Error> {
    let users = number(link, "SELECT COUNT(*) FROM users").await?;
    let hosts = number(link, "SELECT COUNT(*) FROM hosts").await?;
    let letters = number(link, "SELECT COUNT(*) FROM letters").await?;
    if users + hosts + letters == 0 {
        return Ok(None);
    }
    let next = match link {
        Link::Sqlite(_) => "stop the service and move the file away, with those that end in -wal and -shm",
        Link::Mariadb(_) => "stop the service, make a new database and name it at [database] name",
    };
    Ok(Some(format!(
        "the database is in use: it has {users} users, {hosts} hostnames and {letters} letters, and none of them is written over; {next}, then \
         restore again"
    )))
}

/// Makes the copy of the copy what the database is to become; with it, how far its zones' versions go forward.
async fn made_ready(link: &mut Link<'_>, now: i64) -> Result<(Restored, i64), Halt> {
    let newest = link.one(NEWEST, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?.maybe_int(0)?;
    let age = now.saturating_sub(newest.unwrap_or(now)).max(0) / 1000;
    let leap = age.saturating_mul(EACH_SECOND).saturating_add(LEAP).min(FARTHEST);
    link.run(HOSTS, values![now]).await?;
    let letters = link.run(LETTERS, values![now]).await?;
    let mut counts = [0; 3];
    for (count, sql) in counts.iter_mut().zip([
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM hosts",
        "SELECT COUNT(*) FROM hosts WHERE due IS NOT NULL",
    ]) {
        *count = u64::try_from(number(link, sql).await?).map_err(strange)?;
    }
    Ok((Restored { users: counts[0], hosts: counts[1], due: counts[2], letters }, leap))
}

/// All of it; what is in the way, if the database is no longer empty.
async fn carried(
    link: &mut Link<'_>,
    from: &mut Link<'_>,
    counted: &[(String, i64)],
    leap: i64,
) -> Result<Option<String>, Halt> {
    if let Some(said) = inhabited(link).await? {
        return Ok(Some(said));
    }
    for table in &TABLES {
        if table.0 == "zones" {
            break;
        }
        rows(link, from, table, Some).await?;
    }
    zones(link, from, leap).await?;
    if let Link::Sqlite(_) = link {
        for (table, number) in counted {
            raise(link, table, *number).await?;
        }
    }
    Ok(None)
}

async fn rows(
    link: &mut Link<'_>,
    from: &mut Link<'_>,
    table: &Table,
    make: impl Fn(Vec<Value>) -> Option<Vec<Value>>,
) -> Result<(), Halt> {
    let mut after = None;
    while let Some(found) = page(from, table, after.as_deref()).await? {
        after = found.last().map(|row| row[..table.1].to_vec());
        let made: Vec<Vec<Value>> = found.into_iter().filter_map(&make).collect();
        put(link, table, &made).await?;
    }
    Ok(())
}

/// Zones by their names, whatever numbers they have here; each goes forward from the higher version. What made the versions before is not
/// carried: the journal cannot reach over the leap.
async fn zones(link: &mut Link<'_>, from: &mut Link<'_>, leap: i64) -> Result<(), Halt> {
    let mut numbers = HashMap::new();
    for zone in from.rows("SELECT id, name, version FROM zones ORDER BY id", Vec::new()).await? {
        let name = zone.text(1)?;
        let here = link.one("SELECT version FROM zones WHERE name = ?", values![name]).await?;
        let here = here.map(|row| row.int(0)).transpose()?.unwrap_or_default();
        link.run("DELETE FROM zones WHERE name = ?", values![name]).await?;
        let version = zone.int(2)?.max(here) + leap;
        let new = link.insert("INSERT INTO zones (name, version) VALUES (?, ?)", values![name, version]).await?;
        numbers.insert(zone.int(0)?, new);
    }
    let records = TABLES.iter().find(|table| table.0 == "zone_records").ok_or(sqlx::Error::RowNotFound)?;
    rows(link, from, records, |mut row| {
        let zone = row.first_mut()?;
        let Value::Int(old) = *zone else { return None };
        *zone = Value::Int(*numbers.get(&old)?);
        Some(row)
    })
    .await
}

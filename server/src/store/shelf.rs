//! The zones of the embedded name server: `world::Shelf`. A zone's version only grows; its serial (RFC 1982) is the low 32 bits.

use std::collections::HashMap;
use std::net::IpAddr;

use super::Sql;
use super::events::number_of;
use super::fault::{Halt, away};
use super::link::Link;
use super::row::{Value, padded, pieces, rows_of_marks, strange, values};
use super::transact::transact;
use crate::pair::FAMILIES;
use crate::world::{Records, Set, Shelf, StoreFault, ZoneChange};

/// How many versions the journal reaches back.
const JOURNAL: i64 = 4096;

/// Address and TTL.
type Record = (IpAddr, u32);

#[async_trait::async_trait]
impl Shelf for Sql {
    async fn zone(&self, zone: &str) -> Result<(u32, Vec<(String, IpAddr, u32)>), StoreFault> {
        transact!(self, link => whole(link, zone))
    }

    async fn put(&self, zone: &str, records: &[Records]) -> Result<(u32, Vec<ZoneChange>), StoreFault> {
        transact!(self, link => put(link, zone, records))
    }

    async fn since(&self, zone: &str, serial: u32) -> Result<Option<Vec<ZoneChange>>, StoreFault> {
        let mut loan = self.reader().await?;
        since(&mut loan.link(), zone, serial).await.map_err(|error| away(&error))
    }
}

fn serial_of(version: i64) -> u32 {
    u32::try_from(version & i64::from(u32::MAX)).unwrap_or_default()
}

/// The zone's number and version, locked; made where there is none.
async fn lock(link: &mut Link<'_>, zone: &str) -> Result<(i64, i64), sqlx::Error> {
    let sql = format!("SELECT id, version FROM zones WHERE name = ?{}", link.dialect().lock);
    if let Some(row) = link.one(sql.as_str(), values![zone]).await? {
        return Ok((row.int(0)?, row.int(1)?));
    }
    let made = format!("INSERT INTO zones (name, version) VALUES (?, 1){}", link.dialect().keep);
    link.run(made, values![zone]).await?;
    let row = link.one(sql, values![zone]).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok((row.int(0)?, row.int(1)?))
}

/// The lock keeps writers away while serial and records are read.
async fn whole(link: &mut Link<'_>, zone: &str) -> Result<(u32, Vec<(String, IpAddr, u32)>), Halt> {
    let (id, version) = lock(link, zone).await?;
    let sql = "SELECT owner, address, ttl FROM zone_records WHERE zone_id = ? ORDER BY owner, family";
    let mut records = Vec::new();
    for row in link.rows(sql, values![id]).await? {
        records.push((row.text(0)?.to_owned(), row.text(1)?.parse().map_err(strange)?, row.u32(2)?));
    }
    Ok((serial_of(version), records))
}

async fn put(link: &mut Link<'_>, zone: &str, records: &[Records]) -> Result<(u32, Vec<ZoneChange>), Halt> {
    let (id, version) = lock(link, zone).await?;
    let mut there = present(link, id, records).await?;
    let serial = serial_of(version + 1);
    let mut changes = Vec::new();
    for record in records {
        for family in FAMILIES {
            let owner = record.name.fqdn();
            let new = match *record.set.get(family) {
                Set::Keep => continue,
                Set::Remove => None,
                Set::To(address) => Some((address, record.ttl)),
            };
            let key = (owner, number_of(family));
            let old = there.get(&key).copied();
            if old != new {
                there.remove(&key);
                there.extend(new.map(|new| (key.clone(), new)));
                changes.push((key.1, ZoneChange { serial, owner: key.0, old, new }));
            }
        }
    }
    if changes.is_empty() {
        return Ok((serial_of(version), Vec::new()));
    }
    store(link, id, &changes, &there).await?;
    journal(link, id, version + 1, &changes).await?;
    Ok((serial, changes.into_iter().map(|(_, change)| change).collect()))
}

/// What the zone has of the names that are put.
async fn present(
    link: &mut Link<'_>,
    zone: i64,
    records: &[Records],
) -> Result<HashMap<(String, i64), Record>, sqlx::Error> {
    let mut there = HashMap::new();
    for records in records.chunks(64) {
        let owners = records.iter().map(|record| Value::from(record.name.fqdn())).collect();
        let (marks, owners) = padded(owners);
        let sql =
            format!("SELECT owner, family, address, ttl FROM zone_records WHERE zone_id = ? AND owner IN ({marks})");
        let mut values = values![zone];
        values.extend(owners);
        for row in link.rows(sql, values).await? {
            let record = (row.text(2)?.parse().map_err(strange)?, row.u32(3)?);
            there.insert((row.text(0)?.to_owned(), row.int(1)?), record);
        }
    }
    Ok(there)
}

/// Writes each set that changed as it is at the end: all are taken out, those that stay are put in.
async fn store(
    link: &mut Link<'_>,
    zone: i64,
    changes: &[(i64, ZoneChange)],
    there: &HashMap<(String, i64), Record>,
) -> Result<(), sqlx::Error> {
    let mut keys: Vec<(String, i64)> = changes.iter().map(|(family, change)| (change.owner.clone(), *family)).collect();
    keys.sort_unstable();
    keys.dedup();
    for family in FAMILIES.map(number_of) {
        let owners: Vec<Value> =
            keys.iter().filter(|key| key.1 == family).map(|key| Value::from(key.0.as_str())).collect();
        for owners in owners.chunks(64) {
            let (marks, owners) = padded(owners.to_vec());
            let sql = format!("DELETE FROM zone_records WHERE zone_id = ? AND family = ? AND owner IN ({marks})");
            let mut values = values![zone, family];
            values.extend(owners);
            link.run(sql, values).await?;
        }
    }
    let stay: Vec<_> = keys.iter().filter_map(|key| there.get(key).map(|record| (key, record))).collect();
    for piece in pieces(&stay) {
        let marks = rows_of_marks(piece.len(), 5);
        let sql = format!("INSERT INTO zone_records (zone_id, owner, family, address, ttl) VALUES {marks}");
        let mut all = Vec::with_capacity(piece.len() * 5);
        for ((owner, family), (address, ttl)) in piece {
            all.extend(values![zone, owner.as_str(), *family, *address, *ttl]);
        }
        link.run(sql, all).await?;
    }
    Ok(())
}

/// Notes the version and what made it; forgets what is too old.
async fn journal(
    link: &mut Link<'_>,
    zone: i64,
    version: i64,
    changes: &[(i64, ZoneChange)],
) -> Result<(), sqlx::Error> {
    let numbered: Vec<_> = (0_i64..).zip(changes).collect();
    for piece in pieces(&numbered) {
        let sql = format!(
            "INSERT INTO zone_changes (zone_id, version, place, owner, old_address, old_ttl, new_address, new_ttl) VALUES {}",
            rows_of_marks(piece.len(), 8)
        );
        let mut all = Vec::with_capacity(piece.len() * 8);
        for (place, (_, change)) in piece {
            all.extend(values![zone, version, *place, change.owner.as_str()]);
            for record in [change.old, change.new] {
                all.extend(values![record.map(|record| record.0), record.map(|record| record.1)]);
            }
        }
        link.run(sql, all).await?;
    }
    link.run("UPDATE zones SET version = ? WHERE id = ?", values![version, zone]).await?;
    let old = "DELETE FROM zone_changes WHERE zone_id = ? AND version <= ?";
    link.run(old, values![zone, version - JOURNAL]).await?;
    Ok(())
}

/// Up to the version that was read first: what another writer adds meanwhile comes with the next question.
async fn since(link: &mut Link<'_>, zone: &str, serial: u32) -> Result<Option<Vec<ZoneChange>>, sqlx::Error> {
    let Some(row) = link.one("SELECT id, version FROM zones WHERE name = ?", values![zone]).await? else {
        return Ok(None);
    };
    let (id, version) = (row.int(0)?, row.int(1)?);
    let behind = i64::from(serial_of(version).wrapping_sub(serial));
    if behind > JOURNAL {
        return Ok(None);
    }
    let sql = "SELECT version, owner, old_address, old_ttl, new_address, new_ttl FROM zone_changes \
               WHERE zone_id = ? AND version > ? AND version <= ? ORDER BY version, place";
    let mut changes = Vec::new();
    for row in link.rows(sql, values![id, version - behind, version]).await? {
        let record = |at: usize| Ok::<_, sqlx::Error>(row.address(at)?.zip(ttl(row.maybe_int(at + 1)?)?));
        let serial = serial_of(row.int(0)?);
        changes.push(ZoneChange { serial, owner: row.text(1)?.to_owned(), old: record(2)?, new: record(4)? });
    }
    let reaches = changes.first().is_some_and(|first| first.serial == serial.wrapping_add(1));
    Ok((behind == 0 || reaches).then_some(changes))
}

fn ttl(number: Option<i64>) -> Result<Option<u32>, sqlx::Error> {
    number.map(u32::try_from).transpose().map_err(strange)
}

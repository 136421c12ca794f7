//! A whole copy while others go on: a new SQLite file of the same scheme, whatever the database is. Knows the columns of all tables; the way
//! back is in `restore.rs`.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::fault::{Halt, away};
use super::link::{Link, Work};
use super::restore::{counters, raise};
use super::row::{Value, pieces, rows_of_marks, values};
use super::transact::transact;
use super::{Pools, Sql, open};
use crate::config::Database;
use crate::world::StoreFault;

/// Each table, in an order in which rows come after those they need; how many columns make its key, which come first; its columns.
/// A column marked `#` holds numbers, `*` bytes, others text.
pub(super) const TABLES: [Table; 8] = [
    ("users", 1, &["#id", "name", "email", "password", "#host_limit", "#turn"]),
    (
        "hosts",
        1,
        &[
            "#id",
            "#user_id",
            "fqdn",
            "label",
            "zone",
            "#dns_ttl",
            "#expiry_ttl",
            "address4",
            "last4",
            "#changed4",
            "#seen4",
            "#expires4",
            "address6",
            "last6",
            "#changed6",
            "#seen6",
            "#expires6",
            "#generation",
            "#applied",
            "source",
            "recent",
            "#leaving",
            "lease_owner",
            "#due",
            "#doubt",
        ],
    ),
    ("tokens", 1, &["#id", "#host_id", "*digest", "note", "#made"]),
    ("events", 1, &["#id", "#host_id", "#made", "kind", "#family", "old_address", "new_address", "source"]),
    (
        "letters",
        1,
        &["#id", "letter_key", "#host_id", "#generation", "recipient", "subject", "body", "#tries", "#due", "#left_at"],
    ),
    ("zones", 1, &["#id", "name", "#version"]),
    ("zone_records", 3, &["#zone_id", "owner", "#family", "address", "#ttl"]),
    (
        "zone_changes",
        3,
        &["#zone_id", "#version", "#place", "owner", "old_address", "#old_ttl", "new_address", "#new_ttl"],
    ),
];

/// One moment of all tables; READ COMMITTED, which is ours otherwise, would read each as it is then.
const SNAPSHOT: &str =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// Rows read at once.
const PAGE: i64 = 1024;

/// Writes the copy beside its name first: what has the name is whole.
pub(super) async fn backup(sql: &Sql, path: &Path) -> Result<(), StoreFault> {
    let fault = |error: io::Error| StoreFault::Away(format!("{}: {error}", path.display()));
    if path.try_exists().map_err(fault)? {
        return Err(fault(io::ErrorKind::AlreadyExists.into()));
    }
    let part = PathBuf::from(format!("{}.part", path.display()));
    let done = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part) {
        Err(error) => return Err(StoreFault::Away(format!("{}: {error}", part.display()))),
        Ok(_) => written(sql, &part).await,
    };
    let done = done.and_then(|()| settled(&part, path).map_err(fault));
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

/// A link, because a rename would replace what somebody else wrote meanwhile.
fn settled(part: &Path, path: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    std::fs::hard_link(part, path)?;
    std::fs::remove_file(part)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

async fn written(sql: &Sql, part: &Path) -> Result<(), StoreFault> {
    if let Pools::Sqlite { readers, .. } = &sql.pools {
        let mut loan = readers.acquire().await.map_err(|error| away(&error))?;
        let name = part.to_str().ok_or_else(|| StoreFault::Away("the path is not UTF-8".to_owned()))?;
        let done = Link::Sqlite(&mut loan).run("VACUUM INTO ?", values![name]).await;
        return done.map(drop).map_err(|error| away(&error));
    }
    let target = open(&Database::Sqlite { path: part.to_owned() }).await?;
    let done = copied(&target, sql).await;
    target.close().await;
    done
}

/// Copies all rows into a new file that nobody sees yet. The source is read as it is at one moment; its counters are read after that, because
/// they may be too high but not too low.
async fn copied(target: &Sql, source: &Sql) -> Result<(), StoreFault> {
    let mut from = source.snapshot().await?;
    let link = &mut from.link();
    for table in &TABLES {
        let mut after = None;
        while let Some(rows) = page(link, table, after.as_deref()).await.map_err(|error| away(&error))? {
            transact!(target, link => put(link, table, &rows))?;
            after = rows.last().map(|row| row[..table.1].to_vec());
        }
    }
    for (table, number) in counters(link).await.map_err(|error| away(&error))? {
        transact!(target, link => raise(link, &table, number))?;
    }
    Ok(())
}

impl Sql {
    /// Ends all connections; SQLite's files beside the database are gone then.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Mariadb(pool) => pool.close().await,
        }
    }

    /// A transaction that sees one moment throughout.
    async fn snapshot(&self) -> Result<Work, StoreFault> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => readers.begin().await.map(Work::Sqlite),
            Pools::Mariadb(pool) => pool.begin_with(SNAPSHOT).await.map(Work::Mariadb),
        }
        .map_err(|error| away(&error))
    }
}

/// A table as it stands in [`TABLES`].
pub(super) type Table = (&'static str, usize, &'static [&'static str]);

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| column.trim_start_matches(['#', '*']).to_owned()).collect()
}

/// The next rows in the order of their keys, `None` at the end.
pub(super) async fn page(
    link: &mut Link<'_>,
    &(table, key, columns): &Table,
    after: Option<&[Value]>,
) -> Result<Option<Vec<Vec<Value>>>, sqlx::Error> {
    let names = names(columns);
    let order = names[..key].join(", ");
    let (which, mut values) = after.map_or_else(Default::default, |after| behind(&names[..key], after));
    let sql = format!("SELECT {} FROM {table} {which} ORDER BY {order} LIMIT ?", names.join(", "));
    values.push(Value::Int(PAGE));
    let mut rows = Vec::new();
    for row in link.rows(sql, values).await? {
        let cells = columns.iter().enumerate().map(|(at, column)| match column.chars().next() {
            Some('#') => row.maybe_int(at).map(Value::from),
            Some('*') => row.bytes(at).map(|bytes| Value::Bytes(bytes.to_vec())),
            _ => row.maybe_text(at).map(Value::from),
        });
        rows.push(cells.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(Some(rows).filter(|rows| !rows.is_empty()))
}

/// `WHERE (a > ?) OR (a = ? AND b > ?)`: a comparison of whole keys is the same, but MariaDB finds no index for it.
fn behind(names: &[String], after: &[Value]) -> (String, Vec<Value>) {
    let mut values = Vec::new();
    let ways: Vec<String> = (0..names.len())
        .map(|last| {
            values.extend_from_slice(&after[..=last]);
            let mut same: Vec<String> = names[..last].iter().map(|name| format!("{name} = ?")).collect();
            same.push(format!("{} > ?", names[last]));
            format!("({})", same.join(" AND "))
        })
        .collect();
    (format!("WHERE {}", ways.join(" OR ")), values)
}

pub(super) async fn put(link: &mut Link<'_>, &(table, _, columns): &Table, rows: &[Vec<Value>]) -> Result<(), Halt> {
    for piece in pieces(rows) {
        let marks = rows_of_marks(piece.len(), columns.len());
        let sql = format!("INSERT INTO {table} ({}) VALUES {marks}", names(columns).join(", "));
        link.run(sql, piece.concat()).await?;
    }
    Ok(())
}

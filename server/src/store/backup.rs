//! A whole copy while others go on: a new SQLite file of the same scheme, whatever the database is. Knows the columns of all tables; the way
//! back is in `restore.rs`.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::fault::away;
use super::link::{Link, Work};
use super::row::values;
use super::tables::{TABLES, counters, page, put, raise};
use super::transact::transact;
use super::trust::UNLIMITED;
use super::{Pools, Sql, open};
use crate::config::Database;
use crate::world::StoreFault;

/// One moment of all tables; READ COMMITTED, which is ours otherwise, would read each as it is then.
const SNAPSHOT: &str =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

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
            transact!(target, UNLIMITED, link => put(link, table, &rows))?;
            after = rows.last().map(|row| row[..table.1].to_vec());
        }
    }
    for (table, number) in counters(link).await.map_err(|error| away(&error))? {
        transact!(target, UNLIMITED, link => raise(link, &table, number))?;
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

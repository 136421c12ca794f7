//! What went wrong, sorted by what happens next. Knows the databases' error numbers, nothing of rows.

use std::io::ErrorKind;

use sqlx::mysql::MySqlDatabaseError;

use crate::world::{Rejected, StoreFault};

/// Why a transaction's body ended early.
#[derive(Debug)]
pub(super) enum Halt {
    /// The database said so.
    Sql(sqlx::Error),
    /// The rows said so.
    Rejected(Rejected),
}

impl From<sqlx::Error> for Halt {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Rejected> for Halt {
    fn from(why: Rejected) -> Self {
        Self::Rejected(why)
    }
}

impl From<Halt> for StoreFault {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Sql(error) => away(&error),
            Halt::Rejected(why) => Self::Rejected(why),
        }
    }
}

/// Before a COMMIT: nothing was written.
pub(super) fn away(error: &sqlx::Error) -> StoreFault {
    StoreFault::Away(sentence(error))
}

/// At a COMMIT. SQLite says for certain that nothing was written when the disk was full or the file locked; of others it is not known.
pub(super) fn at_commit(error: &sqlx::Error) -> StoreFault {
    const BUSY: u32 = 5;
    const FULL: u32 = 13;
    match sqlite_code(error) {
        Some(BUSY | FULL) => away(error),
        _ => StoreFault::Unknown(sentence(error)),
    }
}

/// Whether the whole transaction is to be run again: a deadlock, which is also how Galera tells that another node was faster (1213), a lock
/// not to be had in time (1205), a row that changed under a snapshot (1020).
pub(super) fn collided(error: &sqlx::Error) -> bool {
    matches!(mariadb_number(error), Some(1213 | 1205 | 1020))
}

/// What an error may be that the database told, alone or as the reason for something else.
pub(super) trait Told: From<sqlx::Error> {
    /// Whether no other question would do better on this connection: it is silent, or its node is not of the cluster's greater part (1047).
    fn leads_nowhere(&self) -> bool;
}

impl Told for sqlx::Error {
    fn leads_nowhere(&self) -> bool {
        let silent = matches!(self, Self::Io(error) if error.kind() == ErrorKind::TimedOut);
        silent || mariadb_number(self) == Some(1047)
    }
}

impl Told for Halt {
    fn leads_nowhere(&self) -> bool {
        matches!(self, Self::Sql(error) if error.leads_nowhere())
    }
}

/// Instead of an answer that did not come.
pub(super) fn silence() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::new(ErrorKind::TimedOut, "the database does not answer"))
}

/// Whether the server has no such setting.
pub(super) fn no_setting(error: &sqlx::Error) -> bool {
    mariadb_number(error) == Some(1193)
}

/// Whether a unique key has this value already.
pub(super) fn taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// Whether another table's row is needed or in the way.
pub(super) fn bound(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}

/// Whether the file is no SQLite database at all (`SQLITE_NOTADB`).
pub(super) fn no_database(error: &sqlx::Error) -> bool {
    sqlite_code(error) == Some(26)
}

/// Whether SQLite found the file locked (`SQLITE_BUSY`).
pub(super) fn busy(error: &sqlx::Error) -> bool {
    sqlite_code(error) == Some(5)
}

/// Low byte of SQLite's extended result code.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let error = error.as_database_error()?;
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    error.code()?.parse::<u32>().ok().map(|code| code & 0xff)
}

fn mariadb_number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// The database's own words where it has some; no statement, no value and no password is in them.
fn sentence(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(_) if mariadb_number(error) == Some(1205) => {
            "no answer in time: rows are locked, or a node of the cluster is behind the others".to_owned()
        }
        sqlx::Error::Database(said) => said.message().to_owned(),
        sqlx::Error::Io(error) if error.kind() == ErrorKind::TimedOut => error.to_string(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "this program is ending".to_owned(),
        other => other.to_string(),
    }
}

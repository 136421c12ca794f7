//! The database: rows to nouns and back, on SQLite and MariaDB.
//!
//! Every statement is written once. [`link`] runs it on a connection of either kind and holds the few words by which the two dialects differ;
//! [`transact`] begins, commits and repeats. What a row becomes is worked out in Rust on rows that are locked meanwhile, so that both
//! databases do the same. It knows nothing of requests, of the DNS or of mail.
#![forbid(unsafe_code)]

mod backup;
mod events;
mod face;
mod fault;
mod found;
mod hosts;
mod lease;
mod letters;
mod link;
mod look;
mod open;
mod packed;
mod restore;
mod row;
mod scheme;
mod shelf;
mod standing;
mod tables;
mod tokens;
mod transact;
mod trust;
mod users;
mod want;

use std::sync::Arc;

use sqlx::{MySqlPool, SqlitePool};

pub use open::open;
pub use restore::Restored;

/// An open database, both `world::Store` and `world::Shelf`.
#[derive(Debug)]
pub struct Sql {
    pools: Pools,
    trust: Arc<trust::Trust>,
}

/// SQLite has one writer at a time whatever we do: one connection for it makes them wait in the pool, in turn, instead of at the file's lock.
#[derive(Debug)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Mariadb(MySqlPool),
}

//! The tables: whether they are ours, and how they are brought up to date at each start, also when two programs start at once.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, MySqlPool, SqlSafeStr as _, SqlitePool};

use super::fault::{away, busy, no_database};
use super::link::Link;
use super::row::values;
use crate::world::StoreFault;

/// Number, name, SQLite's text, MariaDB's text. What was published once is never changed, only added to.
const STEPS: [(i64, &str, &str, &str); 2] = [
    (
        1,
        "first",
        include_str!("../../migrations/sqlite/0001_first.sql"),
        include_str!("../../migrations/mariadb/0001_first.sql"),
    ),
    (
        2,
        "doubt",
        include_str!("../../migrations/sqlite/0002_doubt.sql"),
        include_str!("../../migrations/mariadb/0002_doubt.sql"),
    ),
];

/// Where sqlx notes the steps that are done.
const STEPS_TABLE: &str = "_sqlx_migrations";

/// How often, and how far apart, one looks whether another program has finished.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(200);

/// How often a step that somebody left half done is begun anew.
const ANEW: u32 = 10;

const TABLES_OF_SQLITE: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                                ORDER BY name";
const TABLES_OF_MARIADB: &str =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name";

/// Where others begin or end with the file, SQLite may say that it is locked without waiting for a moment: asked again then. A macro, because
/// a closure that borrows and is `Send` cannot be written down.
macro_rules! unlocked {
    ($ask:expr) => {{
        let mut looks = 0;
        loop {
            match $ask {
                Err(error) if busy(&error) && looks < LOOKS => looks += 1,
                done => break done,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }};
}

/// Looks at a file before anything of it is changed, the journal mode included.
pub(super) async fn ours_sqlite(path: &Path) -> Result<(), StoreFault> {
    match unlocked!(tables_of(path).await) {
        Err(error) if no_database(&error) => Err(no_sqlite(path)),
        Err(error) => Err(away(&error)),
        Ok(found) => ours(&found, &path.display().to_string()),
    }
}

async fn tables_of(path: &Path) -> Result<Vec<String>, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
    let mut link = options.connect().await?;
    let found = tables(&mut Link::Sqlite(&mut link), TABLES_OF_SQLITE).await;
    let _ = link.close().await;
    found
}

fn no_sqlite(path: &Path) -> StoreFault {
    StoreFault::Foreign(format!(
        "{} is no SQLite database; give [database] path the name of another file, or move this one away",
        path.display()
    ))
}

async fn tables(link: &mut Link<'_>, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    link.rows(sql, Vec::new()).await?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

fn ours(tables: &[String], place: &str) -> Result<(), StoreFault> {
    if tables.is_empty() || tables.iter().any(|table| table == STEPS_TABLE) {
        return Ok(());
    }
    let some: Vec<&str> = tables.iter().map(String::as_str).take(5).collect();
    Err(StoreFault::Foreign(format!(
        "{place} is the database of another program (tables {}); configure a new one, write the users and hostnames of the old one into a \
         CSV file, and read that with 'ddns-service import'",
        some.join(", ")
    )))
}

pub(super) async fn update_sqlite(pool: &SqlitePool) -> Result<(), StoreFault> {
    let mut link = unlocked!(pool.acquire().await).map_err(|error| away(&error))?;
    let steps = migrator(STEPS.map(|(number, name, text, _)| (number, name, text)));
    let passing = |error: &MigrateError| matches!(error, MigrateError::Execute(_) | MigrateError::ExecuteMigration(..));
    update(&mut *link, &steps, passing).await.map_err(|error| told(&error))
}

/// `MariaDB` ends a transaction at each change of a table, so a step can be left half done: by a program that was killed, or by one whose
/// change met another's. Steps there can all be done once more.
pub(super) async fn update_mariadb(pool: &MySqlPool) -> Result<(), StoreFault> {
    let mut link = pool.acquire().await.map_err(|error| away(&error))?;
    let found = tables(&mut Link::Mariadb(&mut link), TABLES_OF_MARIADB).await.map_err(|error| away(&error))?;
    ours(&found, "the database")?;
    let steps = migrator(STEPS.map(|(number, name, _, text)| (number, name, text)));
    let passing = |error: &MigrateError| matches!(error, MigrateError::Dirty(_) | MigrateError::Execute(_));
    let mut left = ANEW;
    loop {
        let number = match update(&mut *link, &steps, passing).await {
            Ok(()) => return Ok(()),
            Err(MigrateError::Dirty(number) | MigrateError::ExecuteMigration(_, number)) if left > 0 => number,
            Err(error) => return Err(told(&error)),
        };
        left -= 1;
        let forget = "DELETE FROM _sqlx_migrations WHERE version = ? AND success = 0";
        Link::Mariadb(&mut link).run(forget, values![number]).await.map_err(|error| away(&error))?;
    }
}

/// Without sqlx's lock: that is `GET_LOCK`, which Galera does not have. The row of a step, whose number is unique, does the same here.
fn migrator<const N: usize>(steps: [(i64, &'static str, &'static str); N]) -> Migrator {
    let made = steps.map(|(number, name, text)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(made.into());
    migrator.set_locking(false);
    migrator
}

/// Who finds a step half done, or fails at one, may have met another program at the same step: it looks again until that one is through.
async fn update<C: Migrate>(
    link: &mut C,
    steps: &Migrator,
    passing: impl Fn(&MigrateError) -> bool,
) -> Result<(), MigrateError> {
    let mut looks = 0;
    loop {
        let error = match whole(link, steps).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        looks += 1;
        if looks > LOOKS || !passing(&error) {
            return Err(error);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Another program may begin a step between sqlx's question for half-done steps and its question for known ones, which counts those too:
/// the first is asked again.
async fn whole<C: Migrate>(link: &mut C, steps: &Migrator) -> Result<(), MigrateError> {
    steps.run_direct(None, link, false).await?;
    match link.dirty_version(STEPS_TABLE).await? {
        Some(number) => Err(MigrateError::Dirty(number)),
        None => Ok(()),
    }
}

fn told(error: &MigrateError) -> StoreFault {
    match error {
        MigrateError::VersionMissing(number) => StoreFault::Foreign(format!(
            "the database was made by a newer ddns-service (scheme {number}, this program knows {}); install that one, or bring back a \
             backup made before",
            STEPS.len()
        )),
        MigrateError::VersionMismatch(number) => StoreFault::Foreign(format!(
            "scheme {number} of the database is not the one of this program; it was made by a changed ddns-service or by another program"
        )),
        MigrateError::Dirty(number) => StoreFault::Foreign(format!(
            "the database was left half way to scheme {number}; bring back the backup made before, or drop the tables of a new database"
        )),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => away(error),
        other => StoreFault::Away(other.to_string()),
    }
}

/// The newest step that is done.
pub(super) async fn number(link: &mut Link<'_>) -> Result<i64, sqlx::Error> {
    let row = link.one("SELECT MAX(version) FROM _sqlx_migrations", Vec::new()).await?;
    row.ok_or(sqlx::Error::RowNotFound)?.int(0)
}

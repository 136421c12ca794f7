//! The file that is to come back: whether it is a copy of ours and whole, and a second one of it to work on. Knows no rows.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::super::fault::no_database;
use super::super::link::Link;
use crate::world::StoreFault;

/// The scheme's table if it is there, else any.
const OURS: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name = '_sqlx_migrations' DESC, name LIMIT 1";

/// A copy of the copy, for its owner only; gone with the value.
pub(super) struct Copy(pub(super) PathBuf);

impl Copy {
    pub(super) fn of(file: &Path, folder: &Path) -> Result<Self, StoreFault> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".ddns-restore-{}-{number}", std::process::id()));
        let fault = |error: io::Error| StoreFault::Away(format!("{}: {error}", path.display()));
        let mut to = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(fault)?;
        let copy = Self(path.clone());
        let mut from = File::open(file).map_err(fault)?;
        io::copy(&mut from, &mut to).map_err(fault)?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            let _ = fs::remove_file(path);
        }
    }
}

fn no_backup(file: &Path, why: &str) -> StoreFault {
    StoreFault::Foreign(format!(
        "{} {why}; give a file that 'ddns-service backup' made. Nothing was changed",
        file.display()
    ))
}

/// Looks at the file without changing anything of it or beside it.
pub(super) async fn sound(file: &Path) -> Result<(), StoreFault> {
    if !file.is_file() {
        return Err(no_backup(file, "is no file"));
    }
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return Err(no_backup(file, "is a database in use, with a log (-wal) beside it"));
    }
    let options =
        SqliteConnectOptions::new().filename(file).read_only(true).immutable(true).disable_statement_logging();
    let mut link = options.connect().await.map_err(|error| unread(file, &error))?;
    let done = looked_at(&mut Link::Sqlite(&mut link)).await;
    let _ = link.close().await;
    match done.map_err(|error| unread(file, &error))? {
        None => Ok(()),
        Some(why) => Err(no_backup(file, &why)),
    }
}

fn unread(file: &Path, error: &sqlx::Error) -> StoreFault {
    if no_database(error) {
        no_backup(file, "is no SQLite database")
    } else {
        no_backup(file, &format!("cannot be read ({error})"))
    }
}

/// Why it cannot be used, if it cannot.
async fn looked_at(link: &mut Link<'_>) -> Result<Option<String>, sqlx::Error> {
    match link.one(OURS, Vec::new()).await? {
        None => return Ok(Some("is an empty database".to_owned())),
        Some(row) if row.text(0)? != "_sqlx_migrations" => {
            return Ok(Some(format!("is the database of another program (table {})", row.text(0)?)));
        }
        Some(_) => {}
    }
    let row = link.one("PRAGMA integrity_check(1)", Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?;
    let said = row.text(0)?;
    Ok((said != "ok").then(|| format!("is damaged ({})", said.replace('\n', " "))))
}

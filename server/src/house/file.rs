//! SQLite's file where the program starts: whose it is when root makes it, and why it cannot be opened. Knows nothing of what is in it.

use std::fs::{File, OpenOptions, metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::config::Database;
use crate::world::StoreFault;

/// What root makes in the folder of the service's user is that user's: a service could not open root's file. SQLite gives the files beside it
/// the same owner. What cannot be done here, the opening tells.
pub(super) fn for_the_folder_s_owner(database: &Database) {
    if let Database::Sqlite { path } = database
        && geteuid().is_root()
    {
        let _ = handed_over(path);
    }
}

fn handed_over(path: &Path) -> io::Result<()> {
    let folder = metadata(folder(path))?;
    if folder.uid() == 0 {
        return Ok(());
    }
    // never a file that is there, nor what a link leads to
    let file: File = OpenOptions::new().write(true).create_new(true).mode(0o660).open(path)?;
    fchown(&file, Some(folder.uid()), Some(folder.gid()))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The fault with the file's name, and with its owner where that is the reason.
pub(super) fn explained(database: &Database, fault: StoreFault) -> StoreFault {
    let (Database::Sqlite { path }, StoreFault::Away(said)) = (database, &fault) else { return fault };
    if let Some(why) = [path.clone(), beside(path, "-wal"), beside(path, "-shm")].iter().find_map(|file| closed(file)) {
        return StoreFault::Away(why);
    }
    let name = path.display().to_string();
    if said.contains(&name) { fault } else { StoreFault::Away(format!("{name}: {said}")) }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn closed(file: &Path) -> Option<String> {
    let fault = OpenOptions::new().read(true).write(true).open(file).err()?;
    if fault.kind() != ErrorKind::PermissionDenied {
        return None;
    }
    let (name, user) = (file.display(), geteuid().as_raw());
    Some(match metadata(file) {
        Ok(found) => format!(
            "{name}: {fault}; it belongs to user {}, and this is user {user}: run this as its owner, or give the file to the service's user \
             (chown)",
            found.uid()
        ),
        Err(_) => {
            format!("{name}: {fault}; user {user} may not enter its folder: run this as the service's user or as root")
        }
    })
}

//! Files of packages, links and logs below the root.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::desk::{below, directory};
use crate::world::{Entry, Shelf};

/// The shelf of one root directory.
pub struct Place {
    root: PathBuf,
}

impl Place {
    /// Everything below `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn at(&self, path: &Path) -> PathBuf {
        below(&self.root, path)
    }
}

impl Shelf for Place {
    fn seen(&self, path: &Path) -> Option<Entry> {
        let meta = fs::metadata(self.at(path)).ok()?;
        Some(Entry {
            file: meta.is_file(),
            executable: meta.mode() & 0o100 != 0,
            changed: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            identity: (meta.dev(), meta.ino()),
        })
    }

    fn link(&self, path: &Path) -> Option<PathBuf> {
        fs::read_link(self.at(path)).ok()
    }

    fn names(&self, dir: &Path) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(dir)) else { return Vec::new() };
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
    }

    fn in_proc(&self, name: &str) -> bool {
        Path::new("/proc").join(name).exists()
    }

    fn tail(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut file = fs::OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(self.at(path))?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        file.seek(SeekFrom::Start(meta.len().saturating_sub(limit)))?;
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn shift(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let to = self.at(to);
        if let Some(dir) = to.parent() {
            directory(dir)?;
        }
        fs::rename(self.at(from), to)
    }

    fn put_link(&mut self, at: &Path, target: &Path) -> io::Result<()> {
        let at = self.at(at);
        if let Some(dir) = at.parent() {
            directory(dir)?;
        }
        symlink(target, at)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        let path = self.at(path);
        let gone = match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => fs::remove_dir(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) => Err(error),
        };
        gone.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
    }
}

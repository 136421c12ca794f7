//! `log_target = "file"`: appended to, and rotated by size to `FILE.1`, `FILE.2`, ...
//!
//! Several processes may write to one file, and somebody else may move it away: whoever rotates holds a lock on the file that the path leads
//! to, and who finds that the path leads elsewhere opens it anew.

use std::ffi::OsString;
use std::fs::{self, File as Opened, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// After a rotation that failed, before the next try.
const LATER: Duration = Duration::from_secs(30);

/// How long another process that rotates is waited for.
const PATIENCE: Duration = Duration::from_millis(100);
/// Between two looks whether the path still leads to the open file.
const LOOK: Duration = Duration::from_secs(1);

/// A file, and when it has to become another.
pub(super) struct File {
    path: PathBuf,
    most: u64,
    versions: u32,
    opened: Opened,
    /// The last line was written in part: the next one begins with a line's end.
    torn: bool,
    looked: Instant,
    not_before: Option<Instant>,
}

impl File {
    pub(super) fn open(path: &Path, most: u64, versions: u32) -> io::Result<Self> {
        let opened = append(path)?;
        Ok(Self {
            path: path.to_owned(),
            most,
            versions,
            opened,
            torn: false,
            looked: Instant::now(),
            not_before: None,
        })
    }

    /// One line with its end.
    pub(super) fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            // what cannot be opened anew is written to as before
            let _ = self.follow();
        }
        if self.full(line.len())? && self.not_before.is_none_or(|at| Instant::now() >= at) {
            // a file that grows on is better than no log
            self.not_before = self.rotate().err().map(|_| Instant::now() + LATER);
        }
        if self.torn {
            self.put(b"\n")?;
        }
        self.put(line)
    }

    fn full(&self, more: usize) -> io::Result<bool> {
        let size = if self.most > 0 { self.opened.metadata()?.len() } else { 0 };
        Ok(size > 0 && size.saturating_add(u64::try_from(more).unwrap_or(u64::MAX)) > self.most)
    }

    fn follow(&mut self) -> io::Result<()> {
        if self.elsewhere()? { self.reopen() } else { Ok(()) }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = loop {
            match self.opened.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.torn = written < bytes.len();
        if self.torn { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn rotate(&mut self) -> io::Result<()> {
        // the lock goes with the file that was ours
        let ours = self.opened.try_clone()?;
        lock(&ours)?;
        let moved = self.turn();
        let unlocked = ours.unlock();
        moved.and(unlocked)
    }

    fn turn(&mut self) -> io::Result<()> {
        if self.elsewhere()? {
            return self.reopen();
        }
        if self.versions == 0 {
            return self.opened.set_len(0);
        }
        // what is behind a gap can stay: most often nothing is
        let gap = (1..self.versions).find(|version| !numbered(&self.path, *version).exists());
        for version in (1..gap.unwrap_or(self.versions)).rev() {
            fs::rename(numbered(&self.path, version), numbered(&self.path, version + 1))?;
        }
        fs::rename(&self.path, numbered(&self.path, 1))?;
        self.reopen()
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.opened = append(&self.path)?;
        self.torn = false;
        Ok(())
    }

    fn elsewhere(&self) -> io::Result<bool> {
        let ours = self.opened.metadata()?;
        Ok(!fs::metadata(&self.path).is_ok_and(|now| (now.dev(), now.ino()) == (ours.dev(), ours.ino())))
    }
}

/// Another process at it needs milliseconds; somebody who holds the file for longer does not hold the log up.
fn lock(file: &Opened) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(PATIENCE / 100),
            result => return result.map_err(io::Error::from),
        }
    }
}

fn append(path: &Path) -> io::Result<Opened> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

fn numbered(path: &Path, version: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{version}"));
    PathBuf::from(name)
}

//! Files of installed packages, links and logs: looked at, put aside, linked.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What stands at a path once links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A regular file.
    pub file: bool,
    /// Its owner may execute it.
    pub executable: bool,
    /// When its content was written last, by the wall clock.
    pub changed: SystemTime,
    /// Device and inode: the same for two names of one file.
    pub identity: (u64, u64),
}

/// What lies on the shelf of the machine, apart from a section's own files. An absolute path is below the root.
pub trait Shelf {
    /// What stands there; `None` when nothing does, also for a link that leads nowhere.
    fn seen(&self, path: &Path) -> Option<Entry>;
    /// Where a symbolic link points to; `None` for anything else.
    fn link(&self, path: &Path) -> Option<PathBuf>;
    /// Names in a directory, in any order; none when it cannot be read.
    fn names(&self, dir: &Path) -> Vec<String>;
    /// Whether the kernel has this file below `/proc`, which is the same for every root.
    fn in_proc(&self, name: &str) -> bool;
    /// The last `limit` bytes of a regular file, or all of it.
    fn tail(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;
    /// Moves a file in one step and replaces what stands at `to`; the directory of `to` is made when it is missing.
    fn shift(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes `at` a symbolic link to `target`, which is taken as it is; an error when something stands there.
    fn put_link(&mut self, at: &Path, target: &Path) -> io::Result<()>;
    /// Removes a file, a link or an empty directory; it is no fault if there is none.
    fn remove(&mut self, path: &Path) -> io::Result<()>;
}

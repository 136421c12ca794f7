//! Files: status files, configuration, tables.

use std::io;
use std::path::{Path, PathBuf};

/// One of a section's status files (contract section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `SECTION.pid`
    Pid,
    /// `SECTION.update`
    Update,
    /// `SECTION.nextcheck`
    NextCheck,
    /// `SECTION.ip`
    Ip,
    /// `SECTION.dat`
    Dat,
    /// `SECTION.err`
    Err,
    /// `.memory/SECTION`: what outlives the process; ours alone, so it stands apart from the files LuCI lists.
    Memory,
    /// `.memory/SECTION.forget`: the owner has acted, so the next process does not read [`Status::Memory`]. The present one still writes it
    /// at its end.
    Forget,
}

/// Files: a section's status files, and reading of configuration and tables.
pub trait Desk {
    /// Where status files are from now on (option `ddns_rundir`, below the root); made when it is missing.
    fn settle(&mut self, rundir: &Path) -> io::Result<()>;
    /// A status file's text, if it is there.
    fn read(&self, section: &str, file: Status) -> Option<String>;
    /// Replaces a status file as a whole.
    fn write(&mut self, section: &str, file: Status, content: &[u8]) -> io::Result<()>;
    /// Removes a status file; it is no fault if there is none.
    fn remove(&mut self, section: &str, file: Status);
    /// Where another program finds a path of the configuration.
    fn real(&self, path: &Path) -> PathBuf;
    /// Whether a file below the root can be executed; an error when there is none.
    fn executable(&self, path: &Path) -> io::Result<bool>;
    /// Replaces any other file as a whole; it keeps its mode. One that is not there is made for all to read, with its directory.
    fn store(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// The content of any other file, at most `limit` bytes. An absolute path is below the root.
    fn load(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
    /// The content of a file as a shell's `<` finds it, whatever the root is: pipes and devices too. More than
    /// `limit` bytes are an error.
    fn take(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
    /// Writes a file as a shell's `>` does, whatever the root is: pipes and devices too.
    fn put(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// The same as [`Desk::load`], but an error when another user may have written it: for what stands where everybody can make files.
    fn load_own(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
}

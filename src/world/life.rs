//! Processes: one per section.

use std::io;
use std::path::Path;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal, as a program without a handler would.
    Signal(i32),
}

/// Whether there was a process to be told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// This one.
    Was(u32),
    /// The section was not running.
    WasNot,
}

/// Processes: one per section, the same one for a section's whole life. A number in a pid file counts only if it is ours, not just alive.
pub trait Life {
    /// Where the pid files are from now on (option `ddns_rundir`, below the root).
    fn settle(&mut self, rundir: &Path);
    /// Our process number.
    fn pid(&self) -> u32;
    /// A name for this boot: moments since boot mean nothing in another one.
    fn boot(&self) -> String;
    /// A number that is the same for the same `number` in one boot and tells nothing of it: a fingerprint of passwords may be shown so.
    fn seal(&mut self, number: u64) -> u64;
    /// The process of a section.
    fn running(&self, section: &str) -> Option<u32>;
    /// Ends an older process of this section; its number if there was one. The pid file names us when this returns without error.
    fn take_over(&mut self, section: &str) -> io::Result<Option<u32>>;
    /// Ends the process of a section and waits for its end.
    fn stop(&mut self, section: &str) -> io::Result<Stopped>;
    /// Has the process of a section read its configuration again and check now.
    fn reload(&mut self, section: &str) -> io::Result<Stopped>;
    /// Starts a process for a section in the background.
    fn detach(&mut self, section: &str) -> io::Result<u32>;
    /// Starts this program once more with these words, in the background: nothing waits for it, and it holds none of our descriptors.
    fn aside(&self, words: &[&str]) -> io::Result<()>;
    /// What a former self handed over when it executed itself anew.
    fn inherited(&mut self) -> Option<String>;
    /// Whether this process holds so much memory that executing itself anew is worth it.
    fn grown(&self) -> bool;
    /// Executes the program anew in the same process, handing over what [`Clock::keep`] said and `parcel`. Returns only when that fails.
    fn renew(&mut self, kept: &str, parcel: &str);
}

//! Where a message goes.

use std::path::PathBuf;

use crate::secret::Mask;

/// Weight of a log line, as syslog counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 0
    Emerg,
    /// 1
    Alert,
    /// 2
    Crit,
    /// 3
    Error,
    /// 4
    Warn,
    /// 5
    Note,
    /// 6
    Info,
    /// 7, never in syslog
    Debug,
}

/// Where a section's log goes and what must not be in it.
#[derive(Clone, Debug, Default)]
pub struct LogPlan {
    /// The section's name.
    pub section: String,
    /// Option `ddns_logdir`, below the root.
    pub dir: PathBuf,
    /// Option `ddns_loglines`: the file is cut to so many lines; 0 = never cut.
    pub lines: usize,
    /// Whether there is a log file at all.
    pub file: bool,
    /// Begin a new file.
    pub fresh: bool,
    /// Option `use_syslog`.
    pub syslog: u8,
    /// Show every line on the console too.
    pub console: bool,
    /// Secrets of the section.
    pub mask: Mask,
}

/// The log. Masks secrets itself: nothing reaches a file, a terminal or syslog past it.
pub trait Log {
    /// Where to write from now on.
    fn open(&mut self, plan: LogPlan);
    /// Whether it was said that the file cannot be written; it is said only once.
    fn told(&self) -> bool;
    /// It was said before, by a former self of this process.
    fn hush(&mut self);
    /// Cuts the file to its lines; called when a round is over.
    fn cut(&mut self);
    /// One message; it becomes one line, whatever is in it.
    fn say(&mut self, level: Level, text: &str);
    /// A message after which the process stops: ` - TERMINATE` is added, console and syslog get it whatever the options say.
    fn terminate(&mut self, level: Level, text: &str);
}

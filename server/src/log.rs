//! Log lines: their form, and where they go.
//!
//! `line.rs` makes one line of an event, whatever bytes are in it; `layer.rs` takes the events of `tracing` and chooses; `writer.rs` is the
//! thread that writes, behind a bounded queue, so that no request ever waits for a disk; `file.rs`, `syslog.rs` and `sink.rs` know the three
//! targets. What is secret is the callers' to know: nothing here can mask it.

mod file;
mod layer;
mod line;
mod sink;
mod syslog;
mod writer;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{Dispatch, callsite};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::config::{Daemon, LogLevel};
use layer::{Lines, Loudness};
use sink::Sink;
use writer::Queue;

/// How long a flush or a change may take when the target hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no log, or not the new one.
#[derive(Debug)]
pub enum LogFault {
    /// `log_file` cannot be opened: mend path, owner or mode.
    File(PathBuf, io::Error),
    /// Nobody listens at `syslog_socket`: mend the path, or start the system's log.
    Socket(PathBuf, io::Error),
    /// No thread: the machine is out of something.
    Thread(io::Error),
    /// The present target hangs, and with it the queue: the change can be tried again.
    Stuck,
    /// The process has a log already.
    Twice,
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, error) => write!(f, "log_file '{}' cannot be opened: {error}", path.display()),
            Self::Socket(path, error) => write!(f, "nobody listens at syslog_socket '{}': {error}", path.display()),
            Self::Thread(error) => write!(f, "no thread for the log: {error}"),
            Self::Stuck => write!(f, "the present log target takes no lines, so that it cannot be changed now"),
            Self::Twice => write!(f, "this process has a log already"),
        }
    }
}

impl std::error::Error for LogFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(_, error) | Self::Socket(_, error) | Self::Thread(error) => Some(error),
            Self::Stuck | Self::Twice => None,
        }
    }
}

/// The running log. Its end writes what is still in the queue.
#[derive(Debug)]
pub struct Handle {
    queue: Queue,
    loudness: Arc<Loudness>,
    dispatch: Dispatch,
    debug: bool,
}

impl Handle {
    /// Takes over level and target, and opens the file or socket anew: for SIGHUP, and for whoever moved the file. When that fails the old
    /// target stays.
    pub fn change(&self, daemon: &Daemon) -> Result<(), LogFault> {
        let sink = Sink::open(&daemon.log_target)?;
        if !self.queue.change(sink, PATIENCE) {
            return Err(LogFault::Stuck);
        }
        self.loudness.set(level(daemon, self.debug));
        // the cache asks the thread's own log, which need not be this one
        tracing::dispatcher::with_default(&self.dispatch, callsite::rebuild_interest_cache);
        Ok(())
    }

    /// Waits, at most two seconds, until all lines so far are written; whether they are.
    pub fn flush(&self) -> bool {
        self.queue.flush(PATIENCE)
    }

    /// How many lines could not be written since the start.
    pub fn lost(&self) -> u64 {
        self.queue.lost()
    }

    /// The same, for whoever does not hold the handle.
    pub fn lost_counter(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let lost = self.queue.lost_count();
        move || lost.load(Ordering::Relaxed)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Starts the log of this process; with `debug`, DEBUG whatever the configuration says.
pub fn start(daemon: &Daemon, debug: bool) -> Result<Handle, LogFault> {
    let (dispatch, handle) = open(daemon, debug)?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| LogFault::Twice)?;
    Ok(handle)
}

/// The same for those that have themselves told where events go.
pub fn open(daemon: &Daemon, debug: bool) -> Result<(Dispatch, Handle), LogFault> {
    let queue = Queue::start(Sink::open(&daemon.log_target)?).map_err(LogFault::Thread)?;
    let loudness = Arc::new(Loudness::new(level(daemon, debug)));
    let lines = Lines::new(queue.clone(), Arc::clone(&loudness));
    let dispatch = Dispatch::new(Registry::default().with(lines));
    Ok((dispatch.clone(), Handle { queue, loudness, dispatch, debug }))
}

fn level(daemon: &Daemon, debug: bool) -> LogLevel {
    if debug { LogLevel::Debug } else { daemon.log_level }
}

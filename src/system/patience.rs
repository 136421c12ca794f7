//! How long a wait on a descriptor may last: until a moment, or until the process is asked to end.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// A deadline and a descriptor that becomes readable when a signal asks the process to end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// No wait goes beyond this moment.
    pub until: Instant,
    /// Ends any wait as soon as it is readable; stays open as long as this value is used.
    pub stop: Option<RawFd>,
}

/// Why a wait ended without the descriptor being ready.
#[derive(Debug)]
pub enum Impatient {
    /// The moment has come.
    TimedOut,
    /// The process is asked to end.
    Interrupted,
    /// poll(2) itself failed.
    Failed(io::Error),
}

impl fmt::Display for Impatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Impatient {}

impl Patience {
    /// Until `limit` from now.
    pub fn for_(limit: Duration, stop: Option<RawFd>) -> Self {
        let now = Instant::now();
        Self { until: now.checked_add(limit).unwrap_or(now), stop }
    }

    /// Waits until `fd` can be read or has failed.
    pub fn readable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.wait(fd, PollFlags::POLLIN)
    }

    /// Waits until `fd` can be written or has failed.
    pub fn writable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.wait(fd, PollFlags::POLLOUT)
    }

    /// Time until the deadline, zero when it is over.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn wait(&self, fd: BorrowedFd, wanted: PollFlags) -> Result<(), Impatient> {
        // SAFETY: the owner of `stop` keeps it open as long as this value is used; poll(2) only looks at it.
        let stop = self.stop.map(|raw| unsafe { BorrowedFd::borrow_raw(raw) });
        loop {
            let mut fds = [
                PollFd::new(fd, wanted),
                PollFd::new(
                    stop.as_ref().map_or(fd, AsFd::as_fd),
                    if stop.is_some() { PollFlags::POLLIN } else { wanted },
                ),
            ];
            let left = self.left();
            // a whole millisecond more, or the last fraction of one would be a busy loop
            let timeout = PollTimeout::try_from(left.as_millis().saturating_add(1)).unwrap_or(PollTimeout::MAX);
            match poll(&mut fds, timeout) {
                Ok(_) if stop.is_some() && fds[1].any().unwrap_or(true) => return Err(Impatient::Interrupted),
                Ok(_) if fds[0].any().unwrap_or(true) => return Ok(()),
                Ok(_) if self.left().is_zero() => return Err(Impatient::TimedOut),
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(Impatient::Failed(error.into())),
            }
        }
    }
}

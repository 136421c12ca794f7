//! Waiting for a descriptor with a limit and an ear for the signal that ends the process.
//!
//! Knows nothing of what is read or written.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// How long something may take, and what ends it before that.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// The moment it is over.
    pub until: Instant,
    /// Readable when a signal asks the process to end.
    pub stop: Option<RawFd>,
}

/// Why a wait ended without its descriptor being ready.
#[derive(Debug)]
pub enum Impatient {
    /// The limit came first.
    TimedOut,
    /// The stop descriptor became readable.
    Interrupted,
    /// `poll` itself failed.
    Failed(io::Error),
}

impl Patience {
    /// From now on for `limit`.
    pub fn for_(limit: Duration, stop: Option<RawFd>) -> Self {
        Self { until: Instant::now() + limit, stop }
    }

    /// Waits until `fd` can be read.
    pub fn readable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.ready(fd, PollFlags::POLLIN)
    }

    /// Waits until `fd` can be written.
    pub fn writable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.ready(fd, PollFlags::POLLOUT)
    }

    /// Time left; zero when it is over.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn ready(&self, fd: BorrowedFd, flags: PollFlags) -> Result<(), Impatient> {
        loop {
            // SAFETY: the stop descriptor belongs to the caller's signal handling and outlives every transfer
            let stop = self.stop.map(|raw| unsafe { BorrowedFd::borrow_raw(raw) });
            let mut fds = vec![PollFd::new(fd, flags)];
            fds.extend(stop.as_ref().map(|stop| PollFd::new(stop.as_fd(), PollFlags::POLLIN)));
            let left = self.left();
            // rounded up: a poll of 0 ms in the last millisecond would spin
            let millis = left.as_micros().div_ceil(1000);
            let timeout = PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX);
            match poll(&mut fds, timeout) {
                Err(Errno::EINTR) => continue,
                Err(errno) => return Err(Impatient::Failed(errno.into())),
                Ok(_) => {}
            }
            if fds.get(1).is_some_and(|stop| stop.any() == Some(true)) {
                return Err(Impatient::Interrupted);
            }
            if left.is_zero() {
                return Err(Impatient::TimedOut);
            }
            if fds[0].any() == Some(true) {
                return Ok(());
            }
        }
    }
}

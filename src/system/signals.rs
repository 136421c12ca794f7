//! Signals as readable descriptors. No handler ever runs: all signals we care for are blocked and read when there is time.
//!
//! Two descriptors, because transfers and scripts are cut short by a request to end, but never by SIGHUP. Blocked and waiting signals
//! outlive `execve(2)`, so a process that executes itself anew simply makes new descriptors and loses nothing.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use crate::world::Wake;

/// What asks the process to end. SIGUSR1 and SIGQUIT would kill it otherwise, and without a trace in the log.
const STOP: [Signal; 5] = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGUSR1, Signal::SIGUSR2];

/// The two descriptors.
#[derive(Debug)]
pub struct Signals {
    stop: SignalFd,
    reload: SignalFd,
}

impl Signals {
    /// Blocks the signals for this thread and all it will start, and opens the descriptors. To be called before any other thread.
    pub fn new() -> io::Result<Self> {
        let stop: SigSet = STOP.into_iter().collect();
        let reload: SigSet = [Signal::SIGHUP].into_iter().collect();
        for set in [&stop, &reload] {
            set.thread_block()?;
        }
        // ignored by a careless parent, it would let the kernel reap our scripts before we see how they ended
        // SAFETY: the default action runs no code of ours.
        unsafe { signal(Signal::SIGCHLD, SigHandler::SigDfl)? };
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Self { stop: SignalFd::with_flags(&stop, flags)?, reload: SignalFd::with_flags(&reload, flags)? })
    }

    /// The oldest signal that waits, a request to end first; does not block.
    pub fn take(&self) -> Option<Wake> {
        if let Some(number) = next(&self.stop) {
            return Some(Wake::Stop(number));
        }
        next(&self.reload).map(|_| Wake::Reload)
    }

    /// Readable when the process shall end; to be polled, never to be read.
    pub fn stop_fd(&self) -> BorrowedFd<'_> {
        self.stop.as_fd()
    }

    /// Both descriptors, for the one poll of the bell.
    pub(crate) fn numbers(&self) -> [RawFd; 2] {
        [self.stop.as_raw_fd(), self.reload.as_raw_fd()]
    }
}

fn next(from: &SignalFd) -> Option<i32> {
    let info = from.read_signal().ok().flatten()?;
    i32::try_from(info.ssi_signo).ok()
}

/// Undoes the blocking in a child between `fork` and `execve`, where only async-signal-safe calls are allowed; this is one.
pub(crate) fn unblock_all() -> io::Result<()> {
    Ok(SigSet::empty().thread_set_mask()?)
}

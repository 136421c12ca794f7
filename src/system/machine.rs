//! All parts of the real machine below one root directory, joined.

use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use nix::sys::signal::{SigHandler, Signal, raise, signal};
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use super::bell::{Bell, Kept};
use super::clock::{Watch, adopt_time_zone};
use super::{desk, dns, host, http, life, log, shelf, signals};
use crate::world::{Clock, Exit, World};

/// The machine.
pub struct Machine {
    clock: Box<dyn Clock>,
    host: host::Machine,
    http: http::Wire,
    dns: dns::Resolver,
    desk: desk::Files,
    shelf: shelf::Place,
    log: log::Journal,
    life: life::Process,
    /// Rings when a hurried machine's time is over; kept open for those who listen.
    _end: Option<TimerFd>,
}

impl Machine {
    /// A machine that listens to signals and address changes, for a process that stays. An error when the kernel gives no timer or no
    /// signal descriptor.
    pub fn awake(root: &Path) -> io::Result<Self> {
        adopt_time_zone(root);
        let kept = life::inheritance().and_then(|(kept, _)| Kept::parse(&kept));
        let bell = kept.map_or_else(Bell::new, |kept| Bell::inherit(kept).or_else(|_| Bell::new()))?;
        let stop = bell.stop_fd().as_raw_fd();
        Ok(Self::new(root, Box::new(bell), Some(stop)))
    }

    /// A machine for a command that answers and ends: signals do what they always do.
    pub fn plain(root: &Path) -> Self {
        adopt_time_zone(root);
        Self::new(root, Box::new(Watch), None)
    }

    /// The same for an answer that somebody waits for: whatever is asked of the machine, it is over after `limit`.
    pub fn hurried(root: &Path, limit: Option<Duration>) -> Self {
        let Some(limit) = limit else { return Self::plain(root) };
        adopt_time_zone(root);
        // without a timer each step still has its own limit
        let end = ringing(limit).ok();
        let machine = Self::new(root, Box::new(Watch), end.as_ref().map(|end| end.as_fd().as_raw_fd()));
        // a step ends before the bell rings, so that it can still say what was wrong
        let step = limit / 10 * 9;
        let limits = http::Limits { connect: step, total: step };
        let dns = dns::Resolver { limit: step, ..machine.dns };
        Self { http: machine.http.with_limits(limits), dns, _end: end, ..machine }
    }

    fn new(root: &Path, clock: Box<dyn Clock>, stop: Option<i32>) -> Self {
        let resolver = dns::Resolver::new(root.to_owned(), stop);
        Self {
            clock,
            host: host::Machine::new(root.to_owned(), stop),
            http: http::Wire::new(root.to_owned(), Box::new(resolver.clone()), stop),
            dns: resolver,
            desk: desk::Files::new(root),
            shelf: shelf::Place::new(root),
            log: log::Journal::new(root),
            life: life::Process::new(root),
            _end: None,
        }
    }

    /// The window onto this machine.
    pub fn world(&mut self) -> World<'_> {
        World {
            http: &mut self.http,
            dns: &mut self.dns,
            host: &mut self.host,
            clock: self.clock.as_mut(),
            desk: &mut self.desk,
            shelf: &mut self.shelf,
            log: &mut self.log,
            life: &mut self.life,
        }
    }
}

/// A timer that becomes readable after `limit`.
fn ringing(limit: Duration) -> nix::Result<TimerFd> {
    let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK)?;
    timer.set(Expiration::OneShot(limit.into()), TimerSetTimeFlags::empty())?;
    Ok(timer)
}

/// Ends the process as `exit` says: by the signal itself, so that whoever waits for us sees the truth.
pub fn leave(exit: Exit) -> ExitCode {
    match exit {
        Exit::Code(code) => u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from),
        // the default action would leave a core file with the password in it
        Exit::Signal(libc::SIGQUIT) => ExitCode::from(131),
        Exit::Signal(number) => {
            if let Ok(number) = Signal::try_from(number) {
                // SAFETY: the default action is no handler of ours
                let _ = unsafe { signal(number, SigHandler::SigDfl) };
                let _ = signals::unblock_all();
                let _ = raise(number);
            }
            ExitCode::FAILURE
        }
    }
}

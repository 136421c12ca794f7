//! The bell: one `poll(2)` over a timer, the signals, the kernel's address changes and the setting of its clock.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, SystemTime};

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

use super::clock::{date, day, dice, uptime};
use super::interfaces;
use super::netlink::AddressChanges;
use super::pages;
use super::patience::{Patience, poll, rang, watch};
use super::signals::Signals;
use crate::memory::Uptime;
use crate::world::{Clock, Wake};

/// Addresses have settled when nothing happened for this long, ...
const QUIET: Duration = Duration::from_millis(100);
/// ... or this long after the first change.
const UNQUIET: Duration = Duration::from_secs(1);

/// All that can wake a section.
#[derive(Debug)]
pub struct Bell {
    signals: Signals,
    changes: AddressChanges,
    timer: TimerFd,
    /// Rings when the wall clock is set; not there on a kernel that cannot tell.
    jumps: Option<Jumps>,
    /// Fingerprint of the addresses at the last wake: renewed lifetimes (each router advertisement) wake nobody.
    seen: u64,
}

/// What a process hands to itself over `execve(2)`, so that no change of address is lost between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Number of the netlink socket, open in the new image.
    pub socket: RawFd,
    /// Fingerprint of the addresses that were known last.
    pub seen: u64,
}

impl Bell {
    /// Blocks the signals and begins to listen. To be called once, before any other thread.
    pub fn new() -> io::Result<Self> {
        let changes = AddressChanges::listen()?;
        let seen = addresses_now().unwrap_or_default();
        Self::with(changes, seen)
    }

    /// The bell of the former self. Signals need no handing over: blocked and waiting ones outlive `execve(2)`.
    pub fn inherit(kept: Kept) -> io::Result<Self> {
        Self::with(AddressChanges::inherit(kept.socket)?, kept.seen)
    }

    fn with(changes: AddressChanges, seen: u64) -> io::Result<Self> {
        let flags = TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK;
        let timer = TimerFd::new(ClockId::CLOCK_BOOTTIME, flags)?;
        Ok(Self { signals: Signals::new()?, changes, timer, jumps: Jumps::listen(), seen })
    }

    /// Opens the way over the next `execve(2)` and says what to hand to [`Bell::inherit`].
    pub fn keep(&self) -> io::Result<Kept> {
        Ok(Kept { socket: self.changes.keep_over_exec(true)?, seen: self.seen })
    }

    /// Takes [`Bell::keep`] back when the `execve(2)` failed.
    pub fn stay(&self) -> io::Result<()> {
        self.changes.keep_over_exec(false).map(drop)
    }

    /// Readable when the process shall end: what a [`Patience`] watches. Never to be read.
    pub fn stop_fd(&self) -> BorrowedFd<'_> {
        self.signals.stop_fd()
    }

    /// Waits until no further change came for a while. A signal cuts it short; its reader finds it.
    fn settle(&self) {
        let all = Patience::for_(UNQUIET, None);
        while !all.left().is_zero() {
            let [stop, reload] = self.signals.numbers();
            let mut watched = [stop, reload, self.changes.number()].map(|fd| watch(Some(fd), libc::POLLIN));
            let count = poll(&mut watched, Some(QUIET.min(all.left()))).unwrap_or_default();
            if count == 0 || rang(watched[0]) || rang(watched[1]) {
                return;
            }
            self.changes.drain();
        }
    }

    /// Whether the addresses now differ from those at the last wake; if they cannot be asked, they do.
    fn differs(&mut self) -> bool {
        let now = addresses_now();
        let differs = now != Some(self.seen);
        self.seen = now.unwrap_or_default();
        differs
    }

    fn arm(&self, moment: Uptime) -> nix::Result<()> {
        // zero would disarm the timer, and a 32-bit time_t ends after 68 years
        let secs = moment.0.as_secs().min(0x7fff_ffff);
        let at = Duration::new(secs, moment.0.subsec_nanos()).max(Duration::from_nanos(1));
        self.timer.set(Expiration::OneShot(TimeSpec::from_duration(at)), TimerSetTimeFlags::TFD_TIMER_ABSTIME)
    }

    /// One look at everything; `None` when what rang turned out to be nothing.
    fn once(&mut self, moment: Uptime) -> Option<Wake> {
        let [stop, reload] = self.signals.numbers();
        let jumps = self.jumps.as_ref().map(Jumps::number);
        let numbers =
            [Some(stop), Some(reload), Some(self.changes.number()), Some(self.timer.as_fd().as_raw_fd()), jumps];
        let mut watched = numbers.map(|fd| watch(fd, libc::POLLIN));
        // the timer wakes; the limit only guards against one that could not be set
        let limit = moment.since(self.uptime()).max(Duration::from_millis(1));
        if poll(&mut watched, Some(limit)).is_err() {
            // should never be; but a program that looks after a name for years must not spin when it is
            std::thread::sleep(Duration::from_secs(1));
            return Some(Wake::Timer);
        }
        if let Some(wake) = self.signals.take() {
            return Some(wake);
        }
        if rang(watched[2]) && self.changes.drain() {
            self.settle();
            if let Some(wake) = self.signals.take() {
                return Some(wake);
            }
            if self.differs() {
                return Some(Wake::AddressChanged);
            }
        }
        if self.uptime() >= moment {
            return Some(Wake::Timer);
        }
        self.jumps.as_ref().filter(|jumps| rang(watched[4]) && jumps.jumped()).map(|_| Wake::ClockSet)
    }
}

impl Clock for Bell {
    fn uptime(&self) -> Uptime {
        uptime()
    }

    fn date(&self, moment: Uptime, format: &str) -> String {
        date(moment, format)
    }

    fn day(&self, moment: SystemTime, format: &str) -> String {
        day(moment, format)
    }

    fn moment(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wait(&mut self, moment: Uptime) -> Wake {
        // if it cannot be set, the limit of the poll does its work
        let _ = self.arm(moment);
        loop {
            pages::let_go();
            if let Some(wake) = self.once(moment) {
                let _ = self.timer.unset();
                return wake;
            }
        }
    }

    fn pending(&mut self) -> Option<Wake> {
        self.signals.take()
    }

    fn keep(&mut self) -> String {
        Bell::keep(self).map_or_else(|_| String::new(), |kept| format!("{} {}", kept.socket, kept.seen))
    }

    fn stay(&mut self) {
        let _ = Bell::stay(self);
    }

    fn dice(&mut self) -> u32 {
        dice()
    }
}

/// The wall clock's jumps: a timer that is never due, but cancelled by each.
#[derive(Debug)]
struct Jumps(TimerFd);

impl Jumps {
    fn listen() -> Option<Self> {
        let timer = TimerFd::new(ClockId::CLOCK_REALTIME, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK).ok()?;
        let jumps = Self(timer);
        jumps.arm().ok()?;
        Some(jumps)
    }

    fn arm(&self) -> nix::Result<()> {
        // the year 2255, or as late as a 32-bit time_t can say
        let never = TimeSpec::new(9_000_000_000_u64.try_into().unwrap_or(i32::MAX.into()), 0);
        let flags = TimerSetTimeFlags::TFD_TIMER_ABSTIME | TimerSetTimeFlags::TFD_TIMER_CANCEL_ON_SET;
        self.0.set(Expiration::OneShot(never), flags)
    }

    fn number(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }

    /// Whether it rang, which makes it ready to ring again; `timerfd_create(2)` says `ECANCELED`, which nix takes for an end of the wait.
    fn jumped(&self) -> bool {
        self.0.wait().is_ok() && self.arm().is_ok()
    }
}

impl Kept {
    /// Reads what [`Clock::keep`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (socket, seen) = text.split_once(' ')?;
        Some(Self { socket: socket.parse().ok()?, seen: seen.parse().ok()? })
    }
}

fn addresses_now() -> Option<u64> {
    interfaces::addresses().ok().map(|all| interfaces::fingerprint(&all))
}

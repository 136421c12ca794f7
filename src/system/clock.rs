//! Time since boot, local dates, and the bell: one `poll(2)` over a timer, the signals and the kernel's address changes.
//!
//! The wall clock is used for showing only; everything that is decided counts from boot, suspension included.

use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::path::Path;
use std::time::{Duration, SystemTime};

use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use nix::time::{ClockId as Clk, clock_gettime};

use crate::memory::Uptime;
use crate::system::interfaces;
use crate::system::netlink::AddressChanges;
use crate::system::pages;
use crate::system::patience::{Patience, poll, rang, watch};
use crate::system::signals::Signals;
use crate::world::{Clock, Wake};

/// Addresses have settled when nothing happened for this long, ...
const QUIET: Duration = Duration::from_millis(100);
/// ... or this long after the first change.
const UNQUIET: Duration = Duration::from_secs(1);
/// Longest date that is shown, in bytes.
const DATE_LIMIT: usize = 200;

/// All that can wake a section.
#[derive(Debug)]
pub struct Bell {
    signals: Signals,
    changes: AddressChanges,
    timer: TimerFd,
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
        Ok(Self { signals: Signals::new()?, changes, timer, seen })
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
        let numbers = [stop, reload, self.changes.number(), self.timer.as_fd().as_raw_fd()];
        let mut watched = numbers.map(|fd| watch(Some(fd), libc::POLLIN));
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
        (self.uptime() >= moment).then_some(Wake::Timer)
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

impl Kept {
    /// Reads what [`Clock::keep`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (socket, seen) = text.split_once(' ')?;
        Some(Self { socket: socket.parse().ok()?, seen: seen.parse().ok()? })
    }
}

/// Time without a bell, for commands that answer and end: signals do what they always do.
#[derive(Debug)]
pub struct Watch;

impl Clock for Watch {
    fn uptime(&self) -> Uptime {
        uptime()
    }

    fn date(&self, moment: Uptime, format: &str) -> String {
        date(moment, format)
    }

    fn day(&self, moment: SystemTime, format: &str) -> String {
        day(moment, format)
    }

    fn wait(&mut self, moment: Uptime) -> Wake {
        std::thread::sleep(moment.since(uptime()));
        Wake::Timer
    }

    fn pending(&mut self) -> Option<Wake> {
        None
    }

    fn keep(&mut self) -> String {
        String::new()
    }

    fn stay(&mut self) {}

    fn dice(&mut self) -> u32 {
        dice()
    }
}

/// A moment since boot in local time.
fn date(moment: Uptime, format: &str) -> String {
    let (now, wall) = (uptime(), SystemTime::now());
    let then = if moment >= now { wall.checked_add(moment.since(now)) } else { wall.checked_sub(now.since(moment)) };
    then.map_or_else(String::new, |then| day(then, format))
}

/// A moment of the wall clock in local time.
fn day(moment: SystemTime, format: &str) -> String {
    local(moment, format).or_else(|| local(moment, "%F %R")).unwrap_or_default()
}

/// Now, since boot (`CLOCK_BOOTTIME`).
pub fn uptime() -> Uptime {
    let now = clock_gettime(Clk::CLOCK_BOOTTIME).unwrap_or_else(|_| TimeSpec::new(0, 0));
    Uptime(now.into())
}

/// Local wall clock as `HHMMSS`, for log lines.
pub fn stamp() -> String {
    local(SystemTime::now(), "%H%M%S").unwrap_or_else(|| "------".to_owned())
}

/// Local wall clock as syslog wants it (RFC 3164 section 4.1.2): `Nov  7 01:02:03`.
pub fn syslog_stamp() -> String {
    local(SystemTime::now(), "%b %e %H:%M:%S").unwrap_or_else(|| "Jan  1 00:00:00".to_owned())
}

/// Any number: from the kernel, else from the clock.
pub fn dice() -> u32 {
    let mut bytes = [0_u8; 4];
    // SAFETY: the pointer and the length describe a live, exclusively borrowed array; the call writes at most that many bytes.
    let count = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
    if usize::try_from(count) == Ok(bytes.len()) { u32::from_ne_bytes(bytes) } else { uptime().0.subsec_nanos() }
}

fn addresses_now() -> Option<u64> {
    interfaces::addresses().ok().map(|all| interfaces::fingerprint(&all))
}

/// A moment by strftime(3); `None` when the format gives nothing or too much.
fn local(moment: SystemTime, format: &str) -> Option<String> {
    let format = CString::new(format).ok().filter(|f| f.as_bytes().len() <= DATE_LIMIT)?;
    let seconds = moment.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let seconds = libc::time_t::try_from(seconds).ok()?;
    // SAFETY: `tm` is a plain structure for which all zeros (and null as zone name) is a valid value.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values of the right type, and localtime_r keeps neither of them.
    if unsafe { libc::localtime_r(&raw const seconds, &raw mut parts) }.is_null() {
        return None;
    }
    let mut text = [0_u8; DATE_LIMIT + 1];
    // SAFETY: the buffer is live, exclusively borrowed and as long as said; the format ends with NUL; `parts` was filled above.
    let length = unsafe { libc::strftime(text.as_mut_ptr().cast(), text.len(), format.as_ptr(), &raw const parts) };
    let text = text.get(..length).filter(|text| !text.is_empty())?;
    Some(String::from_utf8_lossy(text).into_owned())
}

/// Sets `TZ` from `etc/TZ` below `root`, where the router keeps it, unless it is set already. False if nothing was done, also when the
/// process has more than one thread already: the environment may be changed only alone.
pub fn adopt_time_zone(root: &Path) -> bool {
    if std::env::var_os("TZ").is_some() || !alone() {
        return false;
    }
    let zone = fs::read_to_string(root.join("etc/TZ")).unwrap_or_default();
    let zone = zone.trim();
    if zone.is_empty() || zone.len() > DATE_LIMIT || zone.contains('\0') {
        return false;
    }
    // SAFETY: this is the only thread of the process (asked above), so nobody reads the environment meanwhile.
    unsafe { std::env::set_var("TZ", zone) };
    true
}

fn alone() -> bool {
    fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_gives_nothing_or_too_much_or_holds_nul_is_refused() {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        assert_eq!(local(moment, "%Y").as_deref(), Some("2001"));
        let long = "%A".repeat(60);
        for format in ["", "%Y\0%m", &long, &"x".repeat(5000)] {
            assert_eq!(local(moment, format), None, "{format:?}");
        }
    }

    #[test]
    fn a_stamp_is_six_digits() {
        let stamp = stamp();
        assert!(stamp.len() == 6 && stamp.bytes().all(|b| b.is_ascii_digit()), "{stamp}");
    }

    #[test]
    fn dice_fall_differently() {
        let thrown: std::collections::HashSet<u32> = (0..8).map(|_| dice()).collect();
        assert!(thrown.len() > 1);
    }
}

//! Time since boot and local dates.
//!
//! The wall clock is used for showing and for signatures only; everything that is decided counts from boot, suspension included.

use std::borrow::Cow;
use std::ffi::CStr;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use nix::sys::time::TimeSpec;
use nix::time::{ClockId as Clk, clock_gettime};

use super::dates::Local;
use crate::memory::Uptime;
use crate::world::{Clock, Wake};

/// Longest date that is shown, in bytes.
const DATE_LIMIT: usize = 200;

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

    fn moment(&self) -> SystemTime {
        SystemTime::now()
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
pub(super) fn date(moment: Uptime, format: &str) -> String {
    let (now, wall) = (uptime(), SystemTime::now());
    let then = if moment >= now { wall.checked_add(moment.since(now)) } else { wall.checked_sub(now.since(moment)) };
    then.map_or_else(String::new, |then| day(then, format))
}

/// A moment of the wall clock in local time.
pub(super) fn day(moment: SystemTime, format: &str) -> String {
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

/// A moment by the words of strftime(3); `None` when the format gives nothing or too much.
fn local(moment: SystemTime, format: &str) -> Option<String> {
    if format.len() > DATE_LIMIT || format.contains('\0') {
        return None;
    }
    let passed = moment.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let seconds = passed.try_into().ok()?;
    // SAFETY: `tm` is a plain structure for which all zeros (and null as zone name) is a valid value.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live values of the right type, and localtime_r keeps neither of them.
    if unsafe { libc::localtime_r(&raw const seconds, &raw mut parts) }.is_null() {
        return None;
    }
    let zone = if parts.tm_zone.is_null() {
        Cow::Borrowed("")
    } else {
        // SAFETY: not null, and the C library's name of a zone lives as long as the zone is not set anew, which no other thread does.
        unsafe { CStr::from_ptr(parts.tm_zone) }.to_string_lossy()
    };
    let local = Local { parts: &parts, seconds: passed.try_into().ok()?, zone: &zone };
    local.written(format).filter(|text| !text.is_empty() && text.len() <= DATE_LIMIT)
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
pub(super) mod tests {
    use std::ffi::CStr;
    use std::time::Duration;

    use super::*;

    /// A moment in UTC, of the C library.
    pub(in crate::system) fn parts_in_utc(seconds: i64) -> libc::tm {
        // SAFETY: `tm` is a plain structure for which all zeros (and null as zone name) is a valid value.
        let mut parts: libc::tm = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live values of the right type, and gmtime_r keeps neither of them.
        assert!(!unsafe { libc::gmtime_r(&raw const seconds, &raw mut parts) }.is_null());
        parts
    }

    /// What the C library writes, and how long it is.
    pub(in crate::system) fn strftime(parts: &libc::tm, format: &CStr, room: &mut [u8]) -> usize {
        // SAFETY: the buffer is live, exclusively borrowed and as long as said; the format ends with NUL; `parts` is a live value.
        unsafe { libc::strftime(room.as_mut_ptr().cast(), room.len(), format.as_ptr(), parts) }
    }

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

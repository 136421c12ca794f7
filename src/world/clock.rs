//! Time, and what ends a wait.

use std::time::SystemTime;

use crate::memory::Uptime;

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The moment has come.
    Timer,
    /// SIGHUP: read the configuration again and check now.
    Reload,
    /// A signal asks the process to end: its number.
    Stop(i32),
    /// An address of the machine came, went or changed, and has settled.
    AddressChanged,
    /// The wall clock was set: certificates can be judged now.
    ClockSet,
}

/// Time and the bell.
pub trait Clock {
    /// Now.
    fn uptime(&self) -> Uptime;
    /// A moment in local time, written with a strftime format; an unusable format falls back to `%F %R`.
    fn date(&self, moment: Uptime, format: &str) -> String;
    /// The same for a moment of the wall clock, such as that of a file.
    fn day(&self, moment: SystemTime, format: &str) -> String;
    /// The wall clock, for what others check: signatures. Nothing is decided by it, and it may be years off.
    fn moment(&self) -> SystemTime;
    /// Sleeps until `moment`, a signal or a settled change of address.
    fn wait(&mut self, moment: Uptime) -> Wake;
    /// A signal that came while something else was done; does not wait.
    fn pending(&mut self) -> Option<Wake>;
    /// Keeps the ear to the kernel's address changes open over the next `execve`; what the new image must be told to find it.
    fn keep(&mut self) -> String;
    /// Takes [`Clock::keep`] back when the `execve` failed.
    fn stay(&mut self);
    /// Any number, for jitter.
    fn dice(&mut self) -> u32;
}

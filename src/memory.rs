//! What a section remembers between rounds.
//!
//! Pure. Moments are [`Uptime`]: the router's wall clock may jump, time since boot does not.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::time::Duration;

/// Time since boot, suspension included (`CLOCK_BOOTTIME`, what `/proc/uptime` shows).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uptime(pub Duration);

impl Uptime {
    /// Whole milliseconds since boot.
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// A moment so many whole seconds after boot.
    pub const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// Whole seconds, as the status files hold them.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }

    /// The moment `wait` later.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Why nothing is sent for a while although an update is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldReason {
    /// The provider refused; the owner must act.
    Refused,
    /// The provider told us to slow down.
    SlowDown,
    /// The provider has trouble of its own.
    ServerTrouble,
    /// What it said was not understood, or nothing could be sent; next try at the check interval.
    Unclear,
}

/// No update before this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// First moment at which an update may be sent again.
    pub until: Uptime,
    /// Why.
    pub reason: HoldReason,
}

/// Everything carried from one round to the next. It outlives the process: handed over when the process executes itself anew, kept in a
/// file when it ends, so that a provider that refused is left alone after a restart by hotplug too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// When an update was last accepted in this boot (`SECTION.update`).
    pub updated: Option<Uptime>,
    /// The address that was accepted then, as far as this section's processes sent it.
    pub accepted: Option<IpAddr>,
    /// Of several names those that were accepted with this address while others were not, a bit for each in their order.
    pub partly: Option<(IpAddr, u64)>,
    /// How often the accepted address was sent again because DNS did not show it.
    pub resent: u32,
    /// The address the machine had at the last successful detection.
    pub current: Option<IpAddr>,
    /// Set while the provider must be left alone.
    pub hold: Option<Hold>,
    /// Why it had to be left alone last, also when that hold is over.
    pub held: Option<HoldReason>,
    /// Holds of that reason in a row: the back-off exponent.
    pub holds: u32,
    /// Changed addresses in a row that followed each other quickly: a line that flaps is not followed at any speed.
    pub quick: u32,
    /// Failures in a row (no address, no connection): the retry count.
    pub failures: u32,
    /// Fingerprint of the configuration that led here: a change of configuration lifts a hold.
    pub config: u64,
}

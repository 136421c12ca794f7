//! What to do next, and what an answer means for later.
//!
//! Pure: facts and the time come in, an [`Action`] goes out; nothing here can ask the world. The rules are contract sections 5 and 6; every
//! one is a row in `tests/decide.rs`.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{Known, Unfit, unfit};
use crate::answer::Answer;
use crate::config::{Section, Timing};
use crate::memory::{Hold, HoldReason, Memory, Uptime};

/// Hold after a refusal; doubled with each further one, up to [`LONGEST_HOLD`].
pub const REFUSED_HOLD: Duration = Duration::from_secs(4 * 3600);
/// Hold after being told to slow down, when the provider does not say for how long.
pub const SLOW_DOWN_HOLD: Duration = Duration::from_secs(3600);
/// The back-off from a provider in trouble grows at least this far.
pub const BACK_OFF_TOP: Duration = Duration::from_secs(30 * 60);
/// No hold is longer.
pub const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);
/// So long DNS may go on showing the old address after an accepted update; doubled with each time we send again.
pub const SETTLE: Duration = Duration::from_secs(3600);
/// DNS that never follows (a proxied or split-horizon name) is not sent to more often than this.
pub const LONGEST_SETTLE: Duration = Duration::from_secs(72 * 3600);
/// "The provider had it already" counts as so many times: from then on it is asked at [`LONGEST_SETTLE`].
const OFTEN: u32 = 7;
/// Changes that follow each other within this time are a line that flaps, ...
pub const FLAPPING: Duration = Duration::from_secs(600);
/// ... of which so many are sent at once, ...
pub const QUICK_CHANGES: u32 = 5;
/// ... and the next ones at this distance, doubled each time, up to [`FLAPPING`].
pub const FLAPPING_GAP: Duration = Duration::from_secs(30);
/// Two tries never follow each other faster, whatever `retry_interval` says.
pub const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// What one look at the world brought.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The address this machine has.
    pub current: Known<IpAddr>,
    /// The addresses DNS (or the provider) gives for the name.
    pub registered: Known<Vec<IpAddr>>,
}

/// Why an update is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// None was accepted since boot.
    First,
    /// The registered address is another one, or we know that we sent another one.
    Changed,
    /// `force_interval` is over.
    Forced,
    /// It was accepted long ago, but DNS still does not show it.
    NotFollowed,
}

/// Why nothing is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// The name points here.
    Right,
    /// The registered address is not known now, and there is no other reason to send.
    Unsure,
    /// Accepted, DNS does not show it yet.
    Lagging,
    /// The address changes again and again; the newest one is sent when this wait is over.
    Flapping,
    /// The provider must be left alone for now.
    Held(HoldReason),
    /// The address must not be published.
    Unfit(IpAddr, Unfit),
    /// No address was found; another try after the retry interval.
    NoAddress,
    /// As [`Idle::NoAddress`], `retry_max_count` reached: not before the next check.
    GaveUp,
}

/// The next action of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send this address.
    Send(IpAddr, Why),
    /// Do nothing before this moment.
    Wait(Uptime, Idle),
}

/// What to do about `facts`; `memory` is brought up to date with them.
pub fn next(section: &Section, memory: &mut Memory, facts: &Facts, now: Uptime) -> Action {
    forget_the_impossible(section, memory, now);
    let Known::Is(address) = facts.current else {
        return no_address(&section.timing, memory, now);
    };
    memory.current = Some(address);
    let check = now.after(section.timing.check);
    if let Some(why) = unfit(address, section.allow_private) {
        return Action::Wait(check, Idle::Unfit(address, why));
    }
    if let Some(hold) = memory.hold {
        return Action::Wait(hold.until.min(check), Idle::Held(hold.reason));
    }
    match due(section, memory, &facts.registered, address, now) {
        Ok(Why::Changed) if now < calm_again(memory) => Action::Wait(calm_again(memory).min(check), Idle::Flapping),
        Ok(why) => Action::Send(address, why),
        Err(idle) => {
            memory.failures = 0;
            Action::Wait(check, idle)
        }
    }
}

/// Drops what a reboot, a changed configuration or the passing of time made void.
fn forget_the_impossible(section: &Section, memory: &mut Memory, now: Uptime) {
    if memory.config != section.fingerprint {
        memory.hold = None;
        memory.holds = 0;
        memory.failures = 0;
        // it may have been another name that was accepted
        memory.accepted = None;
        memory.partly = None;
        memory.resent = 0;
        memory.config = section.fingerprint;
    }
    memory.updated = memory.updated.filter(|at| *at <= now);
    memory.hold = memory.hold.filter(|hold| now < hold.until && hold.until <= now.after(LONGEST_HOLD));
}

fn no_address(timing: &Timing, memory: &mut Memory, now: Uptime) -> Action {
    let (until, gave_up) = retry(timing, memory, now);
    Action::Wait(until, if gave_up { Idle::GaveUp } else { Idle::NoAddress })
}

/// Whether an update is due, and why or why not.
fn due(
    section: &Section,
    memory: &mut Memory,
    registered: &Known<Vec<IpAddr>>,
    address: IpAddr,
    now: Uptime,
) -> Result<Why, Idle> {
    let shown = matches!(registered, Known::Is(all) if all.contains(&address));
    let Some(updated) = memory.updated else { return Ok(Why::First) };
    if section.timing.force.is_some_and(|force| now.since(updated) >= force) {
        return Ok(Why::Forced);
    }
    // what we sent last counts more than what DNS shows: back at an old address, a lagging DNS looks right, but the provider is not
    // and where only some of the names were accepted, DNS tells nothing of the others
    if memory.accepted.is_some_and(|accepted| accepted != address) || memory.partly.is_some() {
        return Ok(Why::Changed);
    }
    if shown {
        memory.accepted = Some(address);
        memory.resent = 0;
        return Err(Idle::Right);
    }
    match (memory.accepted, registered) {
        // what DNS says now is not known: that alone is no reason to send anything
        (_, Known::Unclear(_)) => Err(Idle::Unsure),
        (None, _) => Ok(Why::Changed),
        (Some(_), _) if now.since(updated) >= settle(memory.resent) => Ok(Why::NotFollowed),
        (Some(_), _) => Err(Idle::Lagging),
    }
}

/// When a changed address may be sent: at once, unless too many were sent quickly one after another.
fn calm_again(memory: &Memory) -> Uptime {
    let Some((updated, surplus)) = memory.updated.zip(memory.quick.checked_sub(QUICK_CHANGES)) else {
        return Uptime::default();
    };
    updated.after(doubled(FLAPPING_GAP, surplus, FLAPPING))
}

fn settle(resent: u32) -> Duration {
    SETTLE.saturating_mul(1 << resent.min(16)).min(LONGEST_SETTLE)
}

/// Counts a failure; gives the moment of the next try and whether `retry_max_count` is used up.
fn retry(timing: &Timing, memory: &mut Memory, now: Uptime) -> (Uptime, bool) {
    memory.failures = memory.failures.saturating_add(1);
    if timing.retry_max != 0 && memory.failures > timing.retry_max {
        memory.failures = 0;
        return (now.after(timing.check), true);
    }
    (now.after(timing.retry.max(SHORTEST_RETRY)), false)
}

/// What follows an answer: the moment of the next look, and whether the tries of this round are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// When to look again.
    pub until: Uptime,
    /// `retry_max_count` is reached: logs say so, and a section that runs once ends.
    pub gave_up: bool,
}

/// Takes an answer into `memory`. `dice` is any number and spreads the tries of many routers (RFC 8961 asks for jitter in back-off).
pub fn after(
    section: &Section,
    memory: &mut Memory,
    sent: (IpAddr, Why),
    answer: &Answer,
    now: Uptime,
    dice: u32,
) -> After {
    let timing = &section.timing;
    let check = now.after(timing.check);
    let hold = match answer {
        Answer::Accepted | Answer::Unchanged => {
            accepted(memory, sent, *answer == Answer::Unchanged, now);
            return After { until: check, gave_up: false };
        }
        Answer::Unreachable | Answer::Interrupted => {
            let (until, gave_up) = retry(timing, memory, now);
            return After { until, gave_up };
        }
        Answer::Refused(_) => {
            let times = in_a_row(memory, HoldReason::Refused);
            (HoldReason::Refused, doubled(REFUSED_HOLD, times, LONGEST_HOLD))
        }
        Answer::SlowDown(wish) => {
            let times = in_a_row(memory, HoldReason::SlowDown);
            // who asks for a second again and again does not mean it
            let first = timing.retry.max(SHORTEST_RETRY);
            let least = doubled(first, times, SLOW_DOWN_HOLD.max(first));
            let own = doubled(SLOW_DOWN_HOLD, times, LONGEST_HOLD);
            (HoldReason::SlowDown, wish.map_or(own, |wish| wish.max(least)))
        }
        Answer::ServerTrouble(wish) => {
            let first = timing.retry.max(SHORTEST_RETRY);
            let times = in_a_row(memory, HoldReason::ServerTrouble);
            let own = jittered(doubled(first, times, BACK_OFF_TOP.max(first)), dice);
            (HoldReason::ServerTrouble, wish.map_or(own, |wish| wish.max(own)))
        }
        Answer::Unclear | Answer::NotSent => {
            in_a_row(memory, HoldReason::Unclear);
            (HoldReason::Unclear, timing.check.max(timing.retry))
        }
    };
    hold_back(memory, hold.0, now.after(hold.1.min(LONGEST_HOLD)));
    After { until: memory.hold.map_or(check, |hold| hold.until.min(check)), gave_up: false }
}

fn accepted(memory: &mut Memory, (address, why): (IpAddr, Why), unchanged: bool, now: Uptime) {
    memory.resent = match why {
        // the provider has it, whatever DNS shows: asking it again soon is a nuisance and brings nothing
        Why::NotFollowed if unchanged => memory.resent.saturating_add(OFTEN),
        Why::NotFollowed => memory.resent.saturating_add(1),
        _ => 0,
    };
    let soon = memory.updated.is_some_and(|before| now.since(before) <= FLAPPING);
    memory.quick = if why == Why::Changed && soon { memory.quick.saturating_add(1) } else { 0 };
    memory.updated = Some(now);
    memory.accepted = Some(address);
    memory.partly = None;
    memory.hold = None;
    memory.holds = 0;
    memory.failures = 0;
}

/// How many holds of this reason went before; one of another reason begins the count anew.
fn in_a_row(memory: &mut Memory, reason: HoldReason) -> u32 {
    if memory.held != Some(reason) {
        memory.held = Some(reason);
        memory.holds = 0;
    }
    memory.holds
}

fn hold_back(memory: &mut Memory, reason: HoldReason, until: Uptime) {
    memory.hold = Some(Hold { until, reason });
    memory.holds = memory.holds.saturating_add(1);
    memory.failures = 0;
}

fn doubled(first: Duration, times: u32, top: Duration) -> Duration {
    first.saturating_mul(1 << times.min(16)).min(top)
}

/// Between three quarters and five quarters of `wait`.
fn jittered(wait: Duration, dice: u32) -> Duration {
    wait.mul_f64(0.75 + 0.5 * f64::from(dice) / f64::from(u32::MAX))
}

//! Memory to the exact texts of the status files LuCI reads, and back.
//!
//! Pure: which file holds which text (contract section 3, `luci.md` section 1), nothing of how it is written.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use crate::address::Known;
use crate::memory::{Hold, HoldReason, Memory, Uptime};

/// A moment as `SECTION.update` and `SECTION.nextcheck` hold it: whole seconds since boot and a newline.
pub fn moment(at: Uptime) -> String {
    format!("{}\n", at.as_secs())
}

/// The moment in such a file; `None` for an empty file, zero, or anything that is no number, and for a moment later than `now`, which is
/// left over from before a reboot.
pub fn parse_moment(text: &str, now: Uptime) -> Option<Uptime> {
    let secs = text.trim().parse().ok().filter(|secs| *secs != 0)?;
    Some(Uptime::from_secs(secs)).filter(|at| at.as_secs() <= now.as_secs())
}

/// `SECTION.ip`: one checked address, ours if DNS gives several; an empty line when nothing is known, so that LuCI does not ask again.
pub fn registered(registered: &Known<Vec<IpAddr>>, current: Option<IpAddr>) -> String {
    let shown = match registered {
        Known::Is(all) => all.iter().find(|a| Some(**a) == current).or(all.first()),
        Known::Nothing(_) | Known::Unclear(_) => None,
    };
    shown.map_or_else(|| "\n".to_owned(), |address| format!("{address}\n"))
}

/// `SECTION.pid`: decimal number and a newline.
pub fn pid(pid: u32) -> String {
    format!("{pid}\n")
}

/// The number in a `.pid` file.
pub fn parse_pid(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|pid| *pid > 0)
}

/// All of a memory as lines `name value`; what is not set is left out. `boot` names the boot in which its moments count.
pub fn memory(memory: &Memory, boot: &str) -> String {
    let mut text = format!("boot {boot}\nconfig {:x}\n", memory.config);
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{name} {value}");
        }
    };
    line("updated", memory.updated.map(|at| at.as_secs().to_string()));
    line("accepted", memory.accepted.map(|a| a.to_string()));
    line("current", memory.current.map(|a| a.to_string()));
    line("partly", memory.partly.map(|(address, names)| format!("{address} {names:x}")));
    line("resent", nonzero(memory.resent));
    line("hold", memory.hold.map(|hold| format!("{} {}", reason_word(hold.reason), hold.until.as_millis())));
    line("quick", nonzero(memory.quick));
    line("held", memory.held.map(|reason| reason_word(reason).to_owned()));
    line("holds", nonzero(memory.holds));
    line("failures", nonzero(memory.failures));
    text
}

fn nonzero(number: u32) -> Option<String> {
    (number != 0).then(|| number.to_string())
}

const REASONS: [(HoldReason, &str); 4] = [
    (HoldReason::Refused, "refused"),
    (HoldReason::SlowDown, "slow-down"),
    (HoldReason::ServerTrouble, "server-trouble"),
    (HoldReason::Unclear, "unclear"),
];

/// One word for why a provider is left alone.
pub fn reason_word(reason: HoldReason) -> &'static str {
    REASONS.iter().find(|(r, _)| *r == reason).map_or("unclear", |(_, word)| word)
}

/// The memory in such a text; an empty one when it was written in another boot. What cannot be read is left out.
pub fn parse_memory(text: &str, boot: &str) -> Memory {
    let mut memory = Memory::default();
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    if lines.next() != Some(("boot", boot)) {
        return memory;
    }
    for (name, value) in lines {
        match name {
            "config" => memory.config = u64::from_str_radix(value, 16).unwrap_or_default(),
            "updated" => memory.updated = value.parse().ok().map(Uptime::from_secs),
            "accepted" => memory.accepted = value.parse().ok(),
            "current" => memory.current = value.parse().ok(),
            "partly" => memory.partly = parse_partly(value),
            "resent" => memory.resent = value.parse().unwrap_or_default(),
            "hold" => memory.hold = parse_hold(value),
            "held" => memory.held = reason_of(value),
            "holds" => memory.holds = value.parse().unwrap_or_default(),
            "quick" => memory.quick = value.parse().unwrap_or_default(),
            "failures" => memory.failures = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    memory
}

fn reason_of(word: &str) -> Option<HoldReason> {
    REASONS.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason)
}

fn parse_partly(value: &str) -> Option<(IpAddr, u64)> {
    let (address, names) = value.split_once(' ')?;
    Some((address.parse().ok()?, u64::from_str_radix(names, 16).ok()?))
}

fn parse_hold(value: &str) -> Option<Hold> {
    let (word, until) = value.split_once(' ')?;
    let reason = reason_of(word)?;
    Some(Hold { until: Uptime(Duration::from_millis(until.parse().ok()?)), reason })
}

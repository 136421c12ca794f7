//! What an update does to a host, and what time does to it.
//!
//! Pure: rows in, rows out, and the moment is an argument. Who asks was settled before; what the DNS says comes after.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::time::Duration;

use ddns::address::{Family, unfit};

use crate::account::{Held, Host};
use crate::config::Window;
use crate::moment::Moment;
use crate::pair::{FAMILIES, Pair};
use crate::world::{Event, EventKind, Records, Set, Touch};

/// What one update says of one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// `None` for a family that it says nothing of.
    pub addresses: Pair<Option<IpAddr>>,
    /// From where.
    pub source: IpAddr,
    /// When.
    pub now: Moment,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is so and the DNS is known to have it. The note that it still holds is worth writing only now and then.
    Unchanged(Option<Touch>),
    /// All is wanted so already, but the DNS is not known to have it.
    Again,
    /// The host becomes this; one line of history for each address that changes.
    Change(Box<Host>, Vec<Event>),
    /// Too many changes in the window.
    TooOften,
    /// Its owner wants it gone: it takes no more addresses.
    Leaving,
}

/// Whether an address may be put into the DNS: unspecified, loopback, multicast and link-local ones never.
#[must_use]
pub fn publishable(address: IpAddr, allow_private: bool) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !link_local && unfit(address, allow_private).is_none()
}

/// What an update does to a host. `limit` is the window of accepted changes, if there is one.
#[must_use]
pub fn update(host: &Host, said: &Said, limit: Option<Window>) -> Verdict {
    if host.leaving {
        return Verdict::Leaving;
    }
    let events: Vec<Event> = FAMILIES.into_iter().filter_map(|family| changed(host, said, family)).collect();
    if events.is_empty() {
        return if host.applied == host.generation { Verdict::Unchanged(touch(host, said)) } else { Verdict::Again };
    }
    let mut next = host.clone();
    if let Some(window) = limit {
        next.recent.retain(|time| said.now.since(*time) < window.span);
        if next.recent.len() >= window.most as usize {
            return Verdict::TooOften;
        }
        next.recent.push(said.now);
    }
    next.generation += 1;
    next.source = Some(said.source);
    for family in FAMILIES {
        if let Some(address) = said.addresses.get(family) {
            confirm(next.held.get_mut(family), *address, said.now, host.expiry_ttl);
        }
    }
    Verdict::Change(Box::new(next), events)
}

fn changed(host: &Host, said: &Said, family: Family) -> Option<Event> {
    let (new, old) = (*said.addresses.get(family), host.held.get(family).address);
    (new.is_some() && new != old).then_some(Event {
        at: said.now,
        kind: EventKind::Update,
        family,
        old,
        new,
        source: Some(said.source),
    })
}

fn confirm(held: &mut Held, address: IpAddr, now: Moment, expiry_ttl: u32) {
    if held.address != Some(address) {
        held.changed = Some(now);
    }
    held.address = Some(address);
    held.last = Some(address);
    held.seen = Some(now);
    held.expires = expiry(now, expiry_ttl);
}

fn expiry(seen: Moment, expiry_ttl: u32) -> Option<Moment> {
    (expiry_ttl > 0).then(|| seen.plus(Duration::from_secs(expiry_ttl.into())))
}

/// A tenth of the time to expiry may pass before it is worth a write: what nobody changed costs no disk.
fn touch(host: &Host, said: &Said) -> Option<Touch> {
    const DAY: u32 = 86_400;
    let tenth = Duration::from_secs(if host.expiry_ttl == 0 { DAY } else { host.expiry_ttl }.into()) / 10;
    let times = Pair::of(|family| {
        let stale = host.held.get(family).seen.is_none_or(|seen| said.now.since(seen) > tenth);
        (said.addresses.get(family).is_some() && stale).then(|| (said.now, expiry(said.now, host.expiry_ttl)))
    });
    let any = FAMILIES.iter().any(|family| times.get(*family).is_some());
    any.then_some(Touch { host: host.id, generation: host.generation, times, source: Some(said.source) })
}

/// What a host becomes when its time has run out; `None` when it has not, for any family.
#[must_use]
pub fn expire(host: &Host, now: Moment) -> Option<(Host, Vec<Event>)> {
    let due = |held: &Held| held.address.is_some() && held.expires.is_some_and(|expires| expires <= now);
    removed(host, now, EventKind::Expiry, due)
}

/// What a host becomes that is to be deleted: without records, on its way out.
#[must_use]
pub fn leave(host: &Host, now: Moment) -> (Host, Vec<Event>) {
    let (mut next, events) = removed(host, now, EventKind::Admin, |held| held.address.is_some())
        .unwrap_or_else(|| (host.clone(), Vec::new()));
    next.generation = host.generation + 1;
    next.leaving = true;
    (next, events)
}

/// The host with other times. What expires does so by the new time; only another TTL of records that are there concerns the DNS, and makes
/// another generation.
#[must_use]
pub fn retime(host: &Host, dns_ttl: u32, expiry_ttl: u32) -> Host {
    let shows = FAMILIES.into_iter().any(|family| host.held.get(family).address.is_some());
    let concerns = shows && dns_ttl != host.dns_ttl;
    let mut next = Host { dns_ttl, expiry_ttl, generation: host.generation + i64::from(concerns), ..host.clone() };
    for family in FAMILIES {
        let held = next.held.get_mut(family);
        held.expires = held.seen.filter(|_| held.address.is_some()).and_then(|seen| expiry(seen, expiry_ttl));
    }
    next
}

fn removed(host: &Host, now: Moment, kind: EventKind, due: impl Fn(&Held) -> bool) -> Option<(Host, Vec<Event>)> {
    let (mut next, mut events) = (host.clone(), Vec::new());
    for family in FAMILIES {
        let held = next.held.get_mut(family);
        if due(held) {
            events.push(Event { at: now, kind, family, old: held.address, new: None, source: None });
            *held = Held { address: None, changed: Some(now), expires: None, ..*held };
        }
    }
    if events.is_empty() {
        return None;
    }
    next.generation = host.generation + 1;
    Some((next, events))
}

/// What is to be in the DNS for a host. Both families at once, so that a push whose outcome is unknown is made good by the next one,
/// whichever it is for; a family that this program never set is left alone.
#[must_use]
pub fn records(host: &Host) -> Records {
    let set = Pair::of(|family| match host.held.get(family) {
        Held { address: Some(address), .. } => Set::To(*address),
        held if held.ours() => Set::Remove,
        _ => Set::Keep,
    });
    Records { name: host.name.clone(), ttl: host.dns_ttl, set }
}

#[cfg(test)]
mod tests;

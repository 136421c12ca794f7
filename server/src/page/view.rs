//! Hosts, tokens and history in words.

use std::net::IpAddr;

use ddns::address::Family;
use ddns::secret::percent_encoded;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::account::{Held, Token};
use crate::moment::Moment;
use crate::names;
use crate::pair::FAMILIES;
use crate::world::{Event, EventKind};

/// Hosts that one page lists.
pub(super) const PART: usize = 100;

/// Which part of a long list is shown, from 1.
pub(super) struct Part {
    number: usize,
    last: usize,
}

impl Part {
    /// The one that `?part=2` asks for, as far as there is one.
    pub(super) fn of(query: Option<&str>, all: usize) -> Self {
        let last = all.div_ceil(PART).max(1);
        let asked = query.and_then(|query| query.strip_prefix("part=")?.parse().ok());
        Self { number: asked.unwrap_or(1).clamp(1, last), last }
    }

    /// How many stand before it.
    pub(super) fn first(&self) -> usize {
        (self.number - 1) * PART
    }

    pub(super) fn before(&self) -> Option<usize> {
        (self.number > 1).then(|| self.number - 1)
    }

    pub(super) fn after(&self) -> Option<usize> {
        (self.number < self.last).then_some(self.number + 1)
    }
}

/// A moment: for programs, for people, and how long ago or ahead it is.
#[derive(Serialize)]
struct When {
    exact: String,
    shown: String,
    about: String,
}

/// One family of a host.
#[derive(Serialize)]
struct Record {
    family: &'static str,
    kind: &'static str,
    address: Option<String>,
    last: Option<String>,
    changed: Option<When>,
    seen: Option<When>,
    expires: Option<When>,
}

/// A host.
#[derive(Serialize)]
struct Host {
    name: String,
    ascii: Option<String>,
    path: String,
    state: &'static str,
    mark: &'static str,
    records: Vec<Record>,
    seen: Option<When>,
    source: Option<String>,
    ttl: u32,
    expiry: Option<String>,
    leaving: bool,
}

/// A token.
#[derive(Serialize)]
struct Key {
    id: i64,
    note: String,
    made: When,
}

/// A line of history.
#[derive(Serialize)]
struct Line {
    at: When,
    what: &'static str,
    kind: &'static str,
    old: Option<String>,
    new: Option<String>,
    source: Option<String>,
}

/// Where a host's page is.
pub(super) fn path(host: &crate::account::Host) -> String {
    format!("/host/{}", percent_encoded(host.name.fqdn().as_bytes()))
}

pub(super) fn host(host: &crate::account::Host, now: Moment) -> Value {
    let fqdn = host.name.fqdn();
    let name = names::shown(&fqdn);
    let (state, mark) = state(host);
    Value::from(Serde(Host {
        path: path(host),
        ascii: (name != fqdn).then_some(fqdn),
        name,
        state,
        mark,
        records: FAMILIES.map(|family| record(family, host.held.get(family), now)).into(),
        seen: host.held.v4.seen.max(host.held.v6.seen).map(|moment| when(moment, now)),
        source: host.source.map(|source| source.to_string()),
        ttl: host.dns_ttl,
        expiry: (host.expiry_ttl != 0).then(|| span(u64::from(host.expiry_ttl))),
        leaving: host.leaving,
    }))
}

/// What the host's records are like, and the word that the style sheet knows it by.
fn state(host: &crate::account::Host) -> (&'static str, &'static str) {
    let any = |is: fn(&Held) -> bool| FAMILIES.into_iter().any(|family| is(host.held.get(family)));
    if host.leaving {
        ("Being deleted", "off")
    } else if host.applied < host.generation {
        ("Pending: not yet in the DNS", "wait")
    } else if any(|held| held.address.is_some()) {
        ("In the DNS", "on")
    } else if any(Held::ours) {
        ("Expired: no address in the DNS", "off")
    } else {
        ("No update yet", "off")
    }
}

fn record(family: Family, held: &Held, now: Moment) -> Record {
    let at = |moment: Option<Moment>| moment.map(|moment| when(moment, now));
    let (family, kind) = words(family);
    Record {
        family,
        kind,
        address: text(held.address),
        last: text(held.last.filter(|_| held.address.is_none())),
        changed: at(held.changed),
        seen: at(held.seen),
        expires: at(held.expires.filter(|_| held.address.is_some())),
    }
}

pub(super) fn token(token: &Token, now: Moment) -> Value {
    Value::from(Serde(Key { id: token.id, note: token.note.clone(), made: when(token.made, now) }))
}

pub(super) fn event(event: &Event, now: Moment) -> Value {
    let what = match event.kind {
        EventKind::Update => "Update",
        EventKind::Expiry => "Expired",
        EventKind::Admin => "Operator",
    };
    let (_, kind) = words(event.family);
    let (old, new, source) = (text(event.old), text(event.new), text(event.source));
    Value::from(Serde(Line { at: when(event.at, now), what, kind, old, new, source }))
}

fn words(family: Family) -> (&'static str, &'static str) {
    match family {
        Family::V4 => ("IPv4", "A"),
        Family::V6 => ("IPv6", "AAAA"),
    }
}

fn text(address: Option<IpAddr>) -> Option<String> {
    address.map(|address| address.to_string())
}

fn when(moment: Moment, now: Moment) -> When {
    let exact = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let shown = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let date = OffsetDateTime::from_unix_timestamp(moment.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let about = match now.since(moment).as_secs() {
        _ if moment > now => format!("in {}", about(moment, now)),
        0 => "just now".to_owned(),
        _ => format!("{} ago", about(now, moment)),
    };
    When { exact: date.format(exact).unwrap_or_default(), shown: date.format(shown).unwrap_or_default(), about }
}

fn about(later: Moment, earlier: Moment) -> String {
    let seconds = later.since(earlier).as_secs();
    let unit = match seconds {
        0..=119 => 1,
        120..=7_199 => 60,
        7_200..=172_799 => 3_600,
        _ => 86_400,
    };
    span(seconds / unit * unit)
}

/// `35 days`, `90 seconds`: the largest unit that says it exactly.
fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (count, unit) = UNITS
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .map_or((seconds, "second"), |(size, unit)| (seconds / size, unit));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

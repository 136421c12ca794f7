//! What a letter says without a template, and the made-up facts on which templates are tried.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ddns::address::Family;
use ddns::secret::Secret;

use super::facts::{Facts, Kind};
use crate::account::{Held, Host, Name, User};
use crate::moment::Moment;
use crate::pair::{FAMILIES, Pair};

/// The subject of a letter whose template has none.
pub(super) fn subject(kind: Kind, facts: &Facts<'_>) -> String {
    let fqdn = facts.after.name.fqdn();
    match kind {
        Kind::Change => format!("{fqdn}: address changed"),
        Kind::Expiry => format!("{fqdn}: address expired"),
    }
}

/// The text of a letter whose template failed.
pub(super) fn text(kind: Kind, facts: &Facts<'_>) -> String {
    let mut out = match kind {
        Kind::Change => format!("The address of {} changed.\n\n", facts.after.name),
        Kind::Expiry => format!(
            "{} was not updated for {} seconds. Its records were removed; the next update brings them back.\n\n",
            facts.after.name, facts.after.expiry_ttl
        ),
    };
    for family in FAMILIES {
        if facts.moved(kind, family) {
            let label = match family {
                Family::V4 => "IPv4",
                Family::V6 => "IPv6",
            };
            let shown = facts.shown(kind, family).map_or_else(|| "none".to_owned(), |address| address.to_string());
            let _ = writeln!(out, "{label}: {shown}");
        }
    }
    out
}

/// A user and a host before and after, all of it of the ranges that documentation uses.
pub(super) struct Example {
    user: User,
    before: Host,
    after: Host,
}

impl Example {
    pub(super) fn facts(&self) -> Facts<'_> {
        Facts { user: &self.user, before: &self.before, after: &self.after }
    }
}

/// Both families changed, or expired.
pub(super) fn example(kind: Kind) -> Example {
    let user = User {
        id: 1,
        name: "user".to_owned(),
        email: "user@example.com".to_owned(),
        password: Secret::default(),
        host_limit: None,
    };
    let old = Pair { v4: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), v6: IpAddr::V6(Ipv6Addr::LOCALHOST) };
    let new = Pair { v4: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), v6: IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let before = host(1, Pair::of(|family| held(*old.get(family), true)));
    let after = match kind {
        Kind::Change => host(2, Pair::of(|family| held(*new.get(family), true))),
        Kind::Expiry => host(2, Pair::of(|family| held(*old.get(family), false))),
    };
    Example { user, before, after }
}

fn held(address: IpAddr, there: bool) -> Held {
    let when = Some(Moment(1_700_000_000_000));
    Held { address: there.then_some(address), last: Some(address), changed: when, seen: when, expires: None }
}

fn host(generation: i64, held: Pair<Held>) -> Host {
    Host {
        id: 1,
        user: 1,
        name: Name { label: "mypc".to_owned(), zone: "dyn.example.com".to_owned() },
        dns_ttl: 60,
        expiry_ttl: 3600,
        held,
        generation,
        applied: 0,
        source: None,
        recent: Vec::new(),
        leaving: false,
    }
}

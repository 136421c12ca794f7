//! What a letter can tell: the variables of the templates, under the names and with the types that the specification's tables give.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use ddns::address::Family;
use minijinja::Value;

use super::time::When;
use crate::account::{Held, Host, User};

/// Whom a letter goes to, and what became of which host.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The host's owner.
    pub user: &'a User,
    /// The host as it was.
    pub before: &'a Host,
    /// The host as it is to be, with its new generation.
    pub after: &'a Host,
}

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Change,
    Expiry,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Expiry => "expiry",
        }
    }
}

impl<'a> Facts<'a> {
    /// Whether a letter of this kind has anything to tell.
    pub(super) fn concern(&self, kind: Kind) -> bool {
        self.moved(kind, Family::V4) || self.moved(kind, Family::V6)
    }

    /// Whether this family changed, or expired.
    pub(super) fn moved(&self, kind: Kind, family: Family) -> bool {
        let (before, after) = (self.was(family).address, self.now(family).address);
        match kind {
            Kind::Change => before != after,
            Kind::Expiry => before.is_some() && after.is_none(),
        }
    }

    /// The address that a letter of this kind shows: the one that holds, or the last one that did.
    pub(super) fn shown(&self, kind: Kind, family: Family) -> Option<IpAddr> {
        match kind {
            Kind::Change => self.now(family).address,
            Kind::Expiry => self.was(family).address.or(self.now(family).last),
        }
    }

    fn was(&self, family: Family) -> &'a Held {
        self.before.held.get(family)
    }

    fn now(&self, family: Family) -> &'a Held {
        self.after.held.get(family)
    }

    /// When a client last said that the address holds. What expired was last told of before it did.
    fn updated(&self, kind: Kind, family: Family) -> Value {
        let held = match kind {
            Kind::Change => self.now(family),
            Kind::Expiry => self.was(family),
        };
        held.seen.or(held.changed).and_then(When::of).map_or(Value::from(()), Value::from_object)
    }

    /// All variables of a letter of this kind.
    pub(super) fn variables(&self, kind: Kind) -> Value {
        let name = &self.after.name;
        let mut all = BTreeMap::from([
            ("hostname", Value::from(name.label.as_str())),
            ("zone", Value::from(name.zone.as_str())),
            ("fqdn", Value::from(name.fqdn())),
            ("expiry_ttl", Value::from(self.after.expiry_ttl)),
            ("last_ipv4_update", self.updated(kind, Family::V4)),
            ("last_ipv6_update", self.updated(kind, Family::V6)),
        ]);
        let (flags, addresses) = match kind {
            Kind::Change => (["ipv4_changed", "ipv6_changed"], ["ipv4", "ipv6"]),
            Kind::Expiry => (["ipv4_expired", "ipv6_expired"], ["last_ipv4", "last_ipv6"]),
        };
        for (at, family) in crate::pair::FAMILIES.into_iter().enumerate() {
            all.insert(flags[at], Value::from(self.moved(kind, family)));
            all.insert(addresses[at], text(self.shown(kind, family)));
        }
        Value::from(all)
    }
}

fn text(address: Option<IpAddr>) -> Value {
    address.map_or(Value::from(()), |address| Value::from(address.to_string()))
}

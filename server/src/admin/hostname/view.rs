//! How hosts look: a row of the list, the whole of one, and the same as JSON.

use serde_json::{Value, json};

use crate::account::{Held, Host, Token};
use crate::moment::Moment;
use crate::names;
use crate::pair::FAMILIES;
use crate::world::{Event, EventKind};

use super::super::naming::shown;
use super::super::table::{Table, facts};
use super::super::{token, when};

/// The list.
pub(super) fn table(hosts: &[(Host, String)]) -> Table {
    let head = ["hostname", "user", "IPv4", "IPv6", "TTL", "expiry", "last seen", "state"];
    let mut table = Table::new(&head, "no hostnames yet; 'hostname add USER LABEL ZONE' makes one");
    for (host, user) in hosts {
        table.row(&[
            shown(&host.name.fqdn()),
            user.clone(),
            address(&host.held.v4),
            address(&host.held.v6),
            host.dns_ttl.to_string(),
            host.expiry_ttl.to_string(),
            seen(host).map_or_else(|| "never".to_owned(), when::shown),
            state(host).to_owned(),
        ]);
    }
    table
}

/// One host with all that belongs to it.
pub(super) struct Whole<'a> {
    pub(super) host: &'a Host,
    pub(super) user: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) events: &'a [Event],
}

impl Whole<'_> {
    /// For a person.
    pub(super) fn text(&self, width: Option<usize>) -> String {
        let host = self.host;
        let mut list = vec![
            ("hostname", shown(&host.name.fqdn())),
            ("zone", shown(&host.name.zone)),
            ("user", self.user.to_owned()),
            ("state", state(host).to_owned()),
            ("IPv4", told(&host.held.v4)),
            ("IPv6", told(&host.held.v6)),
            ("dns_ttl", host.dns_ttl.to_string()),
            ("expiry_ttl", expiry(host.expiry_ttl)),
        ];
        if let Some(source) = host.source {
            list.push(("updated from", source.to_string()));
        }
        let mut text = facts(&list, width);
        if !self.tokens.is_empty() {
            text.push('\n');
            text.push_str(&token::table(self.tokens).shown(width));
        }
        if !self.events.is_empty() {
            text.push('\n');
            text.push_str(&self.history().shown(width));
        }
        text
    }

    fn history(&self) -> Table {
        let mut table = Table::new(&["when", "what", "record", "was", "became", "asked from"], "");
        let or_none = |address: Option<std::net::IpAddr>| address.map_or_else(|| "none".to_owned(), |a| a.to_string());
        for event in self.events {
            table.row(&[
                when::shown(event.at),
                kind(event.kind).to_owned(),
                event.family.to_string(),
                or_none(event.old),
                or_none(event.new),
                event.source.map_or_else(String::new, |source| source.to_string()),
            ]);
        }
        table
    }

    /// For a program.
    pub(super) fn value(&self) -> Value {
        let mut value = value(self.host, self.user);
        value["tokens"] = self.tokens.iter().map(token::value).collect();
        value["history"] = self.events.iter().map(event).collect();
        value
    }
}

/// One host for a program.
pub(super) fn value(host: &Host, user: &str) -> Value {
    json!({
        "hostname": host.name.fqdn(),
        "label": host.name.label,
        "zone": host.name.zone,
        "shown": names::shown(&host.name.fqdn()),
        "user": user,
        "dns_ttl": host.dns_ttl,
        "expiry_ttl": host.expiry_ttl,
        "state": state(host),
        "updated_from": host.source.map(|source| source.to_string()),
        "ipv4": family(&host.held.v4),
        "ipv6": family(&host.held.v6),
    })
}

fn family(held: &Held) -> Value {
    json!({
        "address": held.address.map(|address| address.to_string()),
        "last": held.last.map(|address| address.to_string()),
        "changed": held.changed.map(when::exact),
        "seen": held.seen.map(when::exact),
        "expires": held.expires.map(when::exact),
    })
}

fn event(event: &Event) -> Value {
    json!({
        "at": when::exact(event.at),
        "kind": kind(event.kind),
        "record": match event.family { ddns::address::Family::V4 => "A", ddns::address::Family::V6 => "AAAA" },
        "old": event.old.map(|address| address.to_string()),
        "new": event.new.map(|address| address.to_string()),
        "source": event.source.map(|address| address.to_string()),
    })
}

fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Update => "update",
        EventKind::Expiry => "expiry",
        EventKind::Admin => "operator",
    }
}

/// What the host's records are like, in one or two words.
fn state(host: &Host) -> &'static str {
    let any = |is: fn(&Held) -> bool| FAMILIES.into_iter().any(|family| is(host.held.get(family)));
    if host.leaving {
        "being deleted"
    } else if host.applied < host.generation {
        "waits for DNS"
    } else if any(|held| held.address.is_some()) {
        "in DNS"
    } else if any(Held::ours) {
        "expired"
    } else {
        "never updated"
    }
}

fn address(held: &Held) -> String {
    held.address.map_or_else(String::new, |address| address.to_string())
}

fn seen(host: &Host) -> Option<Moment> {
    host.held.v4.seen.max(host.held.v6.seen)
}

fn expiry(seconds: u32) -> String {
    if seconds == 0 { "0 (never)".to_owned() } else { format!("{seconds} ({})", when::about(u64::from(seconds))) }
}

fn told(held: &Held) -> String {
    let mut said = match (held.address, held.last) {
        (Some(address), _) => address.to_string(),
        (None, Some(last)) => format!("none (last {last})"),
        (None, None) => return "never set".to_owned(),
    };
    for (word, moment) in [("since", held.changed), ("seen", held.seen), ("expires", held.expires)] {
        if let Some(moment) = moment {
            said.extend([", ", word, " ", &when::shown(moment)]);
        }
    }
    said
}

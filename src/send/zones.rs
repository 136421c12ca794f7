//! The zone that holds a name: in lists that come in pages, or by asking for one after the other.
//!
//! Knows no provider: what its list looks like is told in a [`Pages`].

use serde_json::Value;

use super::api::Api;
use super::json::{Step, end, list, odd, text};
use super::name::Name;
use crate::answer::{Answer, Refusal};

/// The most pages that are asked for.
const PAGES: usize = 50;

/// What a provider's list of zones looks like.
pub(super) struct Pages {
    /// The member that is the list; a page without it has no zones.
    pub(super) list: &'static str,
    /// The member of a zone that is its name; a dot at its end does not count.
    pub(super) name: &'static str,
    /// Zones that do not count: those seen only inside.
    pub(super) hidden: fn(&Value) -> bool,
    /// The path of the page behind this one.
    pub(super) next: fn(&Value, &str) -> Option<String>,
}

/// The zone with the longest name that holds `name`, out of all pages from `path` on.
pub(super) fn longest(api: &mut Api<'_>, name: &Name, path: &str, pages: &Pages) -> Step<Value> {
    let zones = name.zones();
    let (mut best, mut page) = ((zones.len(), Value::Null), Some(path.to_owned()));
    for _ in 0..PAGES {
        let Some(asked) = page.take() else { break };
        let answer = api.get(&asked)?;
        let all = if answer[pages.list].is_null() { &[] } else { list(&answer, pages.list)? };
        for zone in all.iter().filter(|zone| !(pages.hidden)(zone)) {
            let own = text(zone, pages.name)?.to_ascii_lowercase();
            let place = zones.iter().position(|zone| *zone == own.trim_end_matches('.')).unwrap_or(zones.len());
            if place < best.0 {
                best = (place, zone.clone());
            }
        }
        // a page that names itself would never end
        page = (pages.next)(&answer, path).filter(|next| *next != asked);
    }
    if page.is_some() {
        return Err(odd("its list of zones has no end"));
    }
    match best.1 {
        Value::Null => Err(api.no_such(&format!("no public zone of this account holds '{}'", name.full))),
        zone => Ok(zone),
    }
}

/// Asks for one zone after the other until one is in this account; the zone's name goes with what was found.
pub(super) fn in_zone<'z, T>(zones: &[&'z str], ask: &mut dyn FnMut(&'z str) -> Step<T>) -> Step<(&'z str, T)> {
    search(zones, &[Refusal::NoHost], ask)
}

/// The same for keys that may be good for one zone only: to ask for another one is forbidden then, and no reason to stop.
pub(super) fn in_granted_zone<'z, T>(zones: &[&'z str], ask: &mut dyn FnMut(&'z str) -> Step<T>) -> Step<(&'z str, T)> {
    search(zones, &[Refusal::NoHost, Refusal::Forbidden], ask)
}

fn search<'z, T>(
    zones: &[&'z str],
    passed_over: &[Refusal],
    ask: &mut dyn FnMut(&'z str) -> Step<T>,
) -> Step<(&'z str, T)> {
    let mut last = end(Answer::Refused(Refusal::NoHost), "option 'domain' names no zone".to_owned());
    for zone in zones {
        match ask(zone) {
            Ok(found) => return Ok((zone, found)),
            Err(reply) if passed_over.iter().any(|why| reply.answer == Answer::Refused(*why)) => last = reply,
            Err(reply) => return Err(reply),
        }
    }
    Err(last)
}

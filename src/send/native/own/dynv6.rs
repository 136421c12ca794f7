//! dynv6.com-api: <https://dynv6.github.io/api-spec/> (fields checked against public clients, 2026-11).
//!
//! Names within a zone are records. The zone's own addresses are members of the zone: `ipv4address`, and `ipv6prefix`, an address that may
//! end with the length of the prefix. Records of LAN hosts that hold only an interface id or a MAC address follow that prefix by themselves.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours, parameter};
use crate::address::Family;
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, rows, text};
use crate::send::json::{at, some_text, texts};
use crate::send::name::Name;
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "dynv6.com-api", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.dynv6.net, or a name within it"),
    needed("password", "an HTTP token"),
    optional("rec_id", "the record's number, to choose among several records of a name within the zone"),
    optional("param_opt", "prefix=LENGTH, as 56, for LAN hosts that follow the zone's IPv6 prefix; also rec_id=NUMBER"),
];

/// What is registered, and where it is changed.
struct Held {
    path: String,
    address: Option<IpAddr>,
    /// The length of the zone's prefix, where it has one.
    length: Option<String>,
}

/// A place for addresses: the zone itself, or a name within it.
struct Place {
    /// Where records are created.
    records: String,
    /// The name within the zone; `@` for the zone itself.
    host: String,
    held: Vec<Held>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let wished = wished_length(job)?;
    let mut api = api(job, http);
    let place = place(job, &mut api)?;
    let chosen = ours(job, address, &place.held, |held| held.address).map(|at| &place.held[at]);
    // a record within the zone has no prefix of its own
    let length = wished.filter(|_| place.host == "@").or(chosen.and_then(|held| held.length.as_deref()));
    match chosen {
        Some(held) if held.address == Some(address) && held.length.as_deref() == length => Ok(Outcome::Right),
        Some(held) if place.host == "@" => {
            let value = length.map_or_else(|| address.to_string(), |length| format!("{address}/{length}"));
            api.send("PATCH", &held.path, &texts(&[(member(job), &value)]))?;
            Ok(Outcome::Updated)
        }
        Some(held) => {
            api.send("PATCH", &held.path, &texts(&[("data", &address.to_string())]))?;
            Ok(Outcome::Updated)
        }
        None => {
            let new = texts(&[("name", &place.host), ("type", kind(job)), ("data", &address.to_string())]);
            api.send("POST", &place.records, &new)?;
            Ok(Outcome::Created)
        }
    }
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let place = place(job, &mut api(job, http))?;
    Ok(place.held.into_iter().filter_map(|held| held.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let complaint = |answer: &Value| some_text(at(answer, "/error/message")).or(some_text(at(answer, "/error")));
    Api::new(job, http, "https://dynv6.com/api/v2", complaint).bearer().with("Accept", "application/json")
}

/// The member of a zone that holds its own address.
fn member(job: &Job<'_>) -> &'static str {
    match job.section.family {
        Family::V4 => "ipv4address",
        Family::V6 => "ipv6prefix",
    }
}

/// The length of the prefix that the owner wants to be told with the zone's address.
fn wished_length<'a>(job: &Job<'a>) -> Step<Option<&'a str>> {
    let wish = parameter(job.section, "prefix").filter(|_| job.section.family == Family::V6);
    match wish {
        Some(wish) if !wish.parse::<u8>().is_ok_and(|length| (1..=128).contains(&length)) => {
            Err(not_sent(format!("option 'param_opt': prefix wants a length from 1 to 128, not '{wish}'")))
        }
        wish => Ok(wish),
    }
}

/// Finds the zone, the longest first, and what it holds for the name.
fn place(job: &Job<'_>, api: &mut Api<'_>) -> Step<Place> {
    let name = Name::of(option(job.section, "domain").unwrap_or_default());
    let zones = api.get("/zones")?;
    let zones = rows(&zones)?;
    let called =
        |wanted: &str| zones.iter().find(|zone| is(&zone["name"], wanted)).map(|zone| (zone, wanted.to_owned()));
    let Some((zone, found)) = name.zones().into_iter().find_map(called) else {
        return Err(api.no_such(&format!("no zone of this account holds '{}'", name.full)));
    };
    let path = format!("/zones/{}", percent_encoded(text(zone, "id")?.as_bytes()));
    let (records, host) = (format!("{path}/records"), name.within(&found).to_owned());
    let held = if host == "@" { vec![of_zone(job, zone, path)] } else { of_host(job, api, &records, &host)? };
    Ok(Place { records, host, held })
}

fn is(name: &Value, wanted: &str) -> bool {
    name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

fn of_zone(job: &Job<'_>, zone: &Value, path: String) -> Held {
    let value = zone[member(job)].as_str().unwrap_or_default();
    let (address, length) = value.split_once('/').map_or((value, None), |(address, length)| (address, Some(length)));
    Held { path, address: address.parse().ok(), length: length.map(str::to_owned) }
}

fn of_host(job: &Job<'_>, api: &mut Api<'_>, records: &str, host: &str) -> Step<Vec<Held>> {
    let id = parameter(job.section, "rec_id").or(option(job.section, "rec_id"));
    let mut held = Vec::new();
    for record in rows(&api.get(records)?)?.iter().filter(|row| is(&row["name"], host) && row["type"] == kind(job)) {
        let own = text(record, "id")?;
        if id.is_none_or(|id| id == own) {
            let data = record["expandedData"].as_str().or(record["data"].as_str()).unwrap_or_default();
            held.push(Held {
                path: format!("{records}/{}", percent_encoded(own.as_bytes())),
                address: data.parse().ok(),
                length: None,
            });
        }
    }
    if let (Some(_), true) = (id, held.is_empty()) {
        let what = format!("the record of option 'rec_id' is not the {} record of '{host}'", kind(job));
        return Err(api.no_such(&what));
    }
    Ok(held)
}

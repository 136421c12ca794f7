//! servercow.de: <https://cp.servercow.de/en/plugin/support_manager/knowledgebase/view/34/dns-api-v1/7/> (known by 2026-11 from its clients).
//!
//! Refusals come with status 200 and a member `error`. A POST replaces all values of name and type, and creates what is missing.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, relative};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, End, Outcome, Step, rows};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "servercow.de", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, as home.example.net, or host@zone"),
    needed("username", "the name of the DNS API user"),
    needed("password", "the password of the DNS API user"),
];

/// Seconds, for a record that is new.
const TTL: u32 = 60;

/// How the provider says that a zone is not in this account.
const NO_ZONE: &str = "no such domain";

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let place = place(job, &mut api)?;
    if place.held == [Some(address)] {
        return Ok(Outcome::Right);
    }
    let ttl = place.ttl.unwrap_or(TTL.into());
    let mut new = texts(&[("type", kind(job)), ("name", &place.host), ("content", &address.to_string())]);
    new["ttl"] = ttl.into();
    let answer = api.send("POST", &place.path, &new)?;
    if answer["message"] != "ok" {
        return Err(refused(&answer, &api));
    }
    Ok(Outcome::of_set(place.held.len()))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    Ok(place(job, &mut api)?.held.into_iter().flatten().collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let user = option(job.section, "username").unwrap_or_default();
    let password = job.section.password.clone().unwrap_or_default();
    let api = Api::new(job, http, "https://api.servercow.de/dns/v1/domains", complaint);
    api.with("X-Auth-Username", user).with("X-Auth-Password", password.reveal())
}

/// Where the name lives, and what it holds.
struct Place {
    path: String,
    host: String,
    held: Vec<Option<IpAddr>>,
    ttl: Option<u64>,
}

/// Finds the zone. The name without its first label is tried first, the name itself last: almost always the former is the zone.
fn place(job: &Job<'_>, api: &mut Api<'_>) -> Step<Place> {
    let name = Name::of(option(job.section, "domain").unwrap_or_default());
    let mut zones = name.zones();
    if zones.len() > 1 && zones.first() == Some(&name.full.as_str()) {
        zones.rotate_left(1);
    }
    for zone in zones {
        let path = format!("/{}", percent_encoded(zone.as_bytes()));
        let answer = api.get(&path)?;
        match complaint(&answer) {
            Some(own) if own.contains(NO_ZONE) => {}
            Some(_) => return Err(refused(&answer, api)),
            None => return Ok(Place { path, ..records(job, &relative(&name.full, zone), rows(&answer)?) }),
        }
    }
    Err(api.no_such(&format!("no zone of this account holds '{}'", name.full)))
}

/// The values of `host`; the zone itself has an empty name.
fn records(job: &Job<'_>, host: &str, all: &[Value]) -> Place {
    let host = if host == "@" { "" } else { host };
    let named = |record: &Value| record["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(host));
    let ours: Vec<&Value> = all.iter().filter(|record| record["type"] == kind(job) && named(record)).collect();
    let held = ours.iter().flat_map(|record| values(&record["content"])).map(address).collect();
    let ttl = ours.first().and_then(|record| record["ttl"].as_u64());
    Place { path: String::new(), host: host.to_owned(), held, ttl }
}

/// One value stands alone, several in a list.
fn values(content: &Value) -> &[Value] {
    content.as_array().map_or(std::slice::from_ref(content), Vec::as_slice)
}

fn address(value: &Value) -> Option<IpAddr> {
    value.as_str()?.parse().ok()
}

/// An answer of status 200 that is none.
fn refused(answer: &Value, api: &Api<'_>) -> End {
    let own = complaint(answer).unwrap_or_else(|| answer.to_string());
    let class = match own.as_str() {
        own if own.contains(NO_ZONE) => Answer::Refused(Refusal::NoHost),
        own if ["authori", "authenti", "credential"].iter().any(|word| own.contains(word)) => {
            Answer::Refused(Refusal::BadAuth)
        }
        _ => Answer::Unclear,
    };
    api.ended(class, "not accepted", own.as_bytes())
}

/// `error`, where anything is wrong.
fn complaint(answer: &Value) -> Option<String> {
    answer["error"].as_str().map(str::to_owned)
}

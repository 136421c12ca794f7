//! luadns.com-v1: <https://luadns.com/api.html>.
//!
//! A PUT wants all fields of a record, so those that were read are sent back.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, kind, needed, option, optional, ours};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, message, rows, text};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "luadns.com-v1", options: OPTIONS, update, registered: Some(registered) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, as home.example.net"),
    needed("username", "the account's e-mail address"),
    needed("password", "an API key; the API must be enabled in the account's settings"),
    optional("zone_id", "the zone's number, to save a question"),
];

/// Seconds, for a record that is new.
const TTL: u32 = 300;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let records = records(job, &mut api)?;
    let Some(record) = ours(job, address, &records.found, content).map(|at| &records.found[at]) else {
        let name = format!("{}.", name(job).full);
        let new = json!({ "name": name, "type": kind(job), "content": address.to_string(), "ttl": TTL });
        api.send("POST", &records.folder, &new)?;
        return Ok(Outcome::Created);
    };
    if content(record) == Some(address) {
        return Ok(Outcome::Right);
    }
    let path = format!("{}/{}", records.folder, percent_encoded(text(record, "id")?.as_bytes()));
    let ttl = record["ttl"].as_u64().unwrap_or(TTL.into());
    let new = json!({ "name": record["name"], "type": kind(job), "content": address.to_string(), "ttl": ttl });
    api.send("PUT", &path, &new)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    Ok(records(job, &mut api)?.found.iter().filter_map(content).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://api.luadns.com/v1", message).basic().with("Accept", "application/json")
}

fn name(job: &Job<'_>) -> Name {
    Name::of(option(job.section, "domain").unwrap_or_default())
}

/// The zone's number: the owner's, or that of the longest zone of the account that the name ends in.
fn zone(job: &Job<'_>, api: &mut Api<'_>) -> Step<String> {
    if let Some(id) = option(job.section, "zone_id") {
        return Ok(id.to_owned());
    }
    let answer = api.get("/zones")?;
    let all = rows(&answer)?;
    let name = name(job);
    let of_name = |wanted: &&str| all.iter().find(|zone| zone["name"].as_str().is_some_and(|name| is(name, wanted)));
    match name.zones().iter().find_map(of_name) {
        Some(zone) => text(zone, "id"),
        None => Err(api.no_such(&format!("no zone of this account holds '{}'", name.full))),
    }
}

/// The same name, a dot at its end or not.
fn is(name: &str, wanted: &str) -> bool {
    name.trim_end_matches('.').eq_ignore_ascii_case(wanted)
}

/// The records of the name, of the wanted kind, and the path of all records of their zone.
struct Records {
    folder: String,
    found: Vec<Value>,
}

fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Records> {
    let folder = format!("/zones/{}/records", percent_encoded(zone(job, api)?.as_bytes()));
    let full = name(job).full;
    let ours =
        |record: &&Value| record["type"] == kind(job) && record["name"].as_str().is_some_and(|name| is(name, &full));
    let answer = api.get(&folder)?;
    let found = rows(&answer)?.iter().filter(ours).cloned().collect();
    Ok(Records { folder, found })
}

fn content(record: &Value) -> Option<IpAddr> {
    record["content"].as_str()?.parse().ok()
}

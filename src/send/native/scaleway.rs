//! scaleway.com: <https://www.scaleway.com/en/developers/api/domains-and-dns/> (fields checked against its generated clients, 2026-11).
//!
//! `set` replaces all records of name and type, and creates what is missing; without `disallow_new_zone_creation` that would be the zone
//! as well.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, in_path, kind, label, needed, option, optional, relative};
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, list, message};
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "scaleway.com", options: OPTIONS, update, registered: Some(registered) };

const OPTIONS: &[Field] = &[
    needed("domain", "the record's name within the zone; @ or the zone's name for the zone itself"),
    needed("username", "the zone, as example.net"),
    needed("password", "the secret key of an API key"),
    optional("param_opt", "the TTL in seconds"),
];

/// Seconds, for a record that is new.
const TTL: u64 = 300;

/// The most records in one answer, and the most answers that are asked for.
const PAGE: usize = 100;
const PAGES: usize = 20;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let wished = ttl(job)?;
    let mut api = api(job, http);
    let records = records(job, &mut api)?;
    if records.iter().map(content).eq([Some(address)]) {
        return Ok(Outcome::Right);
    }
    let kept = records.first().and_then(|record| record["ttl"].as_u64());
    let (name, kind, ttl) = (name(job), kind(job), wished.or(kept).unwrap_or(TTL));
    let record = json!({ "name": name, "type": kind, "data": address.to_string(), "ttl": ttl });
    let set = json!({ "set": { "id_fields": { "name": name, "type": kind }, "records": [record] } });
    api.send("PATCH", &path(job), &json!({ "disallow_new_zone_creation": true, "changes": [set] }))?;
    Ok(if records.is_empty() { Outcome::Created } else { Outcome::Updated })
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    Ok(records(job, &mut api)?.iter().filter_map(content).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let token = job.section.password.clone().unwrap_or_default();
    Api::new(job, http, "https://api.scaleway.com/domain/v2beta1", message).with("X-Auth-Token", token.reveal())
}

/// The TTL of option `param_opt`.
fn ttl(job: &Job<'_>) -> Step<Option<u64>> {
    let Some(text) = option(job.section, "param_opt") else { return Ok(None) };
    let ttl = text.parse::<u32>().ok().filter(|ttl| *ttl > 0).map(u64::from);
    ttl.map(Some).ok_or_else(|| not_sent(format!("option 'param_opt' wants a TTL in seconds, not '{text}'")))
}

/// The name within the zone; the zone itself has none.
fn name(job: &Job<'_>) -> String {
    let host = relative(&label(job.section, "domain"), &label(job.section, "username"));
    if host == "@" { String::new() } else { host }
}

fn path(job: &Job<'_>) -> String {
    format!("/dns-zones/{}/records", in_path(job.section, "username"))
}

/// The records of the name, of the wanted kind. The zone itself has no name to ask for, so more than those may come.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Value>> {
    let name = name(job);
    let ours = |record: &&Value| {
        let own = record["name"].as_str().unwrap_or_default();
        record["type"] == kind(job) && (if own == "@" { "" } else { own }).eq_ignore_ascii_case(&name)
    };
    let mut found = Vec::new();
    for page in 1..=PAGES {
        let asked =
            format!("name={}&type={}&page={page}&page_size={PAGE}", percent_encoded(name.as_bytes()), kind(job));
        let answer = api.get(&format!("{}?{asked}", path(job)))?;
        let some = list(&answer, "records")?;
        found.extend(some.iter().filter(ours).cloned());
        if some.len() < PAGE {
            break;
        }
    }
    Ok(found)
}

fn content(record: &Value) -> Option<IpAddr> {
    record["data"].as_str()?.parse().ok()
}

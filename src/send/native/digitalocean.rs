//! digitalocean.com-v2: <https://docs.digitalocean.com/products/networking/dns/reference/api/domain-records>.
//!
//! A PATCH with type and data keeps name and TTL. The record must exist: it is never created.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, in_path, kind, label, needed, option, optional, ours, relative};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, message, text};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "digitalocean.com-v2", options: OPTIONS, update, registered: Some(registered) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.net"),
    needed("username", "the record's name within the zone, or @ for the zone itself"),
    needed("password", "a personal access token that may read and update domains"),
    optional("param_opt", "the record's number, to choose among several records of the name"),
];

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let records = records(job, &mut api)?;
    let Some(record) = ours(job, address, &records, |record| record.address).map(|at| &records[at]) else {
        return Err(api.no_such(&format!("the zone has no {} record of the name; create it there first", kind(job))));
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    let path = format!("{}/{}", folder(job), percent_encoded(record.id.as_bytes()));
    api.send("PATCH", &path, &json!({ "type": kind(job), "data": address.to_string() }))?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    Ok(records(job, &mut api)?.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://api.digitalocean.com/v2", message).bearer()
}

/// The path of the zone's records.
fn folder(job: &Job<'_>) -> String {
    format!("/domains/{}/records", in_path(job.section, "domain"))
}

fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Record>> {
    let zone = label(job.section, "domain");
    let host = relative(&label(job.section, "username"), &zone);
    if let Some(id) = option(job.section, "param_opt") {
        let answer = api.get(&format!("{}/{}", folder(job), percent_encoded(id.as_bytes())))?;
        let found = &answer["domain_record"];
        let name = text(found, "name")?.to_ascii_lowercase();
        // a number mistyped would otherwise turn somebody else's record into ours
        if found["type"] != kind(job) || relative(&name, &zone) != host {
            let why = format!("the record of option 'param_opt' is not the {} record of '{host}'", kind(job));
            return Err(api.no_such(&why));
        }
        return Ok(vec![record(found)?]);
    }
    let full = if host == "@" { zone } else { format!("{host}.{zone}") };
    let asked = format!("{}?name={}&type={}", folder(job), percent_encoded(full.as_bytes()), kind(job));
    let answer = api.get(&asked)?;
    list(&answer, "domain_records")?.iter().filter(|found| found["type"] == kind(job)).map(record).collect()
}

fn record(found: &Value) -> Step<Record> {
    Ok(Record { id: text(found, "id")?, address: text(found, "data")?.parse().ok() })
}

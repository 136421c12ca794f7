//! blazingfast.io: the user API of `HostBill`, <https://blog.hostbillapp.com/user-api/> and the provider's client area (November 2026).
//!
//! One login for each update and never a second one: repeated logins lock the account. Errors come with any status, as words in `error`.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, list, odd, text};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "blazingfast.io", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the login of the client area"),
    needed("password", "its password"),
    optional(
        "param_opt",
        "service_id=ID, zone_id=ID and record_id=ID, to save questions or to choose among several records; ttl=SECONDS",
    ),
];

const BASE: &str = "https://my.blazingfast.io/api";

/// Seconds; of a record that is created, as ddns-scripts has it.
const TTL: &str = "300";

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let ttl = parameter(job.section, "ttl");
    if ttl.is_some_and(|ttl| ttl.parse::<u32>().is_err()) {
        return Err(not_sent("option 'param_opt': wanted ttl=SECONDS, such as ttl=300".to_owned()));
    }
    let mut api = api(job, http)?;
    let (path, name, records) = records(job, &mut api)?;
    let chosen = ours(job, address, &records, held).map(|at| &records[at]);
    if chosen.is_some_and(|record| held(record) == Some(address)) {
        return Ok(Outcome::Right);
    }
    let mut new = texts(&[("name", &name), ("ttl", TTL), ("type", kind(job)), ("content", &address.to_string())]);
    new["priority"] = 0.into();
    for kept in ["name", "ttl", "priority"] {
        if let Some(value) = chosen.and_then(|record| record.get(kept)) {
            new[kept] = value.clone();
        }
    }
    let seconds = ttl.map_or_else(|| text(&new, "ttl"), |ttl| Ok(ttl.to_owned()))?;
    new["ttl"] = seconds.parse::<u32>().map_err(|_| odd("its 'ttl' is no number"))?.into();
    let (method, path, done) = match chosen {
        Some(record) => ("PUT", format!("{path}/records/{}", id(record, "id")?), Outcome::Updated),
        None => ("POST", format!("{path}/records"), Outcome::Created),
    };
    let said = api.send(method, &path, &new)?["info"].to_string();
    if !said.contains("dnsrecordupdated") && !said.contains("dnsnewrecordadded") {
        return Err(api.ended(Answer::Unclear, "the answer does not say that the record is written", said.as_bytes()));
    }
    Ok(done)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http)?;
    Ok(records(job, &mut api)?.2.iter().filter_map(held).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let own = |name| option(job.section, name).unwrap_or_default().as_bytes();
    let mut login = Api::new(job, &mut *http, BASE, complaint).sorted_by(|answer| {
        let refused = answer["token"].is_null() && complaint(answer).is_some();
        refused.then_some(Answer::Refused(Refusal::BadAuth))
    });
    let answer = login.post_form("/login", &[("username", own("username")), ("password", own("password"))])?;
    let token = text(&answer, "token")?;
    Ok(Api::new(job, http, BASE, complaint).sorted_by(sort).with("Authorization", format!("Bearer {token}")))
}

fn id(value: &Value, member: &str) -> Step<String> {
    Ok(percent_encoded(text(value, member)?.as_bytes()))
}

/// Path of the zone, the name as its records have it, and those of the wanted kind.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<(String, String, Vec<Value>)> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let chosen = |key| parameter(job.section, key).map(|id| percent_encoded(id.as_bytes()));
    let (service, zone) = if let (Some(service), Some(zone)) = (chosen("service_id"), chosen("zone_id")) {
        (service, zone)
    } else {
        let answer = api.get("/dns")?;
        let all = list(&answer, "zones")?;
        let named = |wanted: &&str| all.iter().find(|zone| zone["name"].as_str() == Some(*wanted));
        let Some(zone) = name.zones().iter().find_map(named) else {
            return Err(api.no_such(&format!("no zone of this account holds '{}'", name.full)));
        };
        (id(zone, "service_id")?, id(zone, "domain_id")?)
    };
    let path = format!("/service/{service}/dns/{zone}");
    let answer = api.get(&path)?;
    // in full, or within the zone
    let host = name.within(answer["name"].as_str().unwrap_or_default());
    let is_name = |record: &Value| {
        let own = record["name"].as_str().unwrap_or_default().trim_end_matches('.');
        own.eq_ignore_ascii_case(&name.full) || own.eq_ignore_ascii_case(host)
    };
    let mut records: Vec<Value> =
        list(&answer, "records")?.iter().filter(|r| r["type"] == kind(job)).cloned().collect();
    let Some(wanted) = parameter(job.section, "record_id") else {
        records.retain(is_name);
        return Ok((path, name.full, records));
    };
    records.retain(|record| text(record, "id").is_ok_and(|id| id == wanted));
    if records.is_empty() {
        return Err(api.no_such(&format!("the record of 'record_id' in option 'param_opt' is no {} record", kind(job))));
    }
    Ok((path, name.full, records))
}

fn held(record: &Value) -> Option<IpAddr> {
    record["content"].as_str()?.parse().ok()
}

fn sort(answer: &Value) -> Option<Answer> {
    let own = complaint(answer)?;
    let says = |word: &str| own.contains(word);
    Some(match () {
        () if says("unauthorized") || says("token") => Answer::Refused(Refusal::BadAuth),
        () if says("permission") || says("denied") => Answer::Refused(Refusal::Forbidden),
        () if says("not found") || says("notfound") || says("invalid id") => Answer::Refused(Refusal::NoHost),
        () => Answer::Unclear,
    })
}

/// The words of `error`, which is a list or one text.
fn complaint(answer: &Value) -> Option<String> {
    match &answer["error"] {
        Value::Array(all) if all.is_empty() => None,
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        error => error.as_str().map(str::to_owned),
    }
}

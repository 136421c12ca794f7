//! njal.la-api: <https://njal.la/api/>, JSON-RPC, read in November 2026 by what <https://github.com/Sighery/gonjalla> and others send.
//!
//! Errors come with status 200 and a code like one of HTTP, 403 for a wrong token and for an unknown domain. An edit names every field of a record, so those that are read go back. The row
//! `njal.la` is another service, for records of the type Dynamic, with a key for each.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, Way, kind, needed, ours};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_zone, list};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "njal.la-api", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] =
    &[needed("domain", "the name as host@zone, or the full name"), needed("password", "the API token")];

/// What a new record gets, of the values that the provider allows.
const TTL: u32 = 300;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let (zone, host, records) = records(job, &mut api)?;
    let record = ours(job, address, &records, held).map(|at| &records[at]);
    if record.and_then(held) == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut new = json!({});
    new["domain"] = zone.into();
    new["name"] = host.into();
    new["type"] = kind(job).into();
    new["content"] = address.to_string().into();
    new["ttl"] = record.map_or(TTL.into(), |record| record["ttl"].clone());
    let Some(record) = record else {
        ask(&mut api, "add-record", new)?;
        return Ok(Outcome::Created);
    };
    new["id"] = record["id"].clone();
    ask(&mut api, "edit-record", new)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(records(job, &mut api(job, http))?.2.iter().filter_map(held).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let token = job.section.password.clone().unwrap_or_default();
    let api = Api::new(job, http, "https://njal.la", complaint).sorted_by(sort);
    api.with("Authorization", [b"Njalla ", token.reveal()].concat())
}

fn ask(api: &mut Api<'_>, method: &str, params: Value) -> Step<Value> {
    let mut question = json!({});
    question["method"] = method.into();
    question["params"] = params;
    Ok(api.send("POST", "/api/1/", &question)?["result"].take())
}

/// The zone, the name within it, its records of the wanted kind.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<(String, String, Vec<Value>)> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let (zone, found) = in_zone(&name.zones(), &mut |zone| {
        let mut params = json!({});
        params["domain"] = zone.into();
        ask(api, "list-records", params)
    })?;
    let host = name.within(zone);
    let ours = |record: &&Value| {
        let own = record["name"].as_str().unwrap_or_default();
        record["type"] == kind(job) && own.eq_ignore_ascii_case(host)
    };
    let records = list(&found, "records")?.iter().filter(ours).cloned().collect();
    Ok((zone.to_owned(), host.to_owned(), records))
}

fn held(record: &Value) -> Option<IpAddr> {
    record["content"].as_str()?.parse().ok()
}

/// `Message (code)`
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["error"];
    Some(format!("{} ({})", error["message"].as_str()?, error["code"]))
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["error"]["code"].as_i64() {
        None if answer["error"].is_null() => return None,
        Some(401) => Answer::Refused(Refusal::BadAuth),
        Some(403) if answer["error"]["message"].as_str().is_some_and(|own| own.contains("token")) => {
            Answer::Refused(Refusal::BadAuth)
        }
        // so domains of others are refused, and those the token may not see
        Some(403 | 404) => Answer::Refused(Refusal::NoHost),
        Some(429) => Answer::SlowDown(None),
        Some(500..600) => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

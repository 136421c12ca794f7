//! porkbun.com-v3: <https://porkbun.com/api/json/v3/documentation>.
//!
//! Everything is a POST with both keys in its body. An edit resets what it does not say, so time to live, priority and notes go back as they
//! came; an edit that changes nothing is answered as an error, so it is never sent.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_zone, list, text};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "porkbun.com-v3", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the API key"),
    needed("password", "the secret API key"),
    optional("rec_id", "the number of the record, to choose among several"),
];

const BASE: &str = "https://api.porkbun.com/api/json/v3";

/// A record of the name, of the wanted kind, as the provider describes it.
struct Record {
    address: Option<IpAddr>,
    whole: Value,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let name = name(job);
    let (zone, records) = records(job, &name, &mut api)?;
    let mut body = keys(job);
    body["name"] = host(&name, zone).into();
    body["type"] = kind(job).into();
    body["content"] = address.to_string().into();
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    let Some(record) = chosen else {
        api.send("POST", &format!("/dns/create/{}", percent_encoded(zone.as_bytes())), &body)?;
        return Ok(Outcome::Created);
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    for kept in ["ttl", "prio", "notes"].into_iter().filter(|kept| !record.whole[kept].is_null()) {
        body[kept] = record.whole[kept].clone();
    }
    let id = percent_encoded(text(&record.whole, "id")?.as_bytes());
    api.send("POST", &format!("/dns/edit/{}/{id}", percent_encoded(zone.as_bytes())), &body)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let (_, records) = records(job, &name(job), &mut api(job, http))?;
    Ok(records.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, BASE, |answer| answer["message"].as_str().map(str::to_owned)).sorted_by(sort)
}

/// What every request must hold.
fn keys(job: &Job<'_>) -> Value {
    let secret = option(job.section, "password").unwrap_or_default();
    texts(&[("apikey", option(job.section, "username").unwrap_or_default()), ("secretapikey", secret)])
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

/// The part before the zone; nothing for the zone itself.
fn host<'n>(name: &'n Name, zone: &str) -> &'n str {
    match name.within(zone) {
        "@" => "",
        host => host,
    }
}

/// Records of the name and the zone they are in. Only registered domains are zones here, so the shortest is tried first.
fn records<'n>(job: &Job<'_>, name: &'n Name, api: &mut Api<'_>) -> Step<(&'n str, Vec<Record>)> {
    let mut zones = name.zones();
    zones.reverse();
    let chosen = parameter(job.section, "rec_id").or(option(job.section, "rec_id"));
    let path = |zone: &str| {
        let place = percent_encoded(zone.as_bytes());
        match (chosen, host(name, zone)) {
            (Some(id), _) => format!("/dns/retrieve/{place}/{}", percent_encoded(id.as_bytes())),
            (None, "") => format!("/dns/retrieveByNameType/{place}/{}", kind(job)),
            (None, host) => {
                format!("/dns/retrieveByNameType/{place}/{}/{}", kind(job), percent_encoded(host.as_bytes()))
            }
        }
    };
    let (zone, answer) = in_zone(&zones, &mut |zone| api.send("POST", &path(zone), &keys(job)))?;
    let same = |found: &Value, member: &str, wanted: &str| {
        found[member].as_str().is_some_and(|found| found.eq_ignore_ascii_case(wanted))
    };
    let mine = |found: &&Value| same(found, "type", kind(job)) && same(found, "name", &name.full);
    let found = list(&answer, "records")?.iter().filter(mine);
    let records: Vec<Record> = found
        .map(|found| Ok(Record { address: text(found, "content")?.parse().ok(), whole: found.clone() }))
        .collect::<Step<_>>()?;
    if chosen.is_some() && records.is_empty() {
        return Err(api.no_such(&format!(
            "the record of option 'rec_id' is no {} record of '{}'",
            kind(job),
            name.full
        )));
    }
    Ok((zone, records))
}

/// Newer answers have a code, older ones only words.
fn sort(answer: &Value) -> Option<Answer> {
    if answer["status"] == "SUCCESS" {
        return None;
    }
    let said = [&answer["code"], &answer["message"]].map(|part| part.as_str().unwrap_or_default()).join(" ");
    let said = said.to_ascii_lowercase().replace('_', " ");
    Some(if said.contains("api key") {
        Answer::Refused(Refusal::BadAuth)
    } else if said.contains("opted in") || said.contains("api access") {
        Answer::Refused(Refusal::Forbidden)
    } else if said.contains("invalid domain") || said.contains("invalid record id") {
        Answer::Refused(Refusal::NoHost)
    } else if said.contains("rate limit") || said.contains("too many") {
        Answer::SlowDown(None)
    } else {
        Answer::Unclear
    })
}

//! ns1.com: <https://developer.ibm.com/apis/catalog/ns1--ibm-ns1-connect-api/> (known by 2026-11 from its clients).
//!
//! A POST changes only the fields it names, but the list of answers as a whole: answers that are not ours, and whatever belongs to an
//! answer (metadata, feeds, region), are sent back as they were read.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, in_path, kind, label, needed, option, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, message};
use crate::send::json::{object, only};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "ns1.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, as home.example.net"),
    needed("username", "the zone, as example.net"),
    needed("password", "an API key that may manage the zone"),
];

/// Seconds, for a record that is new.
const TTL: u32 = 600;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let Some(record) = find(job, &mut api)? else {
        let new = object(&mut [
            ("zone", label(job.section, "username").into()),
            ("domain", full(job).into()),
            ("type", kind(job).into()),
            ("ttl", TTL.into()),
            ("answers", only(answer(address))),
        ]);
        api.send("PUT", &path(job), &new)?;
        return Ok(Outcome::Created);
    };
    let mut answers = list(&record, "answers")?.to_vec();
    match ours(job, address, &answers, content) {
        Some(place) if content(&answers[place]) == Some(address) => return Ok(Outcome::Right),
        Some(place) => answers[place]["answer"] = only(address.to_string().into()),
        None => answers.push(answer(address)),
    }
    api.send("POST", &path(job), &object(&mut [("answers", answers.into())]))?;
    Ok(Outcome::Updated)
}

/// As it is sent.
fn answer(address: IpAddr) -> Value {
    object(&mut [("answer", only(address.to_string().into()))])
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    let Some(record) = find(job, &mut api)? else { return Ok(Vec::new()) };
    Ok(list(&record, "answers")?.iter().filter_map(content).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let key = job.section.password.clone().unwrap_or_default();
    Api::new(job, http, "https://api.nsone.net/v1", message).with("X-NSONE-Key", key.reveal())
}

fn full(job: &Job<'_>) -> String {
    Name::of(option(job.section, "domain").unwrap_or_default()).full
}

/// The path of the record.
fn path(job: &Job<'_>) -> String {
    let zone = in_path(job.section, "username");
    format!("/zones/{zone}/{}/{}", percent_encoded(full(job).as_bytes()), kind(job))
}

/// The record; without its zone there is nothing to create it in.
fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Option<Value>> {
    match api.get(&path(job)) {
        Ok(record) => Ok(Some(record)),
        Err(reply) if reply.answer != Answer::Refused(Refusal::NoHost) => Err(reply),
        Err(reply) if reply.said.contains("zone not found") => Err(reply),
        Err(_) => Ok(None),
    }
}

/// The address of an answer: a list of one, or, as older records have it, the text alone.
fn content(answer: &Value) -> Option<IpAddr> {
    answer["answer"][0].as_str().or(answer.as_str())?.parse().ok()
}

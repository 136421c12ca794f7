//! hetzner.cloud: <https://docs.hetzner.cloud/reference/cloud#zone-rrsets> (known by 2026-11 from its clients).
//!
//! `set_records` replaces all values of name and type and keeps the TTL; a comment is kept by sending it again. A change is an action that
//! may end in an error after its request was taken.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, in_path, kind, label, needed, ours, relative};
use crate::answer::Answer;
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::send::json::{object, only, texts};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "hetzner.cloud", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.net, or its number"),
    needed("username", "the record's name within the zone, or @ for the zone itself"),
    needed("password", "an API token of the cloud project, with read and write permission"),
];

/// An action that still runs after so many questions is believed: the next look at the record tells.
const QUESTIONS: usize = 3;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let Some(found) = api.find(&path(job))? else {
        let mut new = texts(&[("name", &host(job)), ("type", kind(job))]);
        new["records"] = only(texts(&[("value", &address.to_string())]));
        let answer = api.send("POST", &format!("/zones/{}/rrsets", in_path(job.section, "domain")), &new)?;
        done(&mut api, answer)?;
        return Ok(Outcome::Created);
    };
    let records = list(&found["rrset"], "records")?;
    if records.len() == 1 && value(&records[0]) == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut record = texts(&[("value", &address.to_string())]);
    let old = ours(job, address, records, value).map(|at| &records[at]);
    if let Some(comment) = old.and_then(|old| old["comment"].as_str()).filter(|comment| !comment.is_empty()) {
        record["comment"] = comment.into();
    }
    let answer =
        api.send("POST", &format!("{}/actions/set_records", path(job)), &object(&mut [("records", only(record))]))?;
    done(&mut api, answer)?;
    Ok(Outcome::of_set(records.len().max(1)))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let Some(found) = api(job, http).find(&path(job))? else { return Ok(Vec::new()) };
    Ok(list(&found["rrset"], "records")?.iter().filter_map(value).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://api.hetzner.cloud/v1", complaint).bearer()
}

fn host(job: &Job<'_>) -> String {
    relative(&label(job.section, "username"), &label(job.section, "domain"))
}

/// The path of the set of records.
fn path(job: &Job<'_>) -> String {
    let zone = in_path(job.section, "domain");
    format!("/zones/{zone}/rrsets/{}/{}", percent_encoded(host(job).as_bytes()), kind(job))
}

fn value(record: &Value) -> Option<IpAddr> {
    record["value"].as_str()?.parse().ok()
}

/// Follows the action of an answer to its end.
fn done(api: &mut Api<'_>, mut answer: Value) -> Step<()> {
    for question in 0..=QUESTIONS {
        let action = &answer["action"];
        match action["status"].as_str() {
            Some("error") => {
                let own = complaint(action).unwrap_or_default();
                return Err(api.ended(Answer::Unclear, "the change was taken, but failed", own.as_bytes()));
            }
            Some("running") if question < QUESTIONS => {
                let id = text(action, "id")?;
                answer = api.get(&format!("/zones/actions/{}", percent_encoded(id.as_bytes())))?;
            }
            Some(_) => break,
            None => return text(action, "status").map(|_| ()),
        }
    }
    Ok(())
}

/// `error.message` with its code.
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["error"];
    Some(format!("{} ({})", error["message"].as_str()?, error["code"].as_str()?))
}

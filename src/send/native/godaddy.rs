//! godaddy.com-v1: <https://developer.godaddy.com/doc/endpoint/domains>.
//!
//! All addresses of a name and family are one set here: a PUT replaces it whole, and creates it. The time to live is sent back as it was.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Field, Provider, kind, needed, option};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_zone, rows, text};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "godaddy.com-v1", options: OPTIONS, update, registered: Some(registered) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; @zone or the zone alone for the zone itself"),
    needed("username", "the key of the API (production, not OTE)"),
    needed("password", "the secret that belongs to the key"),
];

const BASE: &str = "https://api.godaddy.com/v1";

/// The addresses of the name, and where they stand.
struct Set {
    path: String,
    addresses: Vec<IpAddr>,
    ttl: Value,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let set = set(job, &mut api)?;
    if set.addresses == [address] {
        return Ok(Outcome::Right);
    }
    let mut record = json!({ "data": address.to_string() });
    if !set.ttl.is_null() {
        record["ttl"] = set.ttl;
    }
    api.send("PUT", &set.path, &json!([record]))?;
    Ok(if set.addresses.is_empty() { Outcome::Created } else { Outcome::Updated })
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(set(job, &mut api(job, http))?.addresses)
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let key = option(job.section, "username").unwrap_or_default();
    let secret = job.section.password.clone().unwrap_or_default();
    let api = Api::new(job, http, BASE, complaint).sorted_by(sort);
    api.with("Authorization", [b"sso-key ", key.as_bytes(), b":", secret.reveal()].concat())
}

fn set(job: &Job<'_>, api: &mut Api<'_>) -> Step<Set> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let path = |zone: &str| {
        let host = percent_encoded(name.within(zone).as_bytes());
        format!("/domains/{}/records/{}/{host}", percent_encoded(zone.as_bytes()), kind(job))
    };
    let (zone, answer) = in_zone(&name.zones(), &mut |zone| api.get(&path(zone)))?;
    let records = rows(&answer)?;
    let addresses: Step<Vec<String>> = records.iter().map(|record| text(record, "data")).collect();
    Ok(Set {
        path: path(zone),
        addresses: addresses?.iter().filter_map(|address| address.parse().ok()).collect(),
        ttl: records.first().map_or(Value::Null, |record| record["ttl"].clone()),
    })
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["code"].as_str()? {
        "UNABLE_TO_AUTHENTICATE" => Answer::Refused(Refusal::BadAuth),
        "ACCESS_DENIED" => Answer::Refused(Refusal::Forbidden),
        "UNKNOWN_DOMAIN" | "NOT_FOUND" => Answer::Refused(Refusal::NoHost),
        "TOO_MANY_REQUESTS" => Answer::SlowDown(answer["retryAfterSec"].as_u64().map(Duration::from_secs)),
        _ => Answer::Unclear,
    })
}

/// The message with its code; what is wrong in which field stands below it.
fn complaint(answer: &Value) -> Option<String> {
    let said = |error: &Value| Some(format!("{} ({})", error["message"].as_str()?, error["code"].as_str()?));
    let field = answer["fields"].as_array().and_then(|fields| fields.first()).and_then(said);
    Some([said(answer)?].into_iter().chain(field).collect::<Vec<_>>().join(": "))
}

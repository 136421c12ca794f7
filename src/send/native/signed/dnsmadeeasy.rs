//! dnsmadeeasy.com-api: <https://api-docs.dnsmadeeasy.com/> (version 2.0, 2026-11).
//!
//! Each request carries its date and an HMAC-SHA1 of it. A PUT wants all fields of a record, so those that were read are sent back.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::CLOCK;
use crate::send::rest::{Call, List, Read, Rest, Zone};
use crate::send::sign::{Key, Stamp, dated};
use crate::world::Request;

pub(super) static PROVIDER: Provider = Provider { name: "dnsmadeeasy.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the API key"),
    needed("password", "the secret key"),
    optional("param_opt", "ttl=SECONDS, zone_id=NUMBER to save a question"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.dnsmadeeasy.com/V2.0",
    headers: |_| &[("x-dnsme-apiKey", "{username}"), ("Accept", "application/json")],
    apex: "",
    zone: Zone { list: List::whole("/dns/managed", "/data"), ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/dns/managed/{zone_id}/records?recordName={host}&type={type}", "/data"),
        content: "/value",
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PUT",
        "/dns/managed/{zone_id}/records/{id}",
        r#"{"name":"{host}","type":"{type}","value":"{ip}","ttl":{ttl}}"#,
    )
    .over_the_row(),
    create: Some(Call::new(
        "POST",
        "/dns/managed/{zone_id}/records",
        r#"{"name":"{host}","type":"{type}","value":"{ip}","ttl":{ttl},"gtdLocation":"DEFAULT"}"#,
    )),
    signer: Some(sign),
    complaint: |answer| Some(answer["error"].as_array()?.first()?.as_str()?.to_owned()),
    sort,
    ..Rest::PLAIN
};

fn sign(job: &Job<'_>, _: &Request) -> Vec<(&'static str, Secret)> {
    let date = Stamp::of(job.moment).http();
    let signature = dated(&Key::of(job), &date);
    vec![("x-dnsme-requestDate", Secret::new(date)), ("x-dnsme-hmac", Secret::new(signature))]
}

fn sort(answer: &Value) -> Option<Answer> {
    let said = answer["error"].as_array()?.first()?.as_str()?.to_ascii_lowercase();
    Some(match said.as_str() {
        said if said.contains("out of sync") => CLOCK,
        said if said.contains("rate limit") => Answer::SlowDown(None),
        said if said.contains("api key") || said.contains("hmac") => Answer::Refused(Refusal::BadAuth),
        _ => Answer::Unclear,
    })
}

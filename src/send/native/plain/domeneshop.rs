//! domeneshop.no: <https://api.domeneshop.no/docs/> (2026-11).
//!
//! A PUT replaces the whole record: without its TTL it would get the usual one.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "domeneshop.no", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the token of the API"),
    needed("password", "the secret that belongs to the token"),
    optional("param_opt", "ttl=SECONDS (a multiple of 60), zone_id=NUMBER to save a question"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.domeneshop.no/v0",
    headers: |_| &[("Authorization", "Basic {account}")],
    zone: Zone { list: List::whole("/domains", ""), name: "/domain", ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/domains/{zone_id}/dns?host={host}&type={type}", ""),
        name: ["/host", "{host}"],
        content: "/data",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/domains/{zone_id}/dns/{id}", RECORD),
    create: Some(Call::new("POST", "/domains/{zone_id}/dns", RECORD)),
    complaint,
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"host":"{host}","type":"{type}","data":"{ip}","ttl":{ttl}}"#;

/// What it advises, with its code.
fn complaint(answer: &Value) -> Option<String> {
    Some(format!("{} ({})", answer["help"].as_str()?, answer["code"].as_str()?))
}

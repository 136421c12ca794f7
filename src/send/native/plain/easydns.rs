//! easydns.com-api: <https://docs.sandbox.rest.easydns.net/> (fields and errors as its clients see them, 2026-11).
//!
//! Errors come with status 200. It takes one request a second and says 420 else, which it also says to wrong credentials; so zones are not
//! tried one after the other.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::rest::{Call, List, Read, Rest, in_two_labels};

pub(super) static PROVIDER: Provider = Provider { name: "easydns.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("username", "the token of the REST API"),
    needed("password", "the key that belongs to the token"),
    optional("param_opt", "ttl=SECONDS"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://rest.easydns.net",
    headers: |_| &[("Authorization", "Basic {account}"), ("Accept", "application/json")],
    name: in_two_labels,
    read: Read {
        list: List::whole("/zones/records/all/{zone}?format=json", "/data"),
        name: ["/host", "{host}"],
        content: "/rdata",
        ..Rest::PLAIN.read
    },
    change: Call::new("POST", "/zones/records/{id}?format=json", RECORD),
    create: Some(Call::new("PUT", "/zones/records/add/{zone}/{type}?format=json", RECORD)),
    complaint: |answer| answer["error"]["message"].as_str().map(str::to_owned),
    sort,
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"domain":"{zone}","host":"{host}","ttl":{ttl},"prio":0,"type":"{type}","rdata":"{ip}"}"#;

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer.get("error")?["code"].as_u64() {
        Some(401) => Answer::Refused(Refusal::BadAuth),
        // a zone of somebody else is forbidden
        Some(403 | 404) => Answer::Refused(Refusal::NoHost),
        Some(420 | 429) => Answer::SlowDown(None),
        Some(500..) => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

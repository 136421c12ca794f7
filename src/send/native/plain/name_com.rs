//! name.com: <https://docs.name.com/docs/api-reference/dns> (Core API v1, which follows v4; 2026-11).
//!
//! A PUT wants host, type, answer and TTL, which is 300 at least. A record's full name ends with a dot.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, message, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "name.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the account's username"),
    needed("password", "an API token; an account with two-step verification must allow API access"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live, 300 at least; also rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.name.com/core/v1",
    headers: |_| &[("Authorization", "Basic {account}")],
    apex: "",
    zone: Zone {
        list: List { per_page: 100, ..List::whole("/domains?page={page}&perPage=100", "/domains") },
        name: "/domainName",
        id: "/domainName",
        chosen: "",
    },
    read: Read {
        list: List { per_page: 100, ..List::whole("/domains/{zone}/records?page={page}&perPage=100", "/records") },
        one: ["/domains/{zone}/records/{id}", ""],
        name: ["/fqdn", "{full}"],
        content: "/answer",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/domains/{zone}/records/{id}", RECORD),
    create: Some(Call::new("POST", "/domains/{zone}/records", RECORD)),
    complaint,
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"host":"{host}","type":"{type}","answer":"{ip}","ttl":{ttl}}"#;

fn complaint(answer: &Value) -> Option<String> {
    let said = [message(answer), some_text(at(answer, "/details"))].into_iter().flatten().collect::<Vec<_>>();
    (!said.is_empty()).then(|| said.join(": "))
}

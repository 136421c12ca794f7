//! dnsexit.com-api: <https://dnsexit.com/dns/dns-api/> (2026-11).
//!
//! It can be told, but not asked: an `update` is written whatever there is. TTLs are minutes. Errors come with status 200.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::rest::{Call, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "dnsexit.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("password", "the DNS API key"),
    optional("param_opt", "ttl=MINUTES (5 without it)"),
];

static API: Rest = Rest {
    base: "https://api.dnsexit.com",
    headers: |_| &[("apikey", "{password}"), ("Accept", "application/json")],
    change: Call::new(
        "POST",
        "/dns/",
        r#"{"domain":"{zone}","update":{"type":"{type}","name":"{full}","content":"{ip}","ttl":{ttl}}}"#,
    ),
    ttl: 5,
    sort,
    ..Rest::PLAIN
};

fn sort(answer: &Value) -> Option<Answer> {
    match answer["code"].as_u64() {
        Some(0) => None,
        Some(2) => Some(Answer::Refused(Refusal::BadAuth)),
        Some(6) => Some(Answer::ServerTrouble(None)),
        _ => Some(Answer::Unclear),
    }
}

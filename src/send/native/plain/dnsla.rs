//! dns.la: <https://www.dns.la/docs/ApiDoc> (2026-11).
//!
//! Types are numbers as on the wire. What is wrong stands in `code` and `msg`, mostly with status 200.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::Answer;
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "dns.la", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the APIID"),
    needed("password", "the APISecret"),
    optional("param_opt", "ttl=SECONDS, zone_id=ID to save a question"),
    optional("rec_id", "the record's id, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.dns.la/api",
    headers: |_| &[("Authorization", "Basic {account}")],
    types: ["1", "28"],
    zone: Zone {
        list: List { per_page: 100, ..List::whole("/domainList?pageIndex={page}&pageSize=100", "/data/results") },
        name: "/domain",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List {
            per_page: 100,
            ..List::whole(
                "/recordList?pageIndex={page}&pageSize=100&domainId={zone_id}&host={host}&type={type}",
                "/data/results",
            )
        },
        name: ["/host", "{host}"],
        content: "/data",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/record", r#"{"id":"{id}","type":{type},"host":"{host}","data":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/record",
        r#"{"domainId":"{zone_id}","type":{type},"host":"{host}","data":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 600,
    complaint: |answer| answer["msg"].as_str().map(str::to_owned),
    sort,
    ..Rest::PLAIN
};

fn sort(answer: &Value) -> Option<Answer> {
    match answer["code"].as_u64() {
        Some(200) => None,
        Some(500) => Some(Answer::ServerTrouble(None)),
        _ => Some(Answer::Unclear),
    }
}

//! glesys.com: <https://github.com/GleSYS/API/wiki/API-Documentation> (fields by its clients, 2026-11).
//!
//! Every question is a POST, and it answers in JSON only where that is asked for. Every answer has a code like one of HTTP within. A change
//! keeps what it does not name.

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "glesys.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the project, as cl12345"),
    needed("password", "an API key that may list domains and records, add and update records"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS; also rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.glesys.com",
    headers: |_| &[("Authorization", "Basic {account}"), ("Accept", "application/json")],
    zone: Zone {
        list: List { body: "{}", ..List::whole("/domain/list", "/response/domains") },
        name: "/domainname",
        id: "/domainname",
        chosen: "",
    },
    read: Read {
        list: List { body: r#"{"domainname":"{zone}"}"#, ..List::whole("/domain/listrecords", "/response/records") },
        name: ["/host", "{host}"],
        id: "/recordid",
        content: "/data",
        ..Rest::PLAIN.read
    },
    change: Call::new("POST", "/domain/updaterecord", r#"{"recordid":{id},"data":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/domain/addrecord",
        r#"{"domainname":"{zone}","host":"{host}","type":"{type}","data":"{ip}","ttl":{ttl}}"#,
    )),
    complaint: |answer| some_text(at(answer, "/response/status/text")),
    sort: |answer| match answer["response"]["status"]["code"].as_u64() {
        Some(200..300) => None,
        Some(401) => Some(Answer::Refused(Refusal::BadAuth)),
        Some(403) => Some(Answer::Refused(Refusal::Forbidden)),
        Some(404) => Some(Answer::Refused(Refusal::NoHost)),
        Some(500..) => Some(Answer::ServerTrouble(None)),
        _ => Some(Answer::Unclear),
    },
    ..Rest::PLAIN
};

//! ionos.com-api: <https://developer.hosting.ionos.com/docs/dns> (2026-11).
//!
//! A PUT takes content, TTL, priority and whether the record is disabled; what is missing counts as its default, which for an address is
//! right. Names are full names. Errors are lists.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "ionos.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "the whole API key: public prefix, dot, secret"),
    optional("zone_id", "the zone's id, to save a question"),
    optional("rec_id", "the record's id, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live, 60 at least; also zone_id=ID and rec_id=ID"),
];

static API: Rest = Rest {
    base: "https://api.hosting.ionos.com/dns/v1",
    headers: |_| &[("X-API-Key", "{password}"), ("Accept", "application/json")],
    zone: Zone { list: List::whole("/zones", ""), ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/zones/{zone_id}?recordName={full}&recordType={type}", "/records"),
        one: ["/zones/{zone_id}/records/{id}", ""],
        name: ["/name", "{full}"],
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PUT",
        "/zones/{zone_id}/records/{id}",
        r#"{"content":"{ip}","ttl":{ttl},"prio":0,"disabled":false}"#,
    ),
    create: Some(Call::new(
        "POST",
        "/zones/{zone_id}/records",
        r#"[{"name":"{full}","type":"{type}","content":"{ip}","ttl":{ttl},"prio":0,"disabled":false}]"#,
    )),
    complaint: |answer| some_text(at(answer, "/0/message")),
    ..Rest::PLAIN
};

//! linode.com: <https://techdocs.akamai.com/linode-api/reference/get-domain-records> (2026-11).
//!
//! A PUT with target and TTL keeps the rest. A TTL of 0 is the zone's own; others are rounded up to one of a list that begins with 300. A
//! token that lacks a right is told 401 as one that is wrong.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "linode.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "a personal access token that may read and write domains"),
    optional("zone_id", "the zone's number, to save a question"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live; also zone_id=NUMBER and rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.linode.com/v4",
    apex: "",
    zone: Zone {
        list: List { per_page: 100, ..List::whole("/domains?page={page}&page_size=100", "/data") },
        name: "/domain",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List { per_page: 100, ..List::whole("/domains/{zone_id}/records?page={page}&page_size=100", "/data") },
        one: ["/domains/{zone_id}/records/{id}", ""],
        content: "/target",
        ttl: "/ttl_sec",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/domains/{zone_id}/records/{id}", r#"{"target":"{ip}","ttl_sec":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/domains/{zone_id}/records",
        r#"{"type":"{type}","name":"{host}","target":"{ip}","ttl_sec":{ttl}}"#,
    )),
    complaint: |answer| some_text(at(answer, "/errors/0/reason")),
    ..Rest::PLAIN
};

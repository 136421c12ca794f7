//! vultr.com: <https://www.vultr.com/api/#tag/dns> (2026-11).
//!
//! A PATCH with data and TTL keeps the rest. Keys are bound to addresses: a request from another one is told 401.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "vultr.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "an API key; its access control must allow any address, since yours changes"),
    optional("rec_id", "the record's id, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live; also rec_id=ID"),
];

static API: Rest = Rest {
    base: "https://api.vultr.com/v2",
    apex: "",
    zone: Zone {
        list: List { cursor: NEXT, ..List::whole("/domains?per_page=100[&cursor={cursor}]", "/domains") },
        name: "/domain",
        id: "/domain",
        chosen: "",
    },
    read: Read {
        list: List {
            cursor: NEXT,
            ..List::whole("/domains/{zone}/records?per_page=100[&cursor={cursor}]", "/records")
        },
        one: ["/domains/{zone}/records/{id}", "/record"],
        content: "/data",
        ..Rest::PLAIN.read
    },
    change: Call::new("PATCH", "/domains/{zone}/records/{id}", r#"{"data":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/domains/{zone}/records",
        r#"{"name":"{host}","type":"{type}","data":"{ip}","ttl":{ttl}}"#,
    )),
    complaint: |answer| some_text(at(answer, "/error")),
    ..Rest::PLAIN
};

const NEXT: &str = "/meta/links/next";

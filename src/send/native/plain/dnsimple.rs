//! dnsimple.com: <https://developer.dnsimple.com/v2/zones/records/> (2026-11).
//!
//! A PATCH with content and TTL keeps the rest. A name that is no zone answers 404. The account's number is a part of every path.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "dnsimple.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the account's number, which stands in the address of its web pages"),
    needed("password", "an API access token of the account"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live; also rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.dnsimple.com/v2/{username}",
    headers: |_| &[("Authorization", "Bearer {password}"), ("Accept", "application/json")],
    apex: "",
    read: Read {
        list: List {
            per_page: 100,
            ..List::whole("/zones/{zone}/records?name={host}&type={type}&page={page}&per_page=100", "/data")
        },
        one: ["/zones/{zone}/records/{id}", "/data"],
        ..Rest::PLAIN.read
    },
    change: Call::new("PATCH", "/zones/{zone}/records/{id}", r#"{"content":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/zones/{zone}/records",
        r#"{"name":"{host}","type":"{type}","content":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 3600,
    ..Rest::PLAIN
};

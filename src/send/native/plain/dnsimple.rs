//! dnsimple.com-v2: <https://developer.dnsimple.com/v2/zones/records/> (2026-11).
//!
//! A PATCH with content and TTL keeps the rest. The account's number is a part of every path. Options are those of ddns-scripts, where the
//! name is taken from `lookup_host`.

use super::{Field, Provider, Way, label, needed, optional};
use crate::send::name::Name;
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "dnsimple.com-v2", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("lookup_host", "the full name"),
    needed("domain", "the zone, as example.net"),
    needed("username", "the account's number, which stands in the address of its web pages"),
    needed("password", "an API access token of the account"),
    optional("param_opt", "the record's number, to choose among several records of the name; or ttl=SECONDS"),
    optional("rec_id", "the same number, where param_opt holds words"),
];

static API: Rest = Rest {
    base: "https://api.dnsimple.com/v2/{username}",
    headers: |_| &[("Authorization", "Bearer {password}"), ("Accept", "application/json")],
    name: |section| Name::in_zone(&label(section, "lookup_host"), &label(section, "domain")),
    apex: "",
    read: Read {
        list: List {
            per_page: 100,
            ..List::whole("/zones/{zone}/records?name={host}&type={type}&page={page}&per_page=100", "/data")
        },
        one: ["/zones/{zone}/records/{id}", "/data"],
        ..Rest::PLAIN.read
    },
    chosen: &["param_opt", "rec_id"],
    change: Call::new("PATCH", "/zones/{zone}/records/{id}", r#"{"content":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/zones/{zone}/records",
        r#"{"name":"{host}","type":"{type}","content":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 600,
    ..Rest::PLAIN
};

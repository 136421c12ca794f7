//! bunny.net: <https://docs.bunny.net/api-reference/core/dns-zone/update-dns-record> (2026-11).
//!
//! A POST changes a record, and its documentation does not say that what is missing stays: the record is sent back as it was read. A PUT
//! creates one. Types are numbers.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "bunny.net", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "the account's API key"),
    optional("zone_id", "the zone's number, to save a question"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live; also zone_id=NUMBER and rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.bunny.net",
    headers: |_| &[("AccessKey", "{password}"), ("Accept", "application/json")],
    apex: "",
    types: ["0", "1"],
    zone: Zone {
        // the search finds parts of names, too
        list: List { per_page: 100, ..List::whole("/dnszone?page={page}&perPage=100&search={zone}", "/Items") },
        name: "/Domain",
        id: "/Id",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List::whole("/dnszone/{zone_id}", "/Records"),
        name: ["/Name", "{host}"],
        kind: "/Type",
        id: "/Id",
        content: "/Value",
        ttl: "/Ttl",
        ..Rest::PLAIN.read
    },
    change: Call::new("POST", "/dnszone/{zone_id}/records/{id}", r#"{"Value":"{ip}","Ttl":{ttl}}"#).over_the_row(),
    create: Some(Call::new(
        "PUT",
        "/dnszone/{zone_id}/records",
        r#"{"Type":{type},"Name":"{host}","Value":"{ip}","Ttl":{ttl}}"#,
    )),
    complaint: |answer| some_text(at(answer, "/Message")),
    ..Rest::PLAIN
};

//! hostinger.com: <https://developers.hostinger.com/#tag/dns-zone> (2026-11).
//!
//! With `overwrite` a PUT replaces all records of name and type, or creates them, and leaves others alone. A name within a zone is answered
//! with an empty list, as if it were a zone without any record.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "hostinger.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "an API token"),
    optional("param_opt", "ttl=SECONDS for the time to live"),
];

static API: Rest = Rest {
    base: "https://developers.hostinger.com/api/dns/v1",
    headers: |_| &[("Authorization", "Bearer {password}"), ("Accept", "application/json")],
    // any record tells that this is a zone
    zone: Zone { list: RECORDS, name: "", id: "/name", chosen: "" },
    read: Read { list: RECORDS, id: "", values: "/records", set: true, ..Rest::PLAIN.read },
    change: Call::new(
        "PUT",
        "/zones/{zone}",
        r#"{"overwrite":true,"zone":[{"name":"{host}","type":"{type}","ttl":{ttl},"records":[{"content":"{ip}"}]}]}"#,
    ),
    complaint: |answer| some_text(at(answer, "/message")).or(some_text(at(answer, "/error"))),
    ..Rest::PLAIN
};

const RECORDS: List = List::whole("/zones/{zone}", "");

//! arvancloud.ir: <https://www.arvancloud.ir/docs/api/cdn/4.0> (fields by its clients, 2026-11).
//!
//! All addresses of a name and family are one record, with a port and a weight for each. A PUT wants all fields of it, so those that were
//! read are sent back.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "arvancloud.ir", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "the API key of a machine user, without the word Apikey"),
    optional("param_opt", "ttl=SECONDS (120, 180, 300, 600 and so on)"),
    optional("rec_id", "the record's id, to make sure that no other one is changed"),
];

static API: Rest = Rest {
    base: "https://napi.arvancloud.ir/cdn/4.0",
    headers: |_| &[("Authorization", "Apikey {password}"), ("Accept", "application/json")],
    types: ["a", "aaaa"],
    read: Read {
        list: List {
            cursor: "/links/next",
            ..List::whole("/domains/{zone}/dns-records?type={type}&page={page}&per_page=100", "/data")
        },
        values: "/value",
        content: "/ip",
        set: true,
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PUT",
        "/domains/{zone}/dns-records/{id}",
        r#"{"type":"{type}","name":"{host}","value":[{"ip":"{ip}"}],"ttl":{ttl}}"#,
    )
    .over_the_row(),
    create: Some(Call::new(
        "POST",
        "/domains/{zone}/dns-records",
        r#"{"type":"{type}","name":"{host}","value":[{"ip":"{ip}","port":null,"weight":100,"country":""}],"ttl":{ttl},
            "cloud":false,"upstream_https":"default"}"#,
    )),
    ..Rest::PLAIN
};

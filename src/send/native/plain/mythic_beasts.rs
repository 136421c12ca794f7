//! mythic-beasts.com-api: <https://www.mythic-beasts.com/support/api/dnsv2> (2026-11).
//!
//! The URL selects all records of name and type: a PUT replaces them, and creates what is missing.

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, in_two_labels};

pub(super) static PROVIDER: Provider =
    Provider { name: "mythic-beasts.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("username", "the API key's id (of the DNS API version 2)"),
    needed("password", "the secret that belongs to the key"),
    optional("param_opt", "ttl=SECONDS"),
];

static API: Rest = Rest {
    base: "https://api.mythic-beasts.com/dns/v2",
    headers: |_| &[("Authorization", "Basic {account}")],
    name: in_two_labels,
    read: Read {
        list: List::whole("/zones/{zone}/records/{host}/{type}", "/records"),
        name: ["/host", "{host}"],
        id: "",
        content: "/data",
        set: true,
        ..Rest::PLAIN.read
    },
    chosen: &[],
    change: Call::new(
        "PUT",
        "/zones/{zone}/records/{host}/{type}",
        r#"{"records":[{"host":"{host}","type":"{type}","ttl":{ttl},"data":"{ip}"}]}"#,
    ),
    complaint,
    ..Rest::PLAIN
};

/// One error, or what is wrong with each record.
fn complaint(answer: &Value) -> Option<String> {
    answer["error"].as_str().or_else(|| answer["errors"].as_array()?.first()?.as_str()).map(str::to_owned)
}

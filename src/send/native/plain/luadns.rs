//! luadns.com-v1: <https://luadns.com/api.html>.
//!
//! A PUT wants all fields of a record, so those that were read are sent back.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "luadns.com-v1", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, as home.example.net"),
    needed("username", "the account's e-mail address"),
    needed("password", "an API key; the API must be enabled in the account's settings"),
    optional("zone_id", "the zone's number, to save a question"),
];

static API: Rest = Rest {
    base: "https://api.luadns.com/v1",
    headers: |_| &[("Authorization", "Basic {account}"), ("Accept", "application/json")],
    zone: Zone { list: List::whole("/zones", ""), ..Rest::PLAIN.zone },
    read: Read { list: List::whole("/zones/{zone_id}/records", ""), name: ["/name", "{full}"], ..Rest::PLAIN.read },
    change: Call::new("PUT", "/zones/{zone_id}/records/{id}", RECORD),
    create: Some(Call::new("POST", "/zones/{zone_id}/records", RECORD)),
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"name":"{full}.","type":"{type}","content":"{ip}","ttl":{ttl}}"#;

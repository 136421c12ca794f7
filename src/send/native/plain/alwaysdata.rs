//! alwaysdata.com: <https://help.alwaysdata.com/en/api/> and <https://api.alwaysdata.com/v1/record/doc/> (2026-11).
//!
//! The key stands where others have a user, with the account behind it where it may manage several.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "alwaysdata.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "an API token; with several accounts: TOKEN account=NAME"),
    optional("param_opt", "ttl=SECONDS, zone_id=NUMBER to save a question"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

static API: Rest = Rest {
    base: "https://api.alwaysdata.com/v1",
    headers: |_| &[("Authorization", "Basic {key}"), ("Accept", "application/json")],
    apex: "",
    zone: Zone { list: List::whole("/domain/", ""), ..Rest::PLAIN.zone },
    read: Read { list: List::whole("/record/?domain={zone_id}", ""), content: "/value", ..Rest::PLAIN.read },
    change: Call::new("PUT", "/record/{id}/", RECORD),
    create: Some(Call::new("POST", "/record/", RECORD)),
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"domain":{zone_id},"type":"{type}","name":"{host}","value":"{ip}","ttl":{ttl}}"#;

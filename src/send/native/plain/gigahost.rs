//! gigahost.no-api: <https://gigahost.no/en/api-dokumentasjon> (2026-11). A key may be good for a list of zones only.
//!
//! A PUT is sent all that a record of this kind has. Every answer repeats its status within.

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "gigahost.no-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "an API key, flux_live_..., that may write DNS"),
    optional("rec_id", "the record's id, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS, zone_id=NUMBER to save a question; also rec_id=ID"),
];

static API: Rest = Rest {
    base: "https://api.gigahost.no/api/v0",
    zone: Zone { list: List::whole("/dns/zones", "/data"), name: "/zone_name", id: "/zone_id", ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/dns/zones/{zone_id}/records", "/data"),
        name: ["/record_name", "{host}"],
        kind: "/record_type",
        id: "/record_id",
        content: "/record_value",
        ttl: "/record_ttl",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/dns/zones/{zone_id}/records/{id}", RECORD),
    create: Some(Call::new("POST", "/dns/zones/{zone_id}/records", RECORD)),
    complaint: |answer| some_text(at(answer, "/meta/message")),
    sort: |answer| match answer["meta"]["status"].as_u64() {
        Some(200..300) => None,
        Some(401) => Some(Answer::Refused(Refusal::BadAuth)),
        _ => Some(Answer::Unclear),
    },
    ..Rest::PLAIN
};

const RECORD: &str = r#"{"record_name":"{host}","record_type":"{type}","record_value":"{ip}","record_ttl":{ttl}}"#;

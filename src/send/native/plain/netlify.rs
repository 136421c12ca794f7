//! netlify.com: <https://open-api.netlify.com/#tag/dnsZone> (2026-11).
//!
//! A record cannot be changed: the old one goes, and one with its TTL comes. In this order an update that is cut short is mended by the
//! next one; the other way round a stale address would stay. Hosts are whole names. Records that Netlify manages for its sites have types of
//! their own and are left alone.

use super::{Field, Provider, Way, needed, optional};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "netlify.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "a personal access token"),
    optional("param_opt", "ttl=SECONDS, zone_id=ID to save a question"),
];

static API: Rest = Rest {
    base: "https://api.netlify.com/api/v1",
    zone: Zone { list: List::whole("/dns_zones", ""), ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/dns_zones/{zone_id}/dns_records", ""),
        name: ["/hostname", "{full}"],
        content: "/value",
        ..Rest::PLAIN.read
    },
    // an id does not outlive an update
    chosen: &[],
    change: Call::new("DELETE", "/dns_zones/{zone_id}/dns_records/{id}", ""),
    create: Some(Call::new(
        "POST",
        "/dns_zones/{zone_id}/dns_records",
        r#"{"type":"{type}","hostname":"{full}","value":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 3600,
    ..Rest::PLAIN
};

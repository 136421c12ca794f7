//! gcore.com: <https://gcore.com/docs/api-reference/dns/rrsets/update-rrset> (2026-11).
//!
//! All addresses of a name and family are one set: a PUT replaces it whole, with its rules of where which address is told, and a POST
//! creates it. No set and no zone are 404 both, so the zone is asked for first.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "gcore.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "a permanent API token"),
    optional("param_opt", "ttl=SECONDS for the time to live"),
];

static API: Rest = Rest {
    base: "https://api.gcore.com/dns/v2",
    headers: |_| &[("Authorization", "APIKey {password}")],
    zone: Zone {
        list: List { single: true, ..List::whole("/zones/{zone}", "") },
        name: "/name",
        id: "/name",
        chosen: "",
    },
    read: Read {
        list: List { single: true, ..List::whole(SET, "") },
        none_is_404: true,
        name: ["", ""],
        kind: "",
        id: "",
        values: "/resource_records",
        content: "/content/0",
        set: true,
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", SET, RECORDS),
    create: Some(Call::new("POST", SET, RECORDS)),
    complaint: |answer| some_text(at(answer, "/error")),
    ..Rest::PLAIN
};

const SET: &str = "/zones/{zone}/{full}/{type}";
const RECORDS: &str = r#"{"ttl":{ttl},"resource_records":[{"content":["{ip}"]}]}"#;

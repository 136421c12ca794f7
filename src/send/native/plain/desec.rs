//! desec.io-api: <https://desec.readthedocs.io/en/latest/dns/rrsets.html> (2026-11).
//!
//! A bulk PUT of one set creates or replaces it and leaves all others alone. A name that is no zone answers 404. What is written is limited
//! to 15 a minute and 300 a day for each zone; TTLs below the zone's minimum (3600, for dedyn.io 60) are refused.

use super::{Field, Provider, Way, needed, optional};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "desec.io-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "an API token that may write the name's addresses"),
    optional("param_opt", "ttl=SECONDS for the time to live; not below the minimum of the zone"),
];

static API: Rest = Rest {
    base: "https://desec.io/api/v1",
    headers: |_| &[("Authorization", "Token {password}")],
    apex: "",
    read: Read {
        list: List::whole("/domains/{zone}/rrsets/?subname={host}&type={type}", ""),
        name: ["/subname", "{host}"],
        id: "",
        values: "/records",
        content: "",
        set: true,
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PUT",
        "/domains/{zone}/rrsets/",
        r#"[{"subname":"{host}","type":"{type}","ttl":{ttl},"records":["{ip}"]}]"#,
    ),
    ttl: 3600,
    complaint: |answer| some_text(at(answer, "/detail")),
    ..Rest::PLAIN
};

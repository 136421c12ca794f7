//! infomaniak.com-api: <https://developer.infomaniak.com/docs/api/put/2/zones/%7Bzone%7D/records/%7Brecord%7D> (2026-11).
//!
//! A PUT takes target and TTL; the zone itself is called by a dot. An error may come with status 200: what counts is `result`.

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "infomaniak.com-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "an API token that may read and write domains and DNS"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS for the time to live, 60 at least; also rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api.infomaniak.com/2",
    headers: |_| &[("Authorization", "Bearer {password}"), ("Accept", "application/json")],
    apex: ".",
    // zones of a name, whatever name it is
    zone: Zone { list: List::whole("/domains/{full}/zones", "/data"), name: "/fqdn", id: "/fqdn", chosen: "" },
    read: Read {
        list: List::whole("/zones/{zone}/records", "/data"),
        name: ["/source", "{host}"],
        content: "/target",
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/zones/{zone}/records/{id}", r#"{"target":"{ip}","ttl":{ttl}}"#),
    create: Some(Call::new(
        "POST",
        "/zones/{zone}/records",
        r#"{"type":"{type}","source":"{host}","target":"{ip}","ttl":{ttl}}"#,
    )),
    complaint: |answer| some_text(at(answer, "/error/description")),
    sort: |answer| {
        (answer["result"] != "success").then(|| match answer["error"]["code"].as_str() {
            Some("not_authorized") => Answer::Refused(Refusal::BadAuth),
            Some("object_not_found") => Answer::Refused(Refusal::NoHost),
            _ => Answer::Unclear,
        })
    },
    ..Rest::PLAIN
};

//! dnshe.com: <https://my.dnshe.com/knowledgebase/13/DNSHE-Free-Domain-API-User-Guide-V2.0.html> (2026-11).
//!
//! What it calls a subdomain is the zone: the free domain as it was registered. A change keeps what it does not name. Records are read by
//! their full names and written by those within the zone.

use super::{Field, Provider, Way, needed, optional};
use crate::answer::Answer;
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "dnshe.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the API key, as cfsd_..."),
    needed("password", "the API secret"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS, zone_id=NUMBER of the domain to save a question; also rec_id=NUMBER"),
];

static API: Rest = Rest {
    base: "https://api005.dnshe.com",
    headers: |_| &[("X-API-Key", "{username}"), ("X-API-Secret", "{password}")],
    zone: Zone {
        list: List {
            per_page: 100,
            ..List::whole(
                "/index.php?m=domain_hub&endpoint=subdomains&action=list&page={page}&per_page=100",
                "/subdomains",
            )
        },
        name: "/full_domain",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List::whole(
            "/index.php?m=domain_hub&endpoint=dns_records&action=list&subdomain_id={zone_id}",
            "/records",
        ),
        name: ["/name", "{full}"],
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "POST",
        "/index.php?m=domain_hub&endpoint=dns_records&action=modify",
        r#"{"id":{id},"type":"{type}","content":"{ip}","ttl":{ttl}}"#,
    ),
    create: Some(Call::new(
        "POST",
        "/index.php?m=domain_hub&endpoint=dns_records&action=create",
        r#"{"subdomain_id":{zone_id},"type":"{type}","name":"{host}","content":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 600,
    // with status 200 too
    sort: |answer| (answer["success"] != true).then_some(Answer::Unclear),
    ..Rest::PLAIN
};

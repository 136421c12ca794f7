//! vercel.com: <https://vercel.com/docs/rest-api/dns/update-an-existing-dns-record> (2026-11).
//!
//! A PATCH with value and TTL keeps the rest; lists go on with `until`. A token that is wrong is told 403, with a mark.

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::json::{at, some_text};
use crate::send::rest::{Call, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "vercel.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("password", "an access token"),
    optional("rec_id", "the record's id, to choose among several records of the name"),
    optional("param_opt", "team_id=ID where the zone belongs to a team, ttl=SECONDS (60 at least); also rec_id=ID"),
];

static API: Rest = Rest {
    base: "https://api.vercel.com",
    apex: "",
    zone: Zone {
        list: List {
            cursor: NEXT,
            ..List::whole("/v5/domains?limit=100[&until={cursor}][&teamId={team_id}]", "/domains")
        },
        id: "/name",
        chosen: "",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List {
            cursor: NEXT,
            ..List::whole("/v4/domains/{zone}/records?limit=100[&until={cursor}][&teamId={team_id}]", "/records")
        },
        content: "/value",
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PATCH",
        "/v1/domains/records/{id}[?teamId={team_id}]",
        r#"{"type":"{type}","value":"{ip}","ttl":{ttl}}"#,
    ),
    create: Some(Call::new(
        "POST",
        "/v2/domains/{zone}/records[?teamId={team_id}]",
        r#"{"name":"{host}","type":"{type}","value":"{ip}","ttl":{ttl}}"#,
    )),
    ttl: 60,
    complaint: |answer| some_text(at(answer, "/error/message")),
    sort: |answer| (answer["error"]["invalidToken"] == true).then_some(Answer::Refused(Refusal::BadAuth)),
    ..Rest::PLAIN
};

const NEXT: &str = "/pagination/next";

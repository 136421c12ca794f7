//! cloud.baidu.com: <https://cloud.baidu.com/doc/DNS/s/El4s7lssr> (records), <https://cloud.baidu.com/doc/DNS/s/lkk5elv58> (errors), read in
//! November 2026. This is the DNS service, not the older one of domains (`bcd.baidubce.com`).
//!
//! An update is the record as it was read, with its description; what an update does not know, it passes over, as the list of errors says.

use serde_json::Value;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::CLOCK;
use crate::send::rest::{Call, List, Read, Rest};
use crate::send::sign::{Key, Stamp, Unsigned, bce, capital};
use crate::world::Request;

pub(super) static PROVIDER: Provider = Provider { name: "cloud.baidu.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the Access Key ID"),
    needed("password", "the Secret Access Key"),
];

static API: Rest = Rest {
    base: "https://dns.baidubce.com",
    headers: |_| &[],
    read: Read {
        list: List {
            cursor: "/nextMarker",
            // in the order in which it is signed
            ..List::whole("/v1/dns/zone/{zone}/record?marker={cursor}&maxKeys=1000&rr={host}", "/records")
        },
        name: ["/rr", "{host}"],
        content: "/value",
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "PUT",
        "/v1/dns/zone/{zone}/record/{id}",
        r#"{"rr":"{host}","type":"{type}","value":"{ip}","ttl":{ttl}}"#,
    )
    .over_the_row(),
    create: Some(Call::new(
        "POST",
        "/v1/dns/zone/{zone}/record",
        r#"{"rr":"{host}","type":"{type}","value":"{ip}","ttl":{ttl},"line":"default"}"#,
    )),
    signer: Some(signer),
    complaint,
    sort,
    ..Rest::PLAIN
};

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let (stamp, host) = (Stamp::of(job.moment), request.url.host.as_str());
    let date = stamp.long();
    let headers = [("host", host), ("x-bce-date", date.as_str())];
    let request = Unsigned::of(request, &headers);
    let signed = bce(&Key::of(job), stamp, &Unsigned { query: &capital(request.query), ..request });
    vec![("x-bce-date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

/// `code: message`
fn complaint(answer: &Value) -> Option<String> {
    Some([answer["code"].as_str()?, answer["message"].as_str().unwrap_or_default()].join(": "))
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["code"].as_str()? {
        "RequestExpired" => CLOCK,
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidHTTPAuthHeader" => Answer::Refused(Refusal::BadAuth),
        _ => Answer::Unclear,
    })
}

//! huaweicloud.com: <https://support.huaweicloud.com/intl/en-us/api-dns/dns_api_64001.html>.
//!
//! Sets of records are replaced as a whole; a PUT without `ttl` keeps it. Names are matched loosely there, so they are compared here.

use serde_json::Value;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::CLOCK;
use crate::send::rest::{Call, List, Read, Rest, Zone};
use crate::send::sign::{Key, Stamp, Unsigned, capital, sdk};
use crate::world::Request;

pub(super) static PROVIDER: Provider = Provider { name: "huaweicloud.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, @zone for the zone itself, or the full name"),
    needed("username", "the access key (AK)"),
    needed("password", "the secret key (SK)"),
];

static API: Rest = Rest {
    base: "https://dns.cn-north-1.myhuaweicloud.com",
    headers: |_| &[],
    zone: Zone {
        list: List::whole("/v2/zones?name={zone}.&search_mode=equal", "/zones"),
        chosen: "",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List::whole(
            // in the order in which it is signed
            "/v2/zones/{zone_id}/recordsets?name={full}.&search_mode=equal&type={type}",
            "/recordsets",
        ),
        name: ["/name", "{full}"],
        values: "/records",
        content: "",
        set: true,
        ..Rest::PLAIN.read
    },
    chosen: &[],
    change: Call::new(
        "PUT",
        "/v2/zones/{zone_id}/recordsets/{id}",
        r#"{"name":"{full}.","records":["{ip}"],"type":"{type}"}"#,
    ),
    create: Some(Call::new(
        "POST",
        "/v2/zones/{zone_id}/recordsets",
        r#"{"name":"{full}.","records":["{ip}"],"ttl":{ttl},"type":"{type}"}"#,
    )),
    ttl: 120,
    ttl_in: "",
    signer: Some(signer),
    complaint,
    sort,
    ..Rest::PLAIN
};

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let key = Key::of(job);
    let stamp = Stamp::of(job.moment);
    let date = stamp.short();
    let headers = [("content-type", "application/json"), ("host", request.url.host.as_str()), ("x-sdk-date", &date)];
    let headers = if request.body.is_some() { &headers[..] } else { &headers[1..] };
    let request = Unsigned::of(request, headers);
    let signed = sdk(&key, stamp, &Unsigned { query: &capital(request.query), ..request });
    vec![("X-Sdk-Date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

/// `Code: Message`, of the service or of the gate before it.
fn complaint(answer: &Value) -> Option<String> {
    let either = |one: &str, other: &str| answer[one].as_str().or(answer[other].as_str()).map(str::to_owned);
    Some(format!("{}: {}", either("code", "error_code")?, either("message", "error_msg").unwrap_or_default()))
}

fn sort(answer: &Value) -> Option<Answer> {
    let own = complaint(answer)?;
    let (code, message) = own.split_once(": ")?;
    Some(match code {
        "APIGW.0301" | "APIG.0301" if message.to_ascii_lowercase().contains("expire") => CLOCK,
        "APIGW.0301" | "APIG.0301" | "DNS.0005" => Answer::Refused(Refusal::BadAuth),
        "DNS.0013" => Answer::Refused(Refusal::Forbidden),
        "DNS.0014" | "APIGW.0308" | "APIG.0308" => Answer::SlowDown(None),
        "DNS.0004" => Answer::Refused(Refusal::NoHost),
        _ => return None,
    })
}

//! volcengine.com: `TrafficRoute` DNS, <https://www.volcengine.com/docs/6758/155106> (records) and
//! <https://www.volcengine.com/docs/6369/68677> (errors), read in November 2026.
//!
//! An update is the record as it was read, since host and line must be named. Zones have numbers, which are asked for by name.

use serde_json::Value;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::CLOCK;
use crate::send::rest::{Call, List, Read, Rest, Zone};
use crate::send::sign::{Key, Stamp, Unsigned, capital, volc};
use crate::world::Request;

pub(super) static PROVIDER: Provider = Provider { name: "volcengine.com", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the Access Key ID"),
    needed("password", "the Secret Access Key"),
];

// queries stand in the order in which they are signed
static API: Rest = Rest {
    base: "https://open.volcengineapi.com",
    headers: |_| &[],
    zone: Zone {
        list: List {
            without: "/Result",
            ..List::whole(
                "/?Action=ListZones&Key={zone}&PageSize=500&SearchMode=exact&Version=2018-08-01",
                "/Result/Zones",
            )
        },
        name: "/ZoneName",
        id: "/ZID",
        ..Rest::PLAIN.zone
    },
    read: Read {
        list: List {
            without: "/Result",
            ..List::whole(
                "/?Action=ListRecords&Host={host}&PageSize=500&SearchMode=exact&Type={type}&Version=2018-08-01&ZID={zone_id}",
                "/Result/Records",
            )
        },
        name: ["/Host", "{host}"],
        kind: "/Type",
        id: "/RecordID",
        content: "/Value",
        ttl: "/TTL",
        ..Rest::PLAIN.read
    },
    change: Call::new("POST", "/?Action=UpdateRecord&Version=2018-08-01", r#"{"Value":"{ip}","TTL":{ttl}}"#)
        .over_the_row(),
    create: Some(Call::new(
        "POST",
        "/?Action=CreateRecord&Version=2018-08-01",
        r#"{"Host":"{host}","Line":"default","TTL":{ttl},"Type":"{type}","Value":"{ip}","ZID":{zone_id}}"#,
    )),
    // the least of a free zone
    ttl: 600,
    signer: Some(signer),
    complaint,
    sort,
    ..Rest::PLAIN
};

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let (stamp, host) = (Stamp::of(job.moment), request.url.host.as_str());
    let date = stamp.short();
    let headers = [("host", host), ("x-date", &date)];
    let request = Unsigned::of(request, &headers);
    let request = Unsigned { query: &capital(request.query), ..request };
    let signed = volc(&Key::of(job), stamp, ("cn-north-1", "DNS"), &request);
    vec![("X-Date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

/// `Code: Message`
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["ResponseMetadata"]["Error"];
    Some([error["Code"].as_str()?, error["Message"].as_str().unwrap_or_default()].join(": "))
}

/// An error may come with status 200.
fn sort(answer: &Value) -> Option<Answer> {
    let code = answer["ResponseMetadata"]["Error"]["Code"].as_str()?;
    Some(match code {
        "InvalidTimestamp" => CLOCK,
        "InvalidAccessKey" | "SignatureDoesNotMatch" | "InvalidCredential" | "InvalidAuthorization" => {
            Answer::Refused(Refusal::BadAuth)
        }
        "AccessDenied" | "LackProjectPolicy" => Answer::Refused(Refusal::Forbidden),
        _ if code.contains("FlowLimit") => Answer::SlowDown(None),
        _ => Answer::Unclear,
    })
}

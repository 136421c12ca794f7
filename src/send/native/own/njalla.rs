//! njal.la-api: <https://njal.la/api/>, JSON-RPC, read in November 2026 by what <https://github.com/Sighery/gonjalla> and others send.
//!
//! Errors come with status 200 and a code like one of HTTP, 403 for a wrong token and for an unknown domain. An edit names every field of a
//! record. The row `njal.la` is another service, for records of the type Dynamic, with a key for each.

use serde_json::Value;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "njal.la-api", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] =
    &[needed("domain", "the name as host@zone, or the full name"), needed("password", "the API token")];

static API: Rest = Rest {
    base: "https://njal.la",
    headers: |_| &[("Authorization", "Njalla {password}")],
    read: Read {
        list: List {
            body: r#"{"method":"list-records","params":{"domain":"{zone}"}}"#,
            ..List::whole("/api/1/", "/result/records")
        },
        ..Rest::PLAIN.read
    },
    change: Call::new(
        "POST",
        "/api/1/",
        r#"{"method":"edit-record","params":{"domain":"{zone}","id":"{id}","name":"{host}","type":"{type}","content":"{ip}","ttl":{ttl}}}"#,
    ),
    create: Some(Call::new(
        "POST",
        "/api/1/",
        r#"{"method":"add-record","params":{"domain":"{zone}","name":"{host}","type":"{type}","content":"{ip}","ttl":{ttl}}}"#,
    )),
    complaint,
    sort,
    ..Rest::PLAIN
};

/// `Message (code)`
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["error"];
    Some(format!("{} ({})", error["message"].as_str()?, error["code"]))
}

fn sort(answer: &Value) -> Option<Answer> {
    let error = &answer["error"];
    Some(match error["code"].as_i64() {
        None if error.is_null() => return None,
        Some(401) => Answer::Refused(Refusal::BadAuth),
        Some(403) if error["message"].as_str().is_some_and(|own| own.contains("token")) => {
            Answer::Refused(Refusal::BadAuth)
        }
        // so domains of others are refused, and those the token may not see
        Some(403 | 404) => Answer::Refused(Refusal::NoHost),
        Some(429) => Answer::SlowDown(None),
        Some(500..600) => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

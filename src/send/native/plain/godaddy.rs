//! godaddy.com-v1: <https://developer.godaddy.com/doc/endpoint/domains>.
//!
//! All addresses of a name and family are one set here: a PUT replaces it whole, and creates it. The time to live is sent back as it was.

use std::time::Duration;

use serde_json::Value;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::send::rest::{Call, List, Read, Rest};

pub(super) static PROVIDER: Provider = Provider { name: "godaddy.com-v1", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; @zone or the zone alone for the zone itself"),
    needed("username", "the key of the API (production, not OTE)"),
    needed("password", "the secret that belongs to the key"),
];

static API: Rest = Rest {
    base: "https://api.godaddy.com/v1",
    headers: |_| &[("Authorization", "sso-key {username}:{password}")],
    read: Read {
        list: List::whole("/domains/{zone}/records/{type}/{host}", ""),
        name: ["", ""],
        kind: "",
        id: "",
        content: "/data",
        set: true,
        ..Rest::PLAIN.read
    },
    change: Call::new("PUT", "/domains/{zone}/records/{type}/{host}", r#"[{"data":"{ip}","ttl":{ttl}}]"#),
    // the least it takes
    ttl: 600,
    complaint,
    sort,
    ..Rest::PLAIN
};

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["code"].as_str()? {
        "UNABLE_TO_AUTHENTICATE" => Answer::Refused(Refusal::BadAuth),
        "ACCESS_DENIED" => Answer::Refused(Refusal::Forbidden),
        "UNKNOWN_DOMAIN" | "NOT_FOUND" => Answer::Refused(Refusal::NoHost),
        "TOO_MANY_REQUESTS" => Answer::SlowDown(answer["retryAfterSec"].as_u64().map(Duration::from_secs)),
        _ => Answer::Unclear,
    })
}

/// The message with its code; what is wrong in which field stands below it.
fn complaint(answer: &Value) -> Option<String> {
    let said = |error: &Value| Some(format!("{} ({})", error["message"].as_str()?, error["code"].as_str()?));
    let field = answer["fields"].as_array().and_then(|fields| fields.first()).and_then(said);
    Some([said(answer)?].into_iter().chain(field).collect::<Vec<_>>().join(": "))
}

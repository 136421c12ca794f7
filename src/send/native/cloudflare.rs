//! cloudflare.com-v4: <https://developers.cloudflare.com/api/resources/dns/>.
//!
//! A PATCH with the content alone keeps proxied flag, TTL, comment and tags. DNS cannot tell the address of a proxied name, the API can.

use serde_json::Value;

use super::{Field, Provider, Way, needed, option, optional};
use crate::answer::Answer;
use crate::config::Section;
use crate::send::rest::{Call, Fields, List, Read, Rest, Zone};

pub(super) static PROVIDER: Provider = Provider { name: "cloudflare.com-v4", options: OPTIONS, way: Way::Rest(&API) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the word Bearer with an API token, or the account's e-mail with the Global API Key"),
    needed("password", "the API token (Zone.DNS edit), or the Global API Key"),
    optional("param_opt", "zone_id=ID and dns_record_id=ID, to save questions or to choose among several records"),
    optional("rec_id", "the same as dns_record_id"),
];

static API: Rest = Rest {
    base: "https://api.cloudflare.com/client/v4",
    headers,
    zone: Zone { list: List::whole("/zones?name={zone}", "/result"), ..Rest::PLAIN.zone },
    read: Read {
        list: List::whole("/zones/{zone_id}/dns_records?type={type}&name={full}", "/result"),
        one: ["/zones/{zone_id}/dns_records/{id}", "/result"],
        name: ["/name", "{full}"],
        ..Rest::PLAIN.read
    },
    chosen: &["dns_record_id", "rec_id"],
    change: Call::new("PATCH", "/zones/{zone_id}/dns_records/{id}", r#"{"content":"{ip}"}"#),
    create: Some(Call::new(
        "POST",
        "/zones/{zone_id}/dns_records",
        r#"{"type":"{type}","name":"{full}","content":"{ip}","ttl":{ttl}}"#,
    )),
    // "automatic"
    ttl: 1,
    complaint,
    // an answer that says no success is a refusal whatever its status
    sort: |answer| (answer["success"] != true).then_some(Answer::Unclear),
    ..Rest::PLAIN
};

fn headers(section: &Section) -> Fields {
    if option(section, "username").is_some_and(|user| user.eq_ignore_ascii_case("bearer")) {
        return &[("Authorization", "Bearer {password}")];
    }
    &[("X-Auth-Email", "{username}"), ("X-Auth-Key", "{password}")]
}

/// `errors[].message` with its number, and what stands below it.
fn complaint(answer: &Value) -> Option<String> {
    let error = answer["errors"].as_array()?.first()?;
    let said = |error: &Value| Some(format!("{} ({})", error["message"].as_str()?, error["code"]));
    let below = error["error_chain"].as_array().and_then(|chain| chain.first()).and_then(said);
    Some([said(error), below].into_iter().flatten().collect::<Vec<_>>().join(": "))
}

//! dynadot.com: <https://www.dynadot.com/set_ddns>, its dynamic DNS (parameters and answers by its clients, 2026-11).
//!
//! It can be told, but not asked, and knows the password only as a part of the URL. The zone itself is not a host but a parameter.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, needed, optional};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Outcome, Step};
use crate::send::rest::{self, Call, Rest, in_two_labels};
use crate::world::Http;

pub(super) static PROVIDER: Provider = Provider { name: "dynadot.com", options: OPTIONS, way: Way::Code(update, None) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("password", "the dynamic DNS password of the zone"),
    optional("param_opt", "ttl=SECONDS"),
];

/// What differs between the zone itself and a name within it.
const fn api(path: &'static str) -> Rest {
    Rest {
        base: "https://www.dynadot.com",
        headers: |_| &[],
        name: in_two_labels,
        change: Call::new("GET", path, ""),
        complaint,
        sort,
        ..Rest::PLAIN
    }
}

static HOST: Rest =
    api("/set_ddns?domain={zone}&subDomain={host}&type={type}&ip={ip}&pwd={password}&ttl={ttl}&containRoot=false");
static ZONE: Rest =
    api("/set_ddns?domain={zone}&subDomain=&type={type}&ip={ip}&pwd={password}&ttl={ttl}&containRoot=true");

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let name = in_two_labels(job.section);
    let rest = if name.zone() == Some(&name.full) { &ZONE } else { &HOST };
    rest::update(rest, job, address, http)
}

/// Its words are a list.
fn complaint(answer: &Value) -> Option<String> {
    let words = answer["content"].as_array()?.iter().filter_map(Value::as_str);
    Some(words.collect::<Vec<_>>().join(", "))
}

/// -1 is a refusal; other numbers are none.
fn sort(answer: &Value) -> Option<Answer> {
    let wrong_password = || complaint(answer).is_some_and(|said| said.to_ascii_lowercase().contains("password"));
    match answer["error_code"].as_i64() {
        Some(-1) if wrong_password() => Some(Answer::Refused(Refusal::BadAuth)),
        None | Some(-1) => Some(Answer::Unclear),
        Some(_) => None,
    }
}

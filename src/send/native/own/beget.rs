//! beget.com: <https://beget.com/en/kb/api/dns-administration-functions>.
//!
//! A change replaces all records of a name, of every kind; so all that are there are read first and sent back beside the new address. Read
//! records look different from sent ones, and what cannot be sent back is not overwritten.

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::{Field, Provider, Way, kind, needed, option, ours};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, odd};
use crate::send::json::{object, texts};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "beget.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, set up as a sub-domain in the panel"),
    needed("username", "the account's login"),
    needed("password", "the password for the API, with access to DNS"),
];

const BASE: &str = "https://api.beget.com/api/dns";
/// The provider's own number where order is of no matter.
const PRIORITY: u32 = 10;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let mut records = records(job, &mut api)?;
    let of_kind = records.entry(kind(job)).or_insert_with(|| Value::Array(Vec::new()));
    let Value::Array(of_kind) = of_kind else { return Err(odd("its records are no lists")) };
    let place = ours(job, address, of_kind, address_of);
    let outcome = match place.map(|at| &mut of_kind[at]) {
        Some(record) if address_of(record) == Some(address) => return Ok(Outcome::Right),
        Some(record) => {
            record["value"] = address.to_string().into();
            Outcome::Updated
        }
        None => {
            of_kind.push(sent(&address.to_string(), PRIORITY.into()));
            Outcome::Created
        }
    };
    call(job, &mut api, "/changeRecords", &object(&mut [("fqdn", fqdn(job).into()), ("records", records.into())]))?;
    Ok(outcome)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let records = records(job, &mut api(job, http))?;
    let ours = records.get(kind(job)).and_then(Value::as_array);
    Ok(ours.map_or_else(Vec::new, |ours| ours.iter().filter_map(address_of).collect()))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, BASE, complaint).sorted_by(sort)
}

fn fqdn(job: &Job<'_>) -> String {
    let name = job.section.domain.as_deref().unwrap_or_default();
    name.trim_start_matches('@').trim_end_matches('.').replace('@', ".").to_ascii_lowercase()
}

fn call(job: &Job<'_>, api: &mut Api<'_>, path: &str, input: &Value) -> Step<Value> {
    let login = option(job.section, "username").unwrap_or_default();
    let password = job.section.password.clone().unwrap_or_default();
    let input = input.to_string();
    api.post_form(
        path,
        &[
            ("login", login.as_bytes()),
            ("passwd", password.reveal()),
            ("input_format", b"json"),
            ("output_format", b"json"),
            ("input_data", input.as_bytes()),
        ],
    )
}

fn address_of(record: &Value) -> Option<IpAddr> {
    record["value"].as_str()?.parse().ok()
}

/// All records of the name by their kind, as they are sent.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Map<String, Value>> {
    let answer = call(job, api, "/getData", &texts(&[("fqdn", &fqdn(job))]))?;
    let result = &answer["answer"]["result"];
    if let Some(2 | 3) = result["set_type"].as_u64() {
        let why = "the name has NS or CNAME records, which a change would destroy";
        return Err(api.ended(Answer::Refused(Refusal::NoHost), why, b""));
    }
    let found = match &result["records"] {
        Value::Object(found) => found.clone(),
        // PHP writes an object without members as a list
        Value::Array(empty) if empty.is_empty() => Map::new(),
        _ => return Err(odd("it has no 'records'")),
    };
    let mut sent = Map::new();
    for (kind, all) in &found {
        let all = match all {
            Value::Array(all) => all.as_slice(),
            Value::Null => &[],
            _ => return Err(odd("its records are no lists")),
        };
        // name servers of the whole domain are no records of the name
        if all.is_empty() || matches!(kind.as_str(), "DNS" | "DNS_IP") {
            continue;
        }
        let converted: Option<Vec<Value>> = all.iter().map(|record| as_sent(kind, record)).collect();
        let Some(converted) = converted else {
            let why = format!("the name has {kind} records, which a change would destroy");
            return Err(api.ended(Answer::Refused(Refusal::NoHost), &why, b""));
        };
        sent.insert(kind.clone(), converted.into());
    }
    Ok(sent)
}

/// A record that was read, as it must be sent; `None` where nobody knows how.
fn as_sent(kind: &str, record: &Value) -> Option<Value> {
    let own = match kind {
        "A" | "AAAA" => "address",
        "MX" => "exchange",
        "TXT" => "txtdata",
        _ => return None,
    };
    let value = record.get(own).or(record.get("value"))?.as_str()?;
    let priority = record.get("preference").or(record.get("priority")).cloned().unwrap_or(PRIORITY.into());
    Some(sent(value, priority))
}

fn sent(value: &str, priority: Value) -> Value {
    object(&mut [("value", value.into()), ("priority", priority)])
}

/// The error, of the request or of what was asked: both must be successful.
fn error(answer: &Value) -> Option<&Value> {
    let inner = &answer["answer"];
    match (&answer["status"], &inner["status"]) {
        (outer, _) if outer != "success" => Some(answer),
        (_, status) if status != "success" => Some(inner["errors"].get(0).unwrap_or(inner)),
        _ => None,
    }
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match error(answer)?["error_code"].as_str() {
        Some("AUTH_ERROR") => Answer::Refused(Refusal::BadAuth),
        // of a name that is not set up in the panel, for instance
        Some("INVALID_DATA") => Answer::Refused(Refusal::NoHost),
        Some("LIMIT_ERROR") => Answer::SlowDown(None),
        Some("METHOD_FAILED") => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

fn complaint(answer: &Value) -> Option<String> {
    let error = error(answer)?;
    Some(format!("{} ({})", error["error_text"].as_str()?, error["error_code"].as_str()?))
}

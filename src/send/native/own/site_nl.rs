//! site.nl: <https://backend.site.nl/v2>, which only customers can read (fields by its one public client, ddns-updater, November 2026).
//!
//! All records of a zone are written at once: those of other names go back as they were read. It takes the TTLs 60, 300, 3600, 7200, 14400,
//! 28800 and 86400, and shuts an address out for three days after three wrong keys.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::send::api::{Api, Outcome, Step, in_zone, list, message, rows, text};
use crate::send::choice::held;
use crate::send::json::{object, texts};
use crate::send::name::Name;
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "site.nl", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "an API key that may view domains and modify their DNS"),
    optional("param_opt", "ttl=SECONDS"),
];

const TTL: u32 = 3600;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let ttl = parameter(job.section, "ttl").map(str::parse::<u32>).transpose();
    let ttl = ttl.map_err(|_| not_sent("option 'param_opt': wanted ttl=SECONDS, such as ttl=300".to_owned()))?;
    let mut api = api(job, http);
    let Domain { path, full, mut records } = domain(job, &mut api)?;
    let mine = mine(job, &full, &records)?;
    let outcome = match ours(job, address, &mine, |at| held(&records[*at], "value")).map(|chosen| mine[chosen]) {
        Some(at) if held(&records[at], "value") == Some(address) => return Ok(Outcome::Right),
        Some(at) => {
            records[at]["value"] = address.to_string().into();
            if let Some(ttl) = ttl {
                records[at]["ttl"] = ttl.into();
            }
            Outcome::Updated
        }
        None => {
            let mut new = texts(&[("name", &full), ("type", kind(job)), ("value", &address.to_string())]);
            new["ttl"] = ttl.unwrap_or(TTL).into();
            records.push(new);
            Outcome::Created
        }
    };
    api.send("PATCH", &format!("{path}/dns_records"), &object(&mut [("dns_records", records.into())]))?;
    Ok(outcome)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let Domain { full, records, .. } = domain(job, &mut api(job, http))?;
    Ok(mine(job, &full, &records)?.into_iter().filter_map(|at| held(&records[at], "value")).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let key = job.section.password.clone().unwrap_or_default();
    let api = Api::new(job, http, "https://backend.site.nl/v2", message).sorted_by(sort);
    api.with("X-API-Key", key.reveal()).with("Accept", "application/json")
}

/// A zone and all that is in it.
struct Domain {
    path: String,
    /// The name as records have it, with a dot at its end.
    full: String,
    records: Vec<Value>,
}

fn domain(job: &Job<'_>, api: &mut Api<'_>) -> Step<Domain> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let (_, id) = in_zone(&name.zones(), &mut |zone| {
        let found = api.get(&format!("/domain_names?search={zone}"))?;
        let own = |row: &&Value| {
            let parts = [row["name"].as_str(), row["domain_top_level"]["top_level_domain"].as_str()];
            parts.map(Option::unwrap_or_default).join(".").eq_ignore_ascii_case(zone)
        };
        let row = rows(&found)?.iter().find(own);
        row.map_or_else(|| Err(api.no_such(&format!("the account has no domain '{zone}'"))), |row| text(row, "id"))
    })?;
    let path = format!("/domain_names/{id}");
    let records = list(&api.get(&path)?, "dns_records")?.to_vec();
    Ok(Domain { path, full: format!("{}.", name.full), records })
}

/// Where the records of the name are, of the wanted kind.
fn mine(job: &Job<'_>, full: &str, records: &[Value]) -> Step<Vec<usize>> {
    let mut mine = Vec::new();
    for (at, record) in records.iter().enumerate() {
        if text(record, "name")?.eq_ignore_ascii_case(full) && text(record, "type")? == kind(job) {
            mine.push(at);
        }
    }
    Ok(mine)
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["error"].as_str()? {
        code if code.starts_with("AUTH_") => Answer::Refused(Refusal::BadAuth),
        "DNS_002" => Answer::Refused(Refusal::Forbidden),
        "DOMAIN_NOT_FOUND" => Answer::Refused(Refusal::NoHost),
        "EXT_001" => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

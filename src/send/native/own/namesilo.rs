//! namesilo.com-v1: <https://www.namesilo.com/api-reference>.
//!
//! Everything is a GET with the key in its query, for there is no other way; so no URL of it is ever told. A record's number may be another
//! after each update and is never kept. Codes and members change their JSON type between versions.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, text};
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "namesilo.com-v1", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone"),
    needed("username", "the host within the zone, or @ for the zone itself"),
    needed("password", "the API key"),
    optional("param_opt", "ttl=SECONDS; without it the record keeps its own"),
];

const BASE: &str = "https://www.namesilo.com/api";
/// Seconds; for a record that is created, as ddns-scripts does, and the least the provider takes.
const TTL: &str = "3600";

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
    ttl: Option<String>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    if let (Some(scheme), Some(_)) = (parameter(job.section, "pp").filter(|pp| *pp != "http"), &job.route.proxy) {
        return Err(not_sent(format!("option 'param_opt': a proxy of kind '{scheme}' is not spoken here, only http")));
    }
    let mut api = Api::new(job, http, BASE, complaint).sorted_by(sort);
    let records = records(job, &mut api)?;
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    if chosen.is_some_and(|record| record.address == Some(address)) {
        return Ok(Outcome::Right);
    }
    let (host, value) = (host(job), address.to_string());
    let kept = chosen.and_then(|record| record.ttl.as_deref()).unwrap_or(TTL);
    let mut fields = vec![("rrhost", host.as_str()), ("rrvalue", value.as_str())];
    fields.push(("rrttl", parameter(job.section, "ttl").unwrap_or(kept)));
    if let Some(record) = chosen {
        fields.push(("rrid", record.id.as_str()));
        call(job, &mut api, "dnsUpdateRecord", &fields)?;
        return Ok(Outcome::Updated);
    }
    fields.push(("rrtype", kind(job)));
    call(job, &mut api, "dnsAddRecord", &fields)?;
    Ok(Outcome::Created)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = Api::new(job, http, BASE, complaint).sorted_by(sort);
    Ok(records(job, &mut api)?.into_iter().filter_map(|record| record.address).collect())
}

fn zone(job: &Job<'_>) -> String {
    let zone = job.section.domain.as_deref().unwrap_or_default();
    zone.trim_matches(['@', '.']).to_ascii_lowercase()
}

/// The host within the zone, nothing for the zone itself.
fn host(job: &Job<'_>) -> String {
    option(job.section, "username").filter(|host| *host != "@").unwrap_or_default().to_ascii_lowercase()
}

fn call(job: &Job<'_>, api: &mut Api<'_>, operation: &str, own: &[(&str, &str)]) -> Step<Value> {
    let key = job.section.password.clone().unwrap_or_default();
    let own: Vec<String> =
        own.iter().map(|(name, value)| format!("&{name}={}", percent_encoded(value.as_bytes()))).collect();
    let (key, zone) = (percent_encoded(key.reveal()), percent_encoded(zone(job).as_bytes()));
    api.get(&format!("/{operation}?version=1&type=json&key={key}&domain={zone}{}", own.concat()))
}

/// Older answers name a record by its host alone, newer ones by its full name; a single record may stand without a list around it.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Record>> {
    let answer = call(job, api, "dnsListRecords", &[])?;
    let found = match &answer["reply"]["resource_record"] {
        Value::Array(all) => all.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let (host, zone) = (host(job), zone(job));
    let full = if host.is_empty() { zone.clone() } else { format!("{host}.{zone}") };
    let mine = |record: &&Value| {
        let name = record["host"].as_str().map(|name| name.trim_end_matches('.').to_ascii_lowercase());
        let named = |name: String| name == full || name == host || (name == "@" && host.is_empty());
        record["type"] == kind(job) && name.is_some_and(named)
    };
    let read = |record: &Value| {
        let address = text(record, "value")?.parse().ok();
        Ok(Record { id: text(record, "record_id")?, address, ttl: text(record, "ttl").ok() })
    };
    found.iter().filter(mine).map(read).collect()
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match text(&answer["reply"], "code").unwrap_or_default().as_str() {
        "300" => return None,
        // no key, a wrong one, no such user
        "109" | "110" | "111" => Answer::Refused(Refusal::BadAuth),
        // a sub-account, an IP address that is not on the list of the account
        "112" | "113" => Answer::Refused(Refusal::Forbidden),
        // no domain by its form, not active or somebody else's
        "114" | "200" => Answer::Refused(Refusal::NoHost),
        // the registry does not answer, internal error
        "115" | "201" => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

fn complaint(answer: &Value) -> Option<String> {
    let reply = &answer["reply"];
    Some(format!("{} ({})", reply["detail"].as_str()?, text(reply, "code").unwrap_or_default()))
}

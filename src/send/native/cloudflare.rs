//! cloudflare.com-v4: <https://developers.cloudflare.com/api/resources/dns/>.
//!
//! A PATCH with the content alone keeps proxied flag, TTL, comment and tags. DNS cannot tell the address of a proxied name, the API can.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, kind, needed, option, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "cloudflare.com-v4", options: OPTIONS, update, registered: Some(registered) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the word Bearer with an API token, or the account's e-mail with the Global API Key"),
    needed("password", "the API token (Zone.DNS edit), or the Global API Key"),
    optional("param_opt", "zone_id=ID and dns_record_id=ID, to save questions or to choose among several records"),
    optional("rec_id", "the same as dns_record_id"),
];

const BASE: &str = "https://api.cloudflare.com/client/v4";

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let zone = zone(job, &mut api)?;
    let records = records(job, &zone, &mut api)?;
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    let Some(record) = chosen else {
        let new = json!({ "type": kind(job), "name": name(job).full, "content": address.to_string(), "ttl": 1 });
        api.send("POST", &format!("/zones/{zone}/dns_records"), &new)?;
        return Ok(Outcome::Created);
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    let path = format!("/zones/{zone}/dns_records/{}", percent_encoded(record.id.as_bytes()));
    api.send("PATCH", &path, &json!({ "content": address.to_string() }))?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    let zone = zone(job, &mut api)?;
    Ok(records(job, &zone, &mut api)?.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let api = Api::new(job, http, BASE, complaint);
    let user = option(job.section, "username").unwrap_or_default();
    if user.eq_ignore_ascii_case("bearer") {
        return api.bearer();
    }
    let key = job.section.password.clone().unwrap_or_default();
    api.with("X-Auth-Email", user).with("X-Auth-Key", key.reveal())
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

fn zone(job: &Job<'_>, api: &mut Api<'_>) -> Step<String> {
    if let Some(id) = parameter(job.section, "zone_id").or(option(job.section, "zone_id")) {
        return Ok(percent_encoded(id.as_bytes()));
    }
    let name = name(job);
    for zone in name.zones() {
        let answer = api.get(&format!("/zones?name={}", percent_encoded(zone.as_bytes())))?;
        let found = result(&answer, api)?;
        if let Some(zone) = found.as_array().and_then(|zones| zones.first()) {
            return text(zone, "id");
        }
    }
    Err(api.no_such(&format!("no zone of this account holds '{}'", name.full)))
}

fn records(job: &Job<'_>, zone: &str, api: &mut Api<'_>) -> Step<Vec<Record>> {
    let chosen =
        ["dns_record_id", "rec_id"].iter().find_map(|key| parameter(job.section, key).or(option(job.section, key)));
    if let Some(id) = chosen {
        let path = format!("/zones/{zone}/dns_records/{}", percent_encoded(id.as_bytes()));
        let answer = api.get(&path)?;
        let found = result(&answer, api)?;
        if found["type"] != kind(job) {
            let why = format!("the record of option 'rec_id' or 'dns_record_id' is no {} record", kind(job));
            return Err(api.ended(Answer::Refused(Refusal::NoHost), &why, b""));
        }
        return Ok(vec![record(found)?]);
    }
    let full = name(job).full;
    let path = format!("/zones/{zone}/dns_records?type={}&name={}", kind(job), percent_encoded(full.as_bytes()));
    let answer = api.get(&path)?;
    list(&answer, "result")?.iter().map(record).collect()
}

fn record(found: &Value) -> Step<Record> {
    Ok(Record { id: text(found, "id")?, address: text(found, "content")?.parse().ok() })
}

/// The part of an answer that is about something; an answer that says no success is a refusal whatever its status.
fn result<'v>(answer: &'v Value, api: &Api<'_>) -> Step<&'v Value> {
    if answer["success"] == true {
        return Ok(&answer["result"]);
    }
    let own = complaint(answer).unwrap_or_default();
    Err(api.ended(Answer::Unclear, "not successful", own.as_bytes()))
}

/// `errors[].message` with its number, and what stands below it.
fn complaint(answer: &Value) -> Option<String> {
    let error = answer["errors"].as_array()?.first()?;
    let said = |error: &Value| Some(format!("{} ({})", error["message"].as_str()?, error["code"]));
    let below = error["error_chain"].as_array().and_then(|chain| chain.first()).and_then(said);
    Some([said(error), below].into_iter().flatten().collect::<Vec<_>>().join(": "))
}

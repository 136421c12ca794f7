//! dnspod.cn, the older API with a token: <https://docs.dnspod.cn/api/api-common/>.
//!
//! Everything is a form with the token in its body, and every answer has status 200. More than five changes within an hour that change
//! nothing lock a record, so addresses are compared as addresses. Records of other lines than the default one are somebody else's.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, ours};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "dnspod.cn", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name if the zone begins behind its first dot"),
    needed("username", "the number (ID) of the token"),
    needed("password", "the token"),
];

const BASE: &str = "https://dnsapi.cn";
/// The line that serves everybody no other line serves.
const DEFAULT_LINE: &str = "0";

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
    ttl: String,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let records = records(job, &mut api)?;
    let value = address.to_string();
    let new = [("record_type", kind(job)), ("record_line_id", DEFAULT_LINE), ("value", value.as_str())];
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    let Some(record) = chosen else {
        call(job, &mut api, "/Record.Create", &new)?;
        return Ok(Outcome::Created);
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    let kept = [("record_id", record.id.as_str()), ("ttl", record.ttl.as_str())];
    call(job, &mut api, "/Record.Modify", &[&new[..], &kept].concat())?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(records(job, &mut api(job, http))?.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, BASE, complaint).sorted_by(sort)
}

/// Host and zone: what `@` divides, else what the first dot divides, if that leaves a zone with a dot in it.
fn place(domain: &str) -> (&str, &str) {
    let domain = domain.trim_end_matches('.');
    let (host, zone) = match (domain.split_once('@'), domain.split_once('.')) {
        (Some((host, zone)), _) => (host, zone.trim_start_matches('.')),
        (None, Some((host, zone))) if zone.contains('.') => (host, zone),
        _ => ("", domain),
    };
    (if host.is_empty() { "@" } else { host }, zone)
}

fn call(job: &Job<'_>, api: &mut Api<'_>, path: &str, own: &[(&str, &str)]) -> Step<Value> {
    let id = option(job.section, "username").unwrap_or_default();
    let token = job.section.password.clone().unwrap_or_default();
    let login = [id.as_bytes(), b",", token.reveal()].concat();
    let (host, zone) = place(job.section.domain.as_deref().unwrap_or_default());
    let common: [(&str, &[u8]); 4] =
        [("login_token", &login), ("format", b"json"), ("domain", zone.as_bytes()), ("sub_domain", host.as_bytes())];
    let own = own.iter().map(|(name, value)| (*name, value.as_bytes()));
    api.post_form(path, &common.into_iter().chain(own).collect::<Vec<_>>())
}

fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Record>> {
    let answer = call(job, api, "/Record.List", &[("record_type", kind(job))])?;
    if answer["status"]["code"] == NO_RECORDS {
        return Ok(Vec::new());
    }
    let (host, _) = place(job.section.domain.as_deref().unwrap_or_default());
    let mine = |found: &&Value| {
        let named = found["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(host));
        found["type"] == kind(job) && named && text(found, "line_id").is_ok_and(|line| line == DEFAULT_LINE)
    };
    let read = |found: &Value| {
        Ok(Record { id: text(found, "id")?, address: text(found, "value")?.parse().ok(), ttl: text(found, "ttl")? })
    };
    list(&answer, "records")?.iter().filter(mine).map(read).collect()
}

/// `Record.List` of a name that has none.
const NO_RECORDS: &str = "10";

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["status"]["code"].as_str() {
        Some("1" | NO_RECORDS) => return None,
        Some("-1") => Answer::Refused(Refusal::BadAuth),
        // no right to this call, domain locked or banned, account locked, login from elsewhere
        Some("-7" | "-15" | "21" | "83" | "85") => Answer::Refused(Refusal::Forbidden),
        // the domain is none, or somebody else's; the record is none
        Some("6" | "7" | "8" | "9") => Answer::Refused(Refusal::NoHost),
        // too many requests; too many failed logins, which block for an hour
        Some("-2" | "-8") => Answer::SlowDown(None),
        // closed for a while; unknown error
        Some("-99" | "3") => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

fn complaint(answer: &Value) -> Option<String> {
    let status = &answer["status"];
    Some(format!("{} ({})", status["message"].as_str()?, status["code"].as_str()?))
}

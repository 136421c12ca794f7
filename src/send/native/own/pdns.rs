//! pdns, a `PowerDNS` Authoritative Server of the owner: <https://doc.powerdns.com/authoritative/http-api/zone.html>.
//!
//! All addresses of a name and family are one set: a PATCH replaces it whole, and creates it. Comments stay unless they are sent.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::send::json::{object, only, texts};
use crate::send::{Job, not_sent};
use crate::url::Url;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "pdns", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone"),
    needed("username", "the host within the zone, or @ for the zone itself"),
    needed("password", "the key of the API (api-key in pdns.conf)"),
    needed("param_opt", "the server's URL with scheme, host and port, such as https://ns.example.net:8081"),
];

/// Seconds; for a set that is created, as ddns-scripts does.
const TTL: u32 = 600;

/// The addresses of the name.
struct Set {
    addresses: Vec<IpAddr>,
    ttl: Value,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http)?;
    let set = set(job, &mut api)?;
    if set.as_ref().is_some_and(|set| set.addresses == [address]) {
        return Ok(Outcome::Right);
    }
    let record = object(&mut [("content", address.to_string().into()), ("disabled", false.into())]);
    let mut rrset = texts(&[("name", &full(job)), ("type", kind(job)), ("changetype", "REPLACE")]);
    rrset["ttl"] = set.as_ref().map_or(TTL.into(), |set| set.ttl.clone());
    rrset["records"] = only(record);
    api.send("PATCH", &format!("/{}", percent_encoded(zone(job).as_bytes())), &object(&mut [("rrsets", only(rrset))]))?;
    Ok(Outcome::of_set(set.map_or(0, |set| set.addresses.len().max(1))))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let set = set(job, &mut api(job, http)?)?;
    Ok(set.map_or_else(Vec::new, |set| set.addresses))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let server = option(job.section, "param_opt").unwrap_or_default().trim_end_matches('/');
    let url = Url::parse(server).map_err(|why| not_sent(format!("option 'param_opt': {why}")))?;
    if url.path != "/" {
        return Err(not_sent("option 'param_opt': wanted nothing behind host and port".to_owned()));
    }
    let key = job.section.password.clone().unwrap_or_default();
    let base = format!("{server}/api/v1/servers/localhost/zones");
    let api = Api::new(job, http, &base, |answer| answer["error"].as_str().map(str::to_owned)).sorted_by(sort);
    Ok(api.with("X-API-Key", key.reveal()).with("Accept", "application/json"))
}

/// The zone as the server names it, with a dot at its end.
fn zone(job: &Job<'_>) -> String {
    let zone = job.section.domain.as_deref().unwrap_or_default();
    format!("{}.", zone.trim_matches(['@', '.']).to_ascii_lowercase())
}

/// The full name with a dot at its end.
fn full(job: &Job<'_>) -> String {
    match option(job.section, "username").unwrap_or_default().trim_end_matches('.') {
        "@" | "" => zone(job),
        host => format!("{}.{}", host.to_ascii_lowercase(), zone(job)),
    }
}

/// Older servers do not know the filter and answer with the whole zone.
fn set(job: &Job<'_>, api: &mut Api<'_>) -> Step<Option<Set>> {
    let (zone, full) = (zone(job), full(job));
    let [place, name] = [&zone, &full].map(|name| percent_encoded(name.as_bytes()));
    let answer = api.get(&format!("/{place}?rrset_name={name}&rrset_type={}", kind(job)))?;
    let mine = |set: &&Value| {
        set["type"] == kind(job) && set["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(&full))
    };
    let Some(set) = list(&answer, "rrsets")?.iter().find(mine) else { return Ok(None) };
    // a disabled record is not served
    let served = list(set, "records")?.iter().filter(|record| record["disabled"] != true);
    let addresses = served.map(|record| text(record, "content")).collect::<Step<Vec<_>>>()?;
    let addresses = addresses.iter().filter_map(|address| address.parse().ok()).collect();
    Ok(Some(Set { addresses, ttl: set["ttl"].clone() }))
}

/// Older servers say with status 422 that they lack a zone.
fn sort(answer: &Value) -> Option<Answer> {
    let said = answer["error"].as_str()?;
    Some(if said.starts_with("Could not find domain") { Answer::Refused(Refusal::NoHost) } else { Answer::Unclear })
}

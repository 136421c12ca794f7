//! huaweicloud.com: <https://support.huaweicloud.com/intl/en-us/api-dns/dns_api_64001.html>.
//!
//! Sets of records are replaced as a whole; a PUT without `ttl` keeps it. Names are matched loosely there, so they are compared here.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, list, text};
use crate::send::json::{only, texts};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, Unsigned, query, sdk};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "huaweicloud.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, @zone for the zone itself, or the full name"),
    needed("username", "the access key (AK)"),
    needed("password", "the secret key (SK)"),
];

const BASE: &str = "https://dns.cn-north-1.myhuaweicloud.com";

/// What is written into a set that did not exist, in seconds.
const TTL: u32 = 120;

/// The set of the name and the wanted kind.
struct Set {
    id: String,
    addresses: Vec<IpAddr>,
    /// Its values, addresses or not.
    values: usize,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let zone = zone(job, &mut api)?;
    let set = set(job, &zone, &mut api)?;
    let mut new = texts(&[("name", &dotted(&name(job).full)), ("type", kind(job))]);
    new["records"] = only(address.to_string().into());
    let Some(set) = set else {
        new["ttl"] = TTL.into();
        text(&api.send("POST", &format!("/v2/zones/{zone}/recordsets"), &new)?, "id")?;
        return Ok(Outcome::Created);
    };
    if set.values == 1 && set.addresses == [address] {
        return Ok(Outcome::Right);
    }
    text(&api.send("PUT", &format!("/v2/zones/{zone}/recordsets/{}", set.id), &new)?, "id")?;
    Ok(Outcome::of_set(set.values.max(1)))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    let zone = zone(job, &mut api)?;
    Ok(set(job, &zone, &mut api)?.map_or_else(Vec::new, |set| set.addresses))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, BASE, complaint).sorted(sorting).signed(signer)
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let key = Key::of(job);
    let stamp = Stamp::of(job.moment);
    let date = stamp.short();
    let headers = [("content-type", "application/json"), ("host", request.url.host.as_str()), ("x-sdk-date", &date)];
    let headers = if request.body.is_some() { &headers[..] } else { &headers[1..] };
    let signed = sdk(&key, stamp, &Unsigned::of(request, headers));
    vec![("X-Sdk-Date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

fn dotted(name: &str) -> String {
    format!("{name}.")
}

/// Its id, as a URL holds it.
fn zone(job: &Job<'_>, api: &mut Api<'_>) -> Step<String> {
    let name = name(job);
    for zone in name.zones() {
        let zone = dotted(zone);
        let answer = api.get(&format!("/v2/zones?{}", query(&[("name", &zone), ("search_mode", "equal")])))?;
        if let Some(found) = list(&answer, "zones")?.iter().find(|found| is_called(found, &zone)) {
            return Ok(percent_encoded(text(found, "id")?.as_bytes()));
        }
    }
    Err(api.no_such(&format!("no zone of this account holds '{}'", name.full)))
}

fn set(job: &Job<'_>, zone: &str, api: &mut Api<'_>) -> Step<Option<Set>> {
    let full = dotted(&name(job).full);
    let query = query(&[("name", &full), ("search_mode", "equal"), ("type", kind(job))]);
    let answer = api.get(&format!("/v2/zones/{zone}/recordsets?{query}"))?;
    let mut sets = list(&answer, "recordsets")?.iter();
    let Some(found) = sets.find(|found| found["type"] == kind(job) && is_called(found, &full)) else {
        return Ok(None);
    };
    let values = list(found, "records")?;
    let addresses = values.iter().filter_map(|value| value.as_str()?.parse().ok()).collect();
    let id = percent_encoded(text(found, "id")?.as_bytes());
    Ok(Some(Set { id, addresses, values: values.len() }))
}

fn is_called(found: &Value, name: &str) -> bool {
    found["name"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// `Code: Message`, of the service or of the gate before it.
fn complaint(answer: &Value) -> Option<String> {
    let either = |one: &str, other: &str| answer[one].as_str().or(answer[other].as_str()).map(str::to_owned);
    Some(format!("{}: {}", either("code", "error_code")?, either("message", "error_msg").unwrap_or_default()))
}

fn sorting(own: &str) -> Option<Answer> {
    let (code, message) = own.split_once(": ")?;
    Some(match code {
        "APIGW.0301" | "APIG.0301" if message.to_ascii_lowercase().contains("expire") => CLOCK,
        "APIGW.0301" | "APIG.0301" | "DNS.0005" => Answer::Refused(Refusal::BadAuth),
        "DNS.0013" => Answer::Refused(Refusal::Forbidden),
        "DNS.0014" | "APIGW.0308" | "APIG.0308" => Answer::SlowDown(None),
        "DNS.0004" => Answer::Refused(Refusal::NoHost),
        _ => return None,
    })
}

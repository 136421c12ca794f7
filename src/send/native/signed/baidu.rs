//! cloud.baidu.com: <https://cloud.baidu.com/doc/DNS/s/El4s7lssr> (records), <https://cloud.baidu.com/doc/DNS/s/lkk5elv58> (errors), read in
//! November 2026. This is the DNS service, not the older one of domains (`bcd.baidubce.com`).
//!
//! An update takes no line, so it stays; time to live and description are sent as they were read.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, Way, kind, needed, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, in_granted_zone, list, text};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, Unsigned, bce, query};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "cloud.baidu.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the Access Key ID"),
    needed("password", "the Secret Access Key"),
];

/// What a new record gets, in seconds.
const TTL: u32 = 300;

/// The path of the zone's records, the name within it, its records of the wanted kind.
type Found = (String, String, Vec<Value>);

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let (path, host, records) = find(job, &mut api)?;
    let record = ours(job, address, &records, held).map(|at| &records[at]);
    if record.and_then(held) == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut new = json!({});
    new["rr"] = host.into();
    new["type"] = kind(job).into();
    new["value"] = address.to_string().into();
    let Some(record) = record else {
        new["line"] = "default".into();
        new["ttl"] = TTL.into();
        api.send("POST", &path, &new)?;
        return Ok(Outcome::Created);
    };
    for kept in ["ttl", "description"] {
        if !record[kept].is_null() {
            new[kept] = record[kept].clone();
        }
    }
    api.send("PUT", &format!("{path}/{}", percent_encoded(text(record, "id")?.as_bytes())), &new)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(find(job, &mut api(job, http))?.2.iter().filter_map(held).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://dns.baidubce.com", complaint).sorted(sorting).signed(signer)
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let (stamp, host) = (Stamp::of(job.moment), request.url.host.as_str());
    let date = stamp.long();
    let signed = bce(&Key::of(job), stamp, &Unsigned::of(request, &[("host", host), ("x-bce-date", &date)]));
    vec![("x-bce-date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let path = |zone: &str| format!("/v1/dns/zone/{}/record", percent_encoded(zone.as_bytes()));
    let (zone, mut page) = in_granted_zone(&name.zones(), &mut |zone| {
        api.get(&format!("{}?{}", path(zone), query(&[("maxKeys", "1000"), ("rr", name.within(zone))])))
    })?;
    let (path, host, mut records) = (path(zone), name.within(zone), Vec::new());
    loop {
        let ours = |record: &&Value| record["type"] == kind(job) && record["rr"] == host;
        records.extend(list(&page, "records")?.iter().filter(ours).cloned());
        if page["isTruncated"] != true {
            return Ok((path, host.to_owned(), records));
        }
        let marker = text(&page, "nextMarker")?;
        page = api.get(&format!("{path}?{}", query(&[("marker", &marker), ("maxKeys", "1000"), ("rr", host)])))?;
    }
}

fn held(record: &Value) -> Option<IpAddr> {
    record["value"].as_str()?.parse().ok()
}

/// `code: message`
fn complaint(answer: &Value) -> Option<String> {
    Some([answer["code"].as_str()?, answer["message"].as_str().unwrap_or_default()].join(": "))
}

fn sorting(own: &str) -> Option<Answer> {
    match own.split(':').next().unwrap_or_default() {
        "RequestExpired" => Some(CLOCK),
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidHTTPAuthHeader" => {
            Some(Answer::Refused(Refusal::BadAuth))
        }
        _ => None,
    }
}

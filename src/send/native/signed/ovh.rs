//! ovh.com-api: <https://github.com/ovh/docs/blob/master/pages/account/customer/first_steps_api/guide.en-gb.md> and
//! <https://eu.api.ovh.com/console/>, read in November 2026.
//!
//! The record list gives numbers only, each record is read by its own. What is written is published by a refresh of the zone. The row
//! `ovh.com` is another service (`DynHost`), with an account of its own.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::send::api::{Api, CLOCK, Outcome, Step, in_granted_zone, odd};
use crate::send::choice::{all_held, chosen, held, reading};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, sha1};
use crate::send::{Job, not_sent};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "ovh.com-api", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the application key"),
    needed("password", "the application secret"),
    needed("param_enc", "the consumer key, with GET, POST and PUT on /domain/zone/ZONE/*"),
    optional("param_opt", "endpoint=eu, endpoint=ca or endpoint=us; eu without it"),
];

/// The zone, the name within it, its records of the wanted kind.
struct Found {
    path: String,
    host: String,
    records: Vec<Value>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http)?;
    let Found { path, host, records } = find(job, &mut api)?;
    let record = chosen(job, address, &records, "target");
    let right = record.is_some_and(|record| held(record, "target") == Some(address));
    if right && job.registered.is_none_or(|known| known == address) {
        return Ok(Outcome::Right);
    }
    let mut new = texts(&[("subDomain", &host), ("target", &address.to_string())]);
    let outcome = match record {
        // it was written, but DNS has not heard of it: the refresh was lost
        Some(_) if right => Outcome::Right,
        Some(record) => {
            new["ttl"] = record["ttl"].clone();
            api.send("PUT", &format!("{path}/record/{}", record["id"]), &new)?;
            Outcome::Updated
        }
        None => {
            new["fieldType"] = kind(job).into();
            api.send("POST", &format!("{path}/record"), &new)?;
            Outcome::Created
        }
    };
    api.text("POST", &format!("{path}/refresh"), None)?;
    Ok(outcome)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(all_held(&find(job, &mut api(job, http)?)?.records, "target"))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let base = match parameter(job.section, "endpoint").unwrap_or("eu").trim_start_matches("ovh-") {
        "eu" => "https://eu.api.ovh.com/1.0",
        "ca" => "https://ca.api.ovh.com/1.0",
        "us" => "https://api.us.ovhcloud.com/1.0",
        _ => return Err(not_sent("option 'param_opt': endpoint must be eu, ca or us".to_owned())),
    };
    Ok(Api::new(job, http, base, complaint).sorted(sorting).signed(signer))
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let (key, stamp) = (Key::of(job), Stamp::of(job.moment).seconds());
    let consumer = option(job.section, "param_enc").unwrap_or_default();
    let url = request.url.to_string();
    let body = request.body.as_deref().unwrap_or_default();
    let signed = [key.secret, consumer.as_bytes(), request.method.as_bytes(), url.as_bytes(), body, stamp.as_bytes()];
    vec![
        ("X-Ovh-Application", Secret::new(key.id)),
        ("X-Ovh-Consumer", Secret::new(consumer)),
        ("X-Ovh-Signature", Secret::new(signature(&signed))),
        ("X-Ovh-Timestamp", Secret::new(stamp)),
    ]
}

/// Application secret, consumer key, method, URL, body and time, joined by plus signs.
fn signature(parts: &[&[u8]]) -> String {
    "$1$".to_owned() + &sha1(&parts.join(&b'+'))
}

fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let path = |zone: &str| format!("/domain/zone/{}", percent_encoded(zone.as_bytes()));
    let host = |zone: &str| Some(name.within(zone)).filter(|host| *host != "@").unwrap_or_default().to_owned();
    let (zone, numbers) = in_granted_zone(&name.zones(), &mut |zone| {
        let host = percent_encoded(host(zone).as_bytes());
        api.get(&format!("{}/record?fieldType={}&subDomain={host}", path(zone), kind(job)))
    })?;
    let path = path(zone);
    let host = host(zone);
    let read = |number: &Value| {
        let number = number.as_u64().ok_or_else(|| odd("a record is no number"))?;
        let record = api.get(&format!("{path}/record/{number}"))?;
        let ours = reading(std::slice::from_ref(&record), &[("fieldType", kind(job)), ("subDomain", &host)]);
        if ours.is_empty() || record["id"] != number {
            return Err(odd("a record is not the one that was asked for"));
        }
        Ok(record)
    };
    let numbers = numbers.as_array().ok_or_else(|| odd("it is no list"))?;
    let records = numbers.iter().map(read).collect::<Step<Vec<Value>>>()?;
    Ok(Found { path, host, records })
}

/// `Message (CODE)`
fn complaint(answer: &Value) -> Option<String> {
    let code = answer["errorCode"].as_str().or(answer["class"].as_str()).unwrap_or_default();
    Some(format!("{} ({code})", answer["message"].as_str()?))
}

fn sorting(own: &str) -> Option<Answer> {
    let code = own.trim_end_matches(')').rsplit('(').next().unwrap_or_default();
    match code {
        "QUERY_TIME_OUT" => Some(CLOCK),
        "INVALID_SIGNATURE" | "INVALID_KEY" | "INVALID_CREDENTIAL" | "NOT_CREDENTIAL" => {
            Some(Answer::Refused(Refusal::BadAuth))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    /// The example of <https://github.com/ovh/docs/blob/master/pages/account/customer/first_steps_api/guide.en-gb.md>.
    #[test]
    fn the_provider_s_own_example_is_signed_as_the_provider_signs_it() {
        let signed: [&[u8]; 6] = [
            b"EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF",
            b"MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1",
            b"GET",
            b"https://eu.api.ovh.com/1.0/domain/",
            b"",
            b"1366560945",
        ];
        assert_eq!(super::signature(&signed), "$1$6a77f43f2871db97a029f1d1d81c4dcd3c6f7265");
    }
}

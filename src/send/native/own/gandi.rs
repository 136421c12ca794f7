//! gandi.net: <https://api.gandi.net/docs/livedns>.
//!
//! API keys (`Apikey`) are deprecated there in favour of personal access tokens (`Bearer`), and no option tells which one the owner has. A
//! PUT replaces all values of name and type, and creates what is missing.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, Way, in_path, kind, label, needed, relative};
use crate::answer::{Answer, Refusal, Reply};
use crate::secret::percent_encoded;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, message};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "gandi.net", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.net"),
    needed("username", "the record's name within the zone, or @ for the zone itself"),
    needed("password", "an API key, or a personal access token that may manage the zone"),
];

/// Seconds, for a record that is new.
const TTL: u32 = 600;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let found = find(job, &mut api)?;
    let ttl = match &found {
        Some(set) if addresses(set)? == [Some(address)] => return Ok(Outcome::Right),
        Some(set) => set["rrset_ttl"].as_u64(),
        None => None,
    };
    let set = json!({ "rrset_ttl": ttl.unwrap_or(TTL.into()), "rrset_values": [address.to_string()] });
    api.send("PUT", &path(job), &set)?;
    Ok(if found.is_some() { Outcome::Updated } else { Outcome::Created })
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    let found = find(job, &mut api)?;
    Ok(found.as_ref().map(addresses).transpose()?.unwrap_or_default().into_iter().flatten().collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let api = Api::new(job, http, "https://api.gandi.net/v5/livedns", message);
    api.with("Authorization", login(job, b"Apikey "))
}

fn login(job: &Job<'_>, scheme: &[u8]) -> Vec<u8> {
    let key = job.section.password.clone().unwrap_or_default();
    [scheme, key.reveal()].concat()
}

/// The path of the set of records.
fn path(job: &Job<'_>) -> String {
    let host = relative(&label(job.section, "username"), &label(job.section, "domain"));
    let zone = in_path(job.section, "domain");
    format!("/domains/{zone}/records/{}/{}", percent_encoded(host.as_bytes()), kind(job))
}

/// The set of records, asked as the holder of an API key and then as the one of a token.
fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Option<Value>> {
    let first = api.find(&path(job));
    let Err(reply) = first else { return first };
    if !locked_out(&reply) {
        return Err(reply);
    }
    api.change("Authorization", login(job, b"Bearer "));
    match api.find(&path(job)) {
        // a key that is known, but may not do this, says more than the same key taken for a token
        Err(second) if locked_out(&second) && reply.answer == Answer::Refused(Refusal::Forbidden) => Err(reply),
        second => second,
    }
}

fn locked_out(reply: &Reply) -> bool {
    matches!(reply.answer, Answer::Refused(Refusal::BadAuth | Refusal::Forbidden))
}

fn addresses(set: &Value) -> Step<Vec<Option<IpAddr>>> {
    Ok(list(set, "rrset_values")?.iter().map(|value| value.as_str()?.parse().ok()).collect())
}

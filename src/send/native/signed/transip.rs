//! transip.nl: <https://api.transip.nl/rest/docs.html> (November 2026), REST API v6.
//!
//! A signed request gives a token for half an hour. An entry has no id: a PATCH names it by name, type and time to live, which no other
//! entry may share; where one does, the new entry is added and the old one, named by all it holds, is deleted.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, key, kind, needed, option, optional, ours};
use crate::secret::{base64, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_zone, list, number, text};
use crate::send::json::{object, texts};
use crate::send::name::Name;
use crate::send::options::seconds;
use crate::send::sign::Stamp;
use crate::send::sign::rsa::{PrivateKey, Scheme};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "transip.nl", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("username", "the login name"),
    key(
        "password",
        "the private key (PEM) of a key pair made in the control panel, or the path of a file .pem with it",
    ),
    needed("domain", "the zone, or the full name where param_enc is not set"),
    optional("param_enc", "the host within the zone, or @ for the zone itself"),
    optional("param_opt", "the time to live in seconds: of a new entry, or to choose among several entries"),
];

const BASE: &str = "https://api.transip.nl/v6";

/// Seconds; of an entry that is created without option `param_opt`.
const TTL: u64 = 300;

/// The name in its zone, and its entries of the wanted kind.
struct Found {
    path: String,
    host: String,
    entries: Vec<Value>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let ttl = seconds(job)?;
    let mut api = api(job, http)?;
    let Found { path, host, mut entries } = found(job, &mut api)?;
    if ttl.is_some() && entries.iter().any(|entry| entry["expire"].as_u64() == ttl) {
        entries.retain(|entry| entry["expire"].as_u64() == ttl);
    }
    let chosen = ours(job, address, &entries, held).map(|at| entries[at].clone());
    if chosen.as_ref().is_some_and(|entry| held(entry) == Some(address)) {
        return Ok(Outcome::Right);
    }
    let expire = chosen.as_ref().map(|entry| number(entry, "expire")).transpose()?.or(ttl).unwrap_or(TTL);
    let mut new = texts(&[("name", &host), ("type", kind(job)), ("content", &address.to_string())]);
    new["expire"] = expire.into();
    let mut send = |method, entry: Value| api.send(method, &path, &object(&mut [("dnsEntry", entry)]));
    let alike = entries.iter().filter(|entry| entry["expire"].as_u64() == Some(expire)).count();
    match chosen {
        None => send("POST", new).map(|_| Outcome::Created),
        Some(_) if alike == 1 => send("PATCH", new).map(|_| Outcome::Updated),
        Some(old) => {
            send("POST", new)?;
            send("DELETE", old).map(|_| Outcome::Updated)
        }
    }
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(found(job, &mut api(job, http)?)?.entries.iter().filter_map(held).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let said = |answer: &Value| answer["error"].as_str().map(str::to_owned);
    let key = PrivateKey::read("password", option(job.section, "password").unwrap_or_default())?;
    let nonce = format!("{:x}{:08x}", Stamp::of(job.moment).number(), job.dice);
    let mut asked = texts(&[
        ("login", option(job.section, "username").unwrap_or_default()),
        ("nonce", &nonce),
        ("label", &["ddns ", &nonce].concat()),
        ("expiration_time", "30 minutes"),
    ]);
    asked["read_only"] = job.address.is_none().into();
    asked["global_key"] = true.into();
    let signature = base64(&key.sign(Scheme::Rs512, &asked.to_string()));
    let mut login = Api::new(job, &mut *http, BASE, said).with("Signature", signature);
    let token = text(&login.send("POST", "/auth", &asked)?, "token")?;
    Ok(Api::new(job, http, BASE, said).with("Authorization", format!("Bearer {token}")))
}

/// With option `param_enc`, as ddns-scripts has it, the zone is told; else it is the longest one of the account that holds the name.
fn found(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let domain = job.section.domain.as_deref().unwrap_or_default();
    let name = match option(job.section, "param_enc") {
        Some(host) => Name::of(&format!("{}@{}", host.trim_end_matches('@'), domain.trim_start_matches('@'))),
        None => Name::of(domain),
    };
    let path = |zone: &str| format!("/domains/{}/dns", percent_encoded(zone.as_bytes()));
    let (zone, answer) = in_zone(&name.zones(), &mut |zone| api.get(&path(zone)))?;
    let host = name.within(zone).to_owned();
    let mine = |entry: &&Value| {
        entry["type"] == kind(job) && entry["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(&host))
    };
    let entries = list(&answer, "dnsEntries")?.iter().filter(mine).cloned().collect();
    Ok(Found { path: path(zone), host, entries })
}

fn held(entry: &Value) -> Option<IpAddr> {
    entry["content"].as_str()?.parse().ok()
}

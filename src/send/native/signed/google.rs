//! cloud.google.com-v1: <https://cloud.google.com/dns/docs/reference/rest/v1> and, for the token,
//! <https://developers.google.com/identity/protocols/oauth2/service-account> (November 2026).
//!
//! All addresses of a name and family are one set: a PATCH replaces it whole. A set with a routing policy is the owner's own and not touched.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, key, kind, needed, option, optional};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, CLOCK, Outcome, Step, addresses, fault, list, number, text};
use crate::send::json::{object, only, texts};
use crate::send::name::Name;
use crate::send::options::seconds;
use crate::send::sign::Stamp;
use crate::send::sign::rsa::{PrivateKey, Scheme};
use crate::send::zones::{Pages, longest};
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "cloud.google.com-v1", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    key("password", "the service account's key: the JSON or PEM itself, or the path of a file .json or .pem with it"),
    optional("username", "the service account's e-mail address; needed with a key in PEM"),
    optional(
        "param_enc",
        "project=PROJECT&zone=NAME-OF-THE-ZONE; the key in JSON names its project, the zone is found by itself",
    ),
    optional("param_opt", "the time to live in seconds"),
];

/// Seconds; of a set that is created without option `param_opt`, as ddns-scripts has it.
const TTL: u64 = 3600;

/// Who asks, and for which project.
struct Account {
    email: String,
    project: String,
    key: PrivateKey,
}

/// The set of the name and the wanted kind, and where it stands.
struct Found {
    place: String,
    name: String,
    set: Option<Value>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let ttl = seconds(job)?;
    let mut api = api(job, http)?;
    let Found { place, name, set } = found(job, &mut api)?;
    let Some(set) = set else {
        let ttl = ttl.unwrap_or(TTL);
        let new = object(&mut [
            ("name", name.into()),
            ("type", kind(job).into()),
            ("ttl", ttl.into()),
            ("rrdatas", only(address.to_string().into())),
        ]);
        api.send("POST", &place, &new)?;
        return Ok(Outcome::Created);
    };
    if !set["routingPolicy"].is_null() {
        let why = "the record has a routing policy, which an update would break: make it a simple record";
        return Err(not_sent(why.to_owned()));
    }
    if list(&set, "rrdatas")?.len() == 1 && addresses(&set, "rrdatas") == [address] {
        return Ok(Outcome::Right);
    }
    let mut new = set.clone();
    new["rrdatas"] = vec![address.to_string()].into();
    new["ttl"] = ttl.map_or_else(|| number(&set, "ttl"), Ok)?.into();
    api.send("PATCH", &format!("{place}/{name}/{}", kind(job)), &new)?;
    Ok(Outcome::of_set(list(&set, "rrdatas")?.len().max(1)))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(found(job, &mut api(job, http)?)?.set.as_ref().map_or_else(Vec::new, |set| addresses(set, "rrdatas")))
}

/// `KEY=VALUE` in option `param_enc`, where `&` stands between.
fn given<'s>(job: &Job<'s>, key: &str) -> Option<&'s str> {
    let words = option(job.section, "param_enc")?.split(['&', ' ']);
    words.filter_map(|word| word.split_once('=')).find(|(known, _)| *known == key).map(|(_, value)| value)
}

fn account(job: &Job<'_>) -> Step<Account> {
    let password = option(job.section, "password").unwrap_or_default();
    let file = serde_json::from_slice::<Value>(password.as_bytes()).unwrap_or_default();
    if password.starts_with('{') && file["private_key"].is_null() {
        return Err(not_sent("option 'password': wanted the JSON of a key, with member private_key".to_owned()));
    }
    let key = PrivateKey::read("password", file["private_key"].as_str().unwrap_or(password))?;
    let own = |value: Option<&str>, member: &str| value.or(file[member].as_str()).map(str::to_owned);
    let email = own(option(job.section, "username"), "client_email")
        .ok_or_else(|| not_sent("option 'username': wanted the service account's e-mail address".to_owned()))?;
    let project = own(given(job, "project"), "project_id")
        .ok_or_else(|| not_sent("option 'param_enc': wanted project=PROJECT".to_owned()))?;
    Ok(Account { email, project, key })
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let account = account(job)?;
    let now = Stamp::of(job.moment).number();
    let mut claims = texts(&[
        ("iss", &account.email),
        ("scope", "https://www.googleapis.com/auth/ndev.clouddns.readwrite"),
        ("aud", "https://oauth2.googleapis.com/token"),
    ]);
    claims["iat"] = now.into();
    claims["exp"] = (now + 300).into();
    let assertion = account.key.token(Scheme::Rs256, texts(&[]), &claims);
    let mut login = Api::new(job, &mut *http, "https://oauth2.googleapis.com", fault).sorted(sorting);
    login.hide(&assertion);
    let grant = b"urn:ietf:params:oauth:grant-type:jwt-bearer";
    let answer = login.post_form("/token", &[("grant_type", grant), ("assertion", assertion.as_bytes())])?;
    let token = text(&answer, "access_token")?;
    let base = format!("https://dns.googleapis.com/dns/v1/projects/{}", percent_encoded(account.project.as_bytes()));
    Ok(Api::new(job, http, &base, fault).sorted(sorting).with("Authorization", format!("Bearer {token}")))
}

const ZONES: Pages = Pages {
    list: "managedZones",
    name: "dnsName",
    hidden: |zone| zone["visibility"] == "private",
    next: |answer, path| {
        let token = answer["nextPageToken"].as_str().filter(|token| !token.is_empty())?;
        Some(format!("{path}?pageToken={}", percent_encoded(token.as_bytes())))
    },
};

fn found(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let zone = match given(job, "zone") {
        Some(zone) => zone.to_owned(),
        None => text(&longest(api, &name, "/managedZones", &ZONES)?, "name")?,
    };
    let place = format!("/managedZones/{}/rrsets", percent_encoded(zone.as_bytes()));
    let name = percent_encoded(name.full.as_bytes()).replace("%2a", "*") + ".";
    let set = api.find(&format!("{place}/{name}/{}", kind(job)))?;
    Ok(Found { place, name, set })
}

fn sorting(own: &str) -> Option<Answer> {
    let (reason, message) = own.split_once(": ")?;
    Some(match reason {
        "invalid_grant" if message.contains("timeframe") => CLOCK,
        "invalid_grant" | "invalid_client" | "unauthorized_client" => Answer::Refused(Refusal::BadAuth),
        "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded" | "dailyLimitExceeded" => {
            Answer::SlowDown(None)
        }
        _ => return None,
    })
}

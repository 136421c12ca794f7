//! yandex.cloud: <https://yandex.cloud/en/docs/dns/api-ref/DnsZone/upsertRecordSets> and, for the token,
//! <https://yandex.cloud/en/docs/iam/operations/iam-token/create-for-sa> (November 2026).
//!
//! All addresses of a name and family are one set, which is replaced as a whole. Tokens end after twelve hours at most, so that the
//! account's key is what a router wants.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, key, kind, needed, option, optional, parameter};
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, CLOCK, Outcome, Step, addresses, fault, list, text};
use crate::send::json::{object, only, texts};
use crate::send::name::Name;
use crate::send::sign::Stamp;
use crate::send::sign::rsa::{PrivateKey, Scheme};
use crate::send::zones::{Pages, longest};
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "yandex.cloud", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    key(
        "password",
        "the authorized key of a service account with role dns.editor (the JSON itself, or the path of a file .json with it), an OAuth token, \
         or an IAM token",
    ),
    optional("username", "the id of the folder the zone is in; needed without zone_id"),
    optional("param_opt", "zone_id=ID, to save a question"),
];

const IAM: &str = "https://iam.api.cloud.yandex.net/iam/v1";
const DNS: &str = "https://dns.api.cloud.yandex.net/dns/v1";

/// Seconds; of a set that is created.
const TTL: u32 = 300;

const ZONES: Pages = Pages {
    list: "dnsZones",
    name: "zone",
    hidden: |zone| zone["publicVisibility"].is_null() && !zone["privateVisibility"].is_null(),
    next: |answer, path| {
        let token = answer["nextPageToken"].as_str().filter(|token| !token.is_empty())?;
        Some(format!("{path}&pageToken={}", percent_encoded(token.as_bytes())))
    },
};

/// The set of the name and the wanted kind, and where it stands.
struct Found {
    zone: String,
    name: String,
    set: Option<Value>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http)?;
    let Found { zone, name, set } = found(job, &mut api)?;
    if let Some(set) = &set
        && list(set, "data")?.len() == 1
        && addresses(set, "data") == [address]
    {
        return Ok(Outcome::Right);
    }
    let values = set.as_ref().and_then(|set| set["data"].as_array()).map_or(0, Vec::len);
    let done = if set.is_some() { Outcome::of_set(values.max(1)) } else { Outcome::Created };
    let mut new =
        set.unwrap_or_else(|| object(&mut [("name", name.into()), ("type", kind(job).into()), ("ttl", TTL.into())]));
    new["data"] = only(address.to_string().into());
    api.send("POST", &format!("{zone}:upsertRecordSets"), &object(&mut [("replacements", only(new))]))?;
    Ok(done)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(found(job, &mut api(job, http)?)?.set.as_ref().map_or_else(Vec::new, |set| addresses(set, "data")))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let token = token(job, http)?;
    Ok(Api::new(job, http, DNS, fault).sorted_by(sort).with("Authorization", format!("Bearer {token}")))
}

/// IAM tokens begin with `t1.`; what is neither one nor a key is an OAuth token of a person.
fn token(job: &Job<'_>, http: &mut dyn Http) -> Step<String> {
    let password = option(job.section, "password").unwrap_or_default();
    if password.starts_with("t1.") {
        return Ok(password.to_owned());
    }
    let asked = if password.starts_with(['{', '-']) {
        let file = serde_json::from_slice::<Value>(password.as_bytes()).unwrap_or_default();
        let [Some(id), Some(account), Some(key)] =
            ["id", "service_account_id", "private_key"].map(|m| file[m].as_str())
        else {
            let why = "wanted the whole JSON of an authorized key, with members id, service_account_id and private_key";
            return Err(not_sent(format!("option 'password': {why}")));
        };
        let now = Stamp::of(job.moment).number();
        let mut claims = texts(&[("iss", account), ("aud", &[IAM, "/tokens"].concat())]);
        claims["iat"] = now.into();
        claims["exp"] = (now + 3600).into();
        let key = PrivateKey::read("password", key)?;
        texts(&[("jwt", &key.token(Scheme::Ps256, texts(&[("kid", id)]), &claims))])
    } else {
        texts(&[("yandexPassportOauthToken", password)])
    };
    let mut login = Api::new(job, http, IAM, fault).sorted_by(sort).sorted(|own| {
        let says = |word: &str| own.contains(word);
        (says("JWT") && (says("expired") || says("future") || says("before"))).then_some(CLOCK)
    });
    login.hide(asked["jwt"].as_str().unwrap_or_default());
    text(&login.send("POST", "/tokens", &asked)?, "iamToken")
}

fn found(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let zone = match (parameter(job.section, "zone_id"), option(job.section, "username")) {
        (Some(id), _) => id.to_owned(),
        (None, Some(folder)) => {
            let path = format!("/zones?folderId={}", percent_encoded(folder.as_bytes()));
            text(&longest(api, &name, &path, &ZONES)?, "id")?
        }
        (None, None) => return Err(not_sent("option 'username': wanted the id of the zone's folder".to_owned())),
    };
    let zone = format!("/zones/{}", percent_encoded(zone.as_bytes()));
    let name = format!("{}.", name.full);
    let set = api.find(&format!("{zone}:getRecordSet?name={}&type={}", percent_encoded(name.as_bytes()), kind(job)))?;
    Ok(Found { zone, name, set })
}

/// Codes of gRPC, in an error and in an operation that has failed.
fn sort(answer: &Value) -> Option<Answer> {
    let error = if answer["error"].is_object() { &answer["error"] } else { answer };
    Some(match error["code"].as_u64()? {
        5 => Answer::Refused(Refusal::NoHost),
        7 => Answer::Refused(Refusal::Forbidden),
        8 => Answer::SlowDown(None),
        13 | 14 => Answer::ServerTrouble(None),
        16 => Answer::Refused(Refusal::BadAuth),
        _ => Answer::Unclear,
    })
}

//! azure.com: <https://learn.microsoft.com/en-us/rest/api/dns/record-sets> and, for the token,
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow> (November 2026).
//!
//! All addresses of a name and family are one set: a PUT writes it whole, with the time to live and the metadata it had, and only if nobody
//! else wrote it in between (`If-Match`). A set that is an alias of an Azure resource is not touched.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, parameter};
use crate::address::Family;
use crate::answer::{Answer, Refusal};
use crate::secret::percent_encoded;
use crate::send::api::{Api, Outcome, Step, fault, text};
use crate::send::json::{object, only, texts};
use crate::send::name::Name;
use crate::send::zones::{Pages, longest};
use crate::send::{Job, not_sent};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "azure.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the application's id (client id), which has the role DNS Zone Contributor on the zone"),
    needed("password", "the application's client secret"),
    needed(
        "param_opt",
        "tenant_id=ID subscription_id=ID, and resource_group=NAME, where not the whole subscription may be read",
    ),
];

const BASE: &str = "https://management.azure.com";
const VERSION: &str = "api-version=2018-05-01";

/// Seconds; of a set that is created.
const TTL: u32 = 300;

const ZONES: Pages = Pages {
    list: "value",
    name: "name",
    hidden: |zone| zone["properties"]["zoneType"] == "Private",
    next: |answer, _| {
        let link = answer["nextLink"].as_str()?.strip_prefix(BASE)?;
        Some(link.strip_prefix(":443").unwrap_or(link).to_owned())
    },
};

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let (mut api, path) = set(job, http)?;
    let found = api.find(&path)?;
    let old = found.as_ref().map_or(&Value::Null, |set| &set["properties"]);
    if old["targetResource"]["id"].is_string() {
        let why = "the record is an alias of an Azure resource, which an update would break: make it a simple record";
        return Err(not_sent(why.to_owned()));
    }
    let (list, member) = members(job);
    if old[list].as_array().is_some_and(|all| all.len() == 1) && held(job, old) == [address] {
        return Ok(Outcome::Right);
    }
    let ttl = if old["TTL"].is_number() { old["TTL"].clone() } else { TTL.into() };
    let mut new = object(&mut [("TTL", ttl), (list, only(texts(&[(member, &address.to_string())])))]);
    if old["metadata"].is_object() {
        new["metadata"] = old["metadata"].clone();
    }
    match &found {
        Some(set) => api.change("If-Match", text(set, "etag")?),
        None => api.change("If-None-Match", "*"),
    }
    api.send("PUT", &path, &object(&mut [("properties", new)]))?;
    let values = old[list].as_array().map_or(0, Vec::len);
    Ok(if found.is_some() { Outcome::of_set(values.max(1)) } else { Outcome::Created })
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let (mut api, path) = set(job, http)?;
    Ok(api.find(&path)?.map_or_else(Vec::new, |set| held(job, &set["properties"])))
}

/// How the list of addresses is called, and an address in it.
fn members(job: &Job<'_>) -> (&'static str, &'static str) {
    match job.section.family {
        Family::V4 => ("ARecords", "ipv4Address"),
        Family::V6 => ("AAAARecords", "ipv6Address"),
    }
}

fn held(job: &Job<'_>, properties: &Value) -> Vec<IpAddr> {
    let (list, member) = members(job);
    let all = properties[list].as_array().into_iter().flatten();
    all.filter_map(|record| record[member].as_str()?.parse().ok()).collect()
}

/// `KEY=VALUE` of option `param_opt` as a part of a path.
fn given(job: &Job<'_>, key: &str) -> Option<String> {
    parameter(job.section, key).map(|value| percent_encoded(value.as_bytes()))
}

/// The API with a token, and where the set of the name and the wanted kind stands.
fn set<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<(Api<'a>, String)> {
    let must = |key| given(job, key).ok_or_else(|| not_sent(format!("option 'param_opt': wanted {key}=ID")));
    let (tenant, subscription) = (must("tenant_id")?, must("subscription_id")?);
    let own = |name| option(job.section, name).unwrap_or_default().as_bytes();
    let mut login = Api::new(job, &mut *http, "https://login.microsoftonline.com", fault).sorted(sorting);
    let fields: [(&str, &[u8]); 4] = [
        ("grant_type", b"client_credentials"),
        ("client_id", own("username")),
        ("client_secret", own("password")),
        ("scope", b"https://management.azure.com/.default"),
    ];
    let token = text(&login.post_form(&format!("/{tenant}/oauth2/v2.0/token"), &fields)?, "access_token")?;
    let mut api = Api::new(job, http, BASE, fault).sorted(sorting).with("Authorization", format!("Bearer {token}"));
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let group = given(job, "resource_group").map(|group| format!("/resourceGroups/{group}"));
    let zones = |group: &str| format!("/subscriptions/{subscription}{group}/providers/Microsoft.Network/dnsZones");
    let (place, zone) = if let (Some(group), Some(zone)) = (&group, name.zone()) {
        (format!("{}/{}", zones(group), percent_encoded(zone.as_bytes())), zone.to_owned())
    } else {
        let path = format!("{}?{VERSION}", zones(group.as_deref().unwrap_or_default()));
        let zone = longest(&mut api, &name, &path, &ZONES)?;
        (text(&zone, "id")?, text(&zone, "name")?.to_ascii_lowercase())
    };
    let host = percent_encoded(name.within(&zone).as_bytes()).replace("%40", "@");
    Ok((api, format!("{place}/{}/{host}?{VERSION}", kind(job))))
}

fn sorting(own: &str) -> Option<Answer> {
    Some(match own.split_once(": ")?.0 {
        "invalid_client" | "unauthorized_client" | "invalid_request" => Answer::Refused(Refusal::BadAuth),
        // somebody else wrote the record in between: the next try reads it again
        "PreconditionFailed" => Answer::ServerTrouble(None),
        _ => return None,
    })
}

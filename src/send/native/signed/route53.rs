//! route53-v1: <https://docs.aws.amazon.com/Route53/latest/APIReference/>.
//!
//! A set of records is replaced as a whole. One that is chosen by weight, place or the like has further fields that belong to a policy of
//! the owner, so it is not touched.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step};
use crate::send::sign::{Key, Stamp, Unsigned, aws4, query};
use crate::send::xml::element;
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "route53-v1", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the id of the hosted zone, such as Z0123456789ABC"),
    needed("lookup_host", "the full name of the record"),
    needed(
        "username",
        "the access key id of an IAM user with route53:ChangeResourceRecordSets and ListResourceRecordSets",
    ),
    needed("password", "the secret access key"),
];

const BASE: &str = "https://route53.amazonaws.com";
const SPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// What is written into a set that did not exist.
const TTL: &str = "300";

/// The set of the name and the wanted kind.
struct Set {
    addresses: Vec<IpAddr>,
    /// Its values, addresses or not.
    values: usize,
    ttl: String,
    health: Option<String>,
    /// It stands for a resource of AWS and has no values of its own.
    alias: bool,
    /// One of several sets of the same name.
    identifier: Option<String>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let set = set(job, &mut api)?;
    if let Some(identifier) = set.as_ref().and_then(|set| set.identifier.as_deref()) {
        let why =
            "the record has a routing policy (SetIdentifier), which an update would break; make it a simple record:";
        return Err(api.ended(Answer::NotSent, why, identifier.as_bytes()));
    }
    if set.as_ref().is_some_and(|set| set.alias) {
        let why = "the record is an alias of an AWS resource, which an update would break: make it a simple record";
        return Err(api.ended(Answer::NotSent, why, b""));
    }
    if set.as_ref().is_some_and(|set| set.values == 1 && set.addresses == [address]) {
        return Ok(Outcome::Right);
    }
    let ttl = set.as_ref().map_or(TTL, |set| set.ttl.as_str());
    let health = set.as_ref().and_then(|set| set.health.as_deref());
    let health = health.map_or_else(String::new, |id| format!("<HealthCheckId>{id}</HealthCheckId>"));
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ChangeResourceRecordSetsRequest xmlns=\"{SPACE}\"><ChangeBatch><Changes><Change>\
         <Action>UPSERT</Action><ResourceRecordSet><Name>{}</Name><Type>{}</Type><TTL>{ttl}</TTL><ResourceRecords><ResourceRecord>\
         <Value>{address}</Value></ResourceRecord></ResourceRecords>{health}</ResourceRecordSet></Change></Changes></ChangeBatch>\
         </ChangeResourceRecordSetsRequest>",
        name(job),
        kind(job)
    );
    let answer = api.text("POST", &format!("{}/", path(job)), Some(body))?;
    if element(&answer, "ChangeInfo").is_none() {
        return Err(api.ended(Answer::Unclear, "the answer does not say that the change was taken", answer.as_bytes()));
    }
    Ok(Outcome::of_set(set.map_or(0, |set| set.values.max(1))))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = api(job, http);
    Ok(set(job, &mut api)?.map_or_else(Vec::new, |set| set.addresses))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, BASE, complaint).sorted(sorting).signed(signer)
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let key = Key::of(job);
    let stamp = Stamp::of(job.moment);
    let date = stamp.short();
    let headers = [("host", request.url.host.as_str()), ("x-amz-date", &date)];
    let signed = aws4(&key, stamp, ("us-east-1", "route53"), &Unsigned::of(request, &headers));
    vec![("X-Amz-Date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

/// The full name with a dot at its end.
fn name(job: &Job<'_>) -> String {
    let host = option(job.section, "lookup_host").unwrap_or_default();
    format!("{}.", host.trim_end_matches('.').to_ascii_lowercase())
}

fn path(job: &Job<'_>) -> String {
    let id = option(job.section, "domain").unwrap_or_default();
    let id = id.rsplit('/').next().unwrap_or_default();
    format!("/2013-04-01/hostedzone/{}/rrset", percent_encoded(id.as_bytes()))
}

/// The list only begins at the name: what comes first may be another one's.
fn set(job: &Job<'_>, api: &mut Api<'_>) -> Step<Option<Set>> {
    let (name, kind) = (name(job), kind(job));
    let query = query(&[("maxitems", "1"), ("name", &name), ("type", kind)]);
    let answer = api.text("GET", &format!("{}?{query}", path(job)), None)?;
    let Some(list) = element(&answer, "ListResourceRecordSetsResponse") else {
        return Err(api.ended(Answer::Unclear, "the answer is no list of records", answer.as_bytes()));
    };
    let Some(set) = element(list, "ResourceRecordSet") else { return Ok(None) };
    let own = element(set, "Name").map(|own| own.replace("\\052", "*").to_ascii_lowercase());
    if own.as_deref() != Some(&name) || element(set, "Type") != Some(kind) {
        return Ok(None);
    }
    let values: Vec<&str> = set.split("<Value>").skip(1).filter_map(|rest| rest.split("</Value>").next()).collect();
    Ok(Some(Set {
        addresses: values.iter().filter_map(|value| value.trim().parse().ok()).collect(),
        values: values.len(),
        ttl: element(set, "TTL").unwrap_or(TTL).to_owned(),
        health: element(set, "HealthCheckId").map(str::to_owned),
        alias: element(set, "AliasTarget").is_some(),
        identifier: element(set, "SetIdentifier").map(str::to_owned),
    }))
}

/// `Code: Message`; a change that is refused has a list of messages and no code.
fn complaint(answer: &Value) -> Option<String> {
    let text = answer.as_str()?;
    if let Some(messages) = element(text, "InvalidChangeBatch") {
        return Some(format!("InvalidChangeBatch: {}", element(messages, "Message").unwrap_or(messages)));
    }
    Some(format!("{}: {}", element(text, "Code")?, element(text, "Message").unwrap_or_default()))
}

fn sorting(own: &str) -> Option<Answer> {
    let (code, message) = own.split_once(": ")?;
    Some(match code {
        "RequestExpired" | "RequestTimeTooSkewed" => CLOCK,
        "SignatureDoesNotMatch" if message.starts_with("Signature expired") || message.contains("not yet current") => {
            CLOCK
        }
        "SignatureDoesNotMatch" | "InvalidClientTokenId" | "IncompleteSignature" | "MissingAuthenticationToken" => {
            Answer::Refused(Refusal::BadAuth)
        }
        "AccessDenied" => Answer::Refused(Refusal::Forbidden),
        "NoSuchHostedZone" => Answer::Refused(Refusal::NoHost),
        "InvalidChangeBatch" if message.contains("not permitted in zone") => Answer::Refused(Refusal::NoHost),
        "Throttling" | "ThrottlingException" | "PriorRequestNotComplete" => Answer::SlowDown(None),
        _ => return None,
    })
}

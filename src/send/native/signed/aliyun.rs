//! aliyun.com: <https://www.alibabacloud.com/help/en/dns/api-alidns-2015-01-09-dir>, signed as version 3 of its signatures
//! wants it: SHA-256 instead of SHA-1, and key and signature in header fields instead of the URL.
//!
//! A write without TTL and line gives the record the usual ones, so they are sent as they were read.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, list, text};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, Unsigned, acs3, field, nonce, query, sha256};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "aliyun.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or @zone for the zone itself"),
    needed("username", "the AccessKey id"),
    needed("password", "the AccessKey secret"),
    optional("param_enc", "RecordId=ID, to choose among several records"),
];

const BASE: &str = "https://alidns.aliyuncs.com";

/// The line of everybody who has no line of his own.
const DEFAULT_LINE: &str = "default";

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
    host: String,
    ttl: Option<String>,
    line: Option<String>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let records = records(job, http)?;
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    let Some(record) = chosen else {
        let why = format!("there is no {} record of this name; it must be made there once", kind(job));
        return Err(api(job, http, "").no_such(&why));
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    let value = address.to_string();
    let mut parts =
        vec![("RecordId", record.id.as_str()), ("RR", &record.host), ("Type", kind(job)), ("Value", &value)];
    let kept = [("TTL", &record.ttl), ("Line", &record.line)];
    parts.extend(kept.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))));
    let answer = api(job, http, "UpdateDomainRecord").get(&format!("/?{}", query(&parts)))?;
    text(&answer, "RecordId")?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(records(job, http)?.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http, action: &str) -> Api<'a> {
    let api = Api::new(job, http, BASE, complaint).sorted(sorting).signed(signer);
    api.with("x-acs-action", action).with("x-acs-version", "2015-01-09")
}

pub(super) fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let key = Key::of(job);
    let (action, version) = (field(request, "x-acs-action"), field(request, "x-acs-version"));
    let (date, body, nonce) = (Stamp::of(job.moment).long(), sha256(b""), nonce(job, &request.url.path));
    let headers = [
        ("host", request.url.host.as_str()),
        ("x-acs-action", &action),
        ("x-acs-content-sha256", &body),
        ("x-acs-date", &date),
        ("x-acs-signature-nonce", &nonce),
        ("x-acs-version", &version),
    ];
    let signed = acs3(&key, &Unsigned::of(request, &headers));
    vec![
        ("x-acs-content-sha256", Secret::new(body)),
        ("x-acs-date", Secret::new(date)),
        ("x-acs-signature-nonce", Secret::new(nonce)),
        ("Authorization", Secret::new(signed)),
    ]
}

fn records(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<Record>> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let mut parts = vec![("SubDomain", name.full.as_str()), ("Type", kind(job)), ("PageSize", "500")];
    // without it the provider finds the zone by itself
    parts.extend(name.zone().map(|zone| ("DomainName", zone)));
    let mut api = api(job, http, "DescribeSubDomainRecords");
    let answer = api.get(&format!("/?{}", query(&parts)))?;
    let named = |found: &&Value| {
        let host = found["RR"].as_str().map(|host| if host == "@" { "" } else { host });
        host.is_some_and(|host| begins(&name.full, host)) && found["Type"] == kind(job)
    };
    let found = list(&answer["DomainRecords"], "Record")?.iter().filter(named);
    let mut records = found.map(record).collect::<Step<Vec<Record>>>()?;
    if let Some(id) = chosen(job) {
        records.retain(|record| record.id == id);
        if records.is_empty() {
            let why = format!("the RecordId of option 'param_enc' is no {} record of this name", kind(job));
            return Err(api.no_such(&why));
        }
    } else if records.iter().any(|record| record.line.as_deref() == Some(DEFAULT_LINE)) {
        // those of other lines are for a part of the world only
        records.retain(|record| record.line.as_deref() == Some(DEFAULT_LINE));
    }
    Ok(records)
}

/// Whether a host may be the one of a full name, wherever its zone begins.
fn begins(full: &str, host: &str) -> bool {
    let head = full.as_bytes().get(..host.len()).is_some_and(|head| head.eq_ignore_ascii_case(host.as_bytes()));
    head && (host.is_empty() || full.as_bytes().get(host.len()) == Some(&b'.'))
}

/// `RecordId=ID` in option `param_enc`.
fn chosen<'j>(job: &Job<'j>) -> Option<&'j str> {
    let words = option(job.section, "param_enc")?.split('&');
    words.filter_map(|word| word.trim().strip_prefix("RecordId=")).find(|id| !id.is_empty())
}

fn record(found: &Value) -> Step<Record> {
    Ok(Record {
        id: text(found, "RecordId")?,
        address: text(found, "Value")?.parse().ok(),
        host: text(found, "RR")?,
        ttl: text(found, "TTL").ok(),
        line: text(found, "Line").ok(),
    })
}

/// `Code: Message`
pub(super) fn complaint(answer: &Value) -> Option<String> {
    Some(format!("{}: {}", answer["Code"].as_str()?, answer["Message"].as_str().unwrap_or_default()))
}

pub(super) fn sorting(own: &str) -> Option<Answer> {
    let code = own.split(':').next().unwrap_or_default();
    let begins = |words: &[&str]| words.iter().any(|word| code.starts_with(word));
    Some(match () {
        () if begins(&["InvalidTimeStamp", "IllegalTimestamp"]) => CLOCK,
        () if begins(&["InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAccessKeyId"]) => {
            Answer::Refused(Refusal::BadAuth)
        }
        () if begins(&["Forbidden", "NoPermission"]) => Answer::Refused(Refusal::Forbidden),
        () if begins(&["InvalidDomainName", "IncorrectDomainUser", "DomainRecordNotBelongToUser"]) => {
            Answer::Refused(Refusal::NoHost)
        }
        () if begins(&["Throttling"]) => Answer::SlowDown(None),
        // a record of the name holds the address
        () if code == "DomainRecordDuplicate" => Answer::Unchanged,
        () => return None,
    })
}

//! dnspod.cn-v3: <https://cloud.tencent.com/document/api/1427/56193>.
//!
//! Every answer has status 200, so its own codes are what counts. A write without TTL, weight or state gives the record the usual ones, so
//! they are sent as they were read.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, list, number, text};
use crate::send::json::{object, texts};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, Unsigned, field, tc3};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "dnspod.cn-v3", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or @zone for the zone itself"),
    needed("username", "the SecretId of a Tencent Cloud API key"),
    needed("password", "the SecretKey of it"),
    optional("record_id", "the number of the record, to choose among several"),
];

const BASE: &str = "https://dnspod.tencentcloudapi.com";
/// The line of everybody who has no line of his own.
const DEFAULT_LINE: &str = "默认";
/// The code of an empty list.
const NOTHING: &str = "ResourceNotFound.NoDataOfRecord";

/// A record of the name, of the wanted kind.
struct Record {
    id: u64,
    address: Option<IpAddr>,
    line: String,
    /// Fields that a write must give back.
    kept: Vec<(&'static str, Value)>,
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let (host, zone) = place(job, http)?;
    let records = records(job, (&host, &zone), http)?;
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    let mut new =
        texts(&[("Domain", &zone), ("SubDomain", &host), ("RecordType", kind(job)), ("Value", &address.to_string())]);
    let Some(record) = chosen else {
        new["RecordLine"] = DEFAULT_LINE.into();
        written(&call(job, http, "CreateRecord", &new)?)?;
        return Ok(Outcome::Created);
    };
    if record.address == Some(address) {
        return Ok(Outcome::Right);
    }
    new["RecordLine"] = record.line.as_str().into();
    new["RecordId"] = record.id.into();
    for (field, value) in &record.kept {
        new[*field] = value.clone();
    }
    written(&call(job, http, "ModifyRecord", &new)?)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let (host, zone) = place(job, http)?;
    Ok(records(job, (&host, &zone), http)?.into_iter().filter_map(|record| record.address).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http, action: &str) -> Api<'a> {
    tencent(job, http, (BASE, "2021-03-23"), action)
}

/// One action of a service of Tencent Cloud, by its base and version.
pub(super) fn tencent<'a>(
    job: &'a Job<'a>,
    http: &'a mut dyn Http,
    (base, version): (&str, &str),
    action: &str,
) -> Api<'a> {
    let api = Api::new(job, http, base, complaint).sorted(sorting).signed(signer);
    api.with("X-TC-Action", action).with("X-TC-Version", version)
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let key = Key::of(job);
    let stamp = Stamp::of(job.moment);
    let action = field(request, "X-TC-Action").to_lowercase();
    let headers = [("content-type", "application/json"), ("host", request.url.host.as_str()), ("x-tc-action", &action)];
    // the service's name is the first part of its host's
    let service = request.url.host.split('.').next().unwrap_or_default();
    let signed = tc3(&key, stamp, service, &Unsigned::of(request, &headers));
    vec![("X-TC-Timestamp", Secret::new(stamp.seconds())), ("Authorization", Secret::new(signed))]
}

fn call(job: &Job<'_>, http: &mut dyn Http, action: &str, body: &Value) -> Step<Value> {
    ask(api(job, http, action), body)
}

/// What stands in `Response`, an empty list being no error.
pub(super) fn ask(mut api: Api<'_>, body: &Value) -> Step<Value> {
    let answer = api.send("POST", "/", body)?;
    match complaint(&answer) {
        Some(own) if !own.starts_with(NOTHING) => Err(api.complained(Answer::Unclear, "the provider says", &own, None)),
        _ => Ok(answer["Response"].clone()),
    }
}

/// Every write tells the record's number.
fn written(answer: &Value) -> Step<u64> {
    number(answer, "RecordId")
}

/// Host and zone.
fn place(job: &Job<'_>, http: &mut dyn Http) -> Step<(String, String)> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let Some(zone) = name.zone() else {
        let why = "option 'domain' must be host@zone, or @zone for the zone itself";
        return Err(api(job, http, "").ended(Answer::Refused(Refusal::NotFqdn), why, b""));
    };
    Ok((name.within(zone).to_owned(), zone.to_owned()))
}

fn records(job: &Job<'_>, (host, zone): (&str, &str), http: &mut dyn Http) -> Step<Vec<Record>> {
    if let Some(id) = option(job.section, "record_id") {
        return Ok(vec![chosen(job, (host, zone), id, http)?]);
    }
    let mut question = texts(&[("Domain", zone), ("Subdomain", host), ("RecordType", kind(job))]);
    question["Offset"] = 0.into();
    question["Limit"] = 100.into();
    let answer = call(job, http, "DescribeRecordList", &question)?;
    if answer["Error"].is_object() {
        return Ok(Vec::new());
    }
    let found = list(&answer, "RecordList")?.iter();
    let ours = |found: &&Value| {
        found["Type"] == kind(job) && found["Name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(host))
    };
    let mut records =
        found.filter(ours).map(|found| record(found, "RecordId", "Line")).collect::<Step<Vec<Record>>>()?;
    // those of other lines are for a part of the world only
    if records.iter().any(|record| record.line == DEFAULT_LINE) {
        records.retain(|record| record.line == DEFAULT_LINE);
    }
    Ok(records)
}

/// The record of option `record_id`; its fields are called otherwise than in the list.
fn chosen(job: &Job<'_>, (host, zone): (&str, &str), id: &str, http: &mut dyn Http) -> Step<Record> {
    let number: Option<u64> = id.parse().ok();
    let answer = match number {
        Some(number) => {
            call(job, http, "DescribeRecord", &object(&mut [("Domain", zone.into()), ("RecordId", number.into())]))?
        }
        None => Value::Null,
    };
    let found = &answer["RecordInfo"];
    if found["RecordType"] != kind(job)
        || !found["SubDomain"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(host))
    {
        let why = format!("option 'record_id' names no {} record of this name", kind(job));
        return Err(api(job, http, "").no_such(&why));
    }
    record(found, "Id", "RecordLine")
}

fn record(found: &Value, id: &str, line: &str) -> Step<Record> {
    let state = match (&found["Status"], &found["Enabled"]) {
        (Value::Null, enabled) if *enabled == 0 => "DISABLE".into(),
        (state, _) => state.clone(),
    };
    let kept = [("TTL", found["TTL"].clone()), ("Weight", found["Weight"].clone()), ("Status", state)];
    let kept = kept.into_iter().filter(|(_, value)| !value.is_null()).collect();
    Ok(Record { id: number(found, id)?, address: text(found, "Value")?.parse().ok(), line: text(found, line)?, kept })
}

/// `Code: Message`
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["Response"]["Error"];
    Some(format!("{}: {}", error["Code"].as_str()?, error["Message"].as_str().unwrap_or_default()))
}

fn sorting(own: &str) -> Option<Answer> {
    let code = own.split(':').next().unwrap_or_default();
    let begins = |word: &str| code.starts_with(word);
    Some(match () {
        () if begins("AuthFailure.SignatureExpire") => CLOCK,
        () if begins("AuthFailure.UnauthorizedOperation") || begins("UnauthorizedOperation") => {
            Answer::Refused(Refusal::Forbidden)
        }
        () if begins("AuthFailure") => Answer::Refused(Refusal::BadAuth),
        () if begins("RequestLimitExceeded") || begins("LimitExceeded.RequestLimitExceeded") => Answer::SlowDown(None),
        () if begins("ResourceNotFound")
            || begins("FailedOperation.NotDomainOwner")
            || code.contains("DomainNotExists") =>
        {
            Answer::Refused(Refusal::NoHost)
        }
        () if begins("InternalError") => Answer::ServerTrouble(None),
        () => return None,
    })
}

//! now.cn, eranet.com and tnet.hk, three shops of one registrar with one API (by its clients, 2026-11).
//!
//! Queries there, signed as Aliyun once did, and JSON back, whose members are not written alike everywhere. Errors come with status 200.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional, ours, parameter};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, odd};
use crate::send::json::some_text;
use crate::send::rest::in_two_labels;
use crate::send::sign::{Key, Stamp, nonce, rpc};
use crate::world::Http;

/// A shop at this address.
macro_rules! shop {
    ($name:literal, $base:literal) => {
        Provider {
            name: $name,
            options: OPTIONS,
            way: Way::Code(
                |job, address, http| update(job, address, &mut api(job, http, $base)),
                Some(|job, http| registered(job, &mut api(job, http, $base))),
            ),
        }
    };
}

pub(super) static NOW: Provider = shop!("now.cn", "https://api.now.cn/api/Dns");
pub(super) static ERANET: Provider = shop!("eranet.com", "https://www.eranet.com/api/Dns");
pub(super) static TNET: Provider = shop!("tnet.hk", "https://www.tnet.hk/api/Dns");

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone; the full name alone where the zone has two labels"),
    needed("username", "the AccessInstanceID"),
    needed("password", "the secret that belongs to it"),
    optional("param_opt", "ttl=SECONDS (600 without it)"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

/// A record of the name, of the wanted kind.
struct Record {
    id: String,
    address: Option<IpAddr>,
    ttl: Option<String>,
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http, base: &str) -> Api<'a> {
    Api::new(job, http, base, complaint).sorted_by(sort).with("Accept", "application/json")
}

fn update(job: &Job<'_>, address: IpAddr, api: &mut Api<'_>) -> Step<Outcome> {
    let records = records(job, api)?;
    let chosen = ours(job, address, &records, |record| record.address).map(|at| &records[at]);
    if chosen.is_some_and(|record| record.address == Some(address)) {
        return Ok(Outcome::Right);
    }
    let kept = chosen.and_then(|record| record.ttl.as_deref());
    let ttl = parameter(job.section, "ttl").or(kept).unwrap_or("600");
    let value = address.to_string();
    let mut parts = vec![("Value", value.as_str()), ("Ttl", ttl)];
    let Some(record) = chosen else {
        call(job, api, "AddDomainRecord", &parts)?;
        return Ok(Outcome::Created);
    };
    parts.push(("Id", &record.id));
    call(job, api, "UpdateDomainRecord", &parts)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<IpAddr>> {
    Ok(records(job, api)?.into_iter().filter_map(|record| record.address).collect())
}

/// One action upon the name.
fn call(job: &Job<'_>, api: &mut Api<'_>, action: &str, parts: &[(&str, &str)]) -> Step<Value> {
    let name = in_two_labels(job.section);
    let zone = name.zone().unwrap_or_default();
    let key = Key::of(job);
    let (nonce, time) = (nonce(job, action), Stamp::of(job.moment).long());
    let usual = [
        ("Domain", zone),
        ("Host", name.within(zone)),
        ("Type", kind(job)),
        ("AccessInstanceID", key.id),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", &nonce),
        ("Timestamp", &time),
    ];
    let query = rpc(&key, &[&usual, parts].concat());
    api.hide(query.rsplit('=').next().unwrap_or_default());
    api.get(&format!("/{action}?{query}"))
}

fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Record>> {
    let answer = call(job, api, "DescribeRecordIndex", &[])?;
    if answer.is_null() {
        let why = "the answer is empty, which is how wrong credentials are answered, too";
        return Err(api.ended(Answer::Unclear, why, b""));
    }
    let name = in_two_labels(job.section);
    let host = name.within(name.zone().unwrap_or_default());
    let is = |row: &Value, what: &str, wanted: &str| {
        member(row, what).as_str().is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    };
    let all = member(&answer, "Data").as_array().ok_or_else(|| odd("it has no list 'Data'"))?;
    let named = all.iter().filter(|row| is(row, "Host", host) && is(row, "Type", kind(job)));
    let mut records = named.map(record).collect::<Step<Vec<Record>>>()?;
    if let Some(id) = parameter(job.section, "rec_id").or(option(job.section, "rec_id")) {
        records.retain(|record| record.id == id);
        if records.is_empty() {
            let why = format!("the record of option 'rec_id' is not the {} record of '{}'", kind(job), name.full);
            return Err(api.no_such(&why));
        }
    }
    Ok(records)
}

fn record(row: &Value) -> Step<Record> {
    let text = |what: &str| some_text(member(row, what));
    Ok(Record {
        id: text("Id").ok_or_else(|| odd("it has no 'Id'"))?,
        address: text("Value").ok_or_else(|| odd("it has no 'Value'"))?.parse().ok(),
        ttl: text("Ttl"),
    })
}

/// A member, however its letters are written.
fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    let found = value.as_object().and_then(|members| members.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)));
    found.map_or(&Value::Null, |(_, value)| value)
}

fn complaint(answer: &Value) -> Option<String> {
    member(answer, "error").as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn sort(answer: &Value) -> Option<Answer> {
    let said = complaint(answer)?;
    let wrong_key = ["IllegalVCP", "Signature", "AccessInstance"].iter().any(|word| said.contains(word));
    Some(if wrong_key { Answer::Refused(Refusal::BadAuth) } else { Answer::Unclear })
}

//! edgeone.ai: Tencent `EdgeOne`, <https://www.tencentcloud.com/document/product/1145/67541> and what stands beside it, read in November 2026;
//! signed and answered as `dnspod_v3`.
//!
//! Records bear the full name. A change is sent with the record as it was read.

use std::net::IpAddr;

use serde_json::Value;

use super::dnspod_v3::{ask, tencent};
use super::{Field, Provider, Way, kind, needed, optional, parameter};
use crate::send::Job;
use crate::send::api::{Outcome, Step, list, text};
use crate::send::choice::{all_held, chosen, held, reading};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "edgeone.ai", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the SecretId of a Tencent Cloud API key"),
    needed("password", "the SecretKey of it"),
    optional("param_opt", "endpoint=intl for keys of the international site"),
];

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let (zone, records) = find(job, http)?;
    let record = chosen(job, address, &records, "Content");
    if record.is_some_and(|record| held(record, "Content") == Some(address)) {
        return Ok(Outcome::Right);
    }
    let mut new =
        texts(&[("Name", &name(job).full), ("Type", kind(job)), ("Content", &address.to_string()), ("ZoneId", &zone)]);
    let Some(record) = record else {
        call(job, http, "CreateDnsRecord", &new)?;
        return Ok(Outcome::Created);
    };
    for kept in ["RecordId", "Location", "TTL", "Weight", "Priority"] {
        if !record[kept].is_null() {
            new[kept] = record[kept].clone();
        }
    }
    let mut change = texts(&[("ZoneId", &zone)]);
    change["DnsRecords"] = vec![new].into();
    call(job, http, "ModifyDnsRecords", &change)?;
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(all_held(&find(job, http)?.1, "Content"))
}

fn call(job: &Job<'_>, http: &mut dyn Http, action: &str, body: &Value) -> Step<Value> {
    let base = match parameter(job.section, "endpoint") {
        Some("intl") => "https://teo.intl.tencentcloudapi.com",
        _ => "https://teo.tencentcloudapi.com",
    };
    ask(tencent(job, http, (base, "2022-09-01"), action), body)
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

fn filter(name: &str, values: &[&str]) -> Value {
    let mut filter = texts(&[("Name", name)]);
    filter["Values"] = values.into();
    filter
}

/// The zone's id, and records of the name, of the wanted kind. All zones that it can be in are asked for at once.
fn find(job: &Job<'_>, http: &mut dyn Http) -> Step<(String, Vec<Value>)> {
    let name = name(job);
    let mut question = texts(&[]);
    question["Filters"] = vec![filter("zone-name", &name.zones())].into();
    let answer = call(job, http, "DescribeZones", &question)?;
    let zones = list(&answer, "Zones")?;
    let Some(zone) = name.zones().into_iter().find_map(|zone| reading(zones, &[("ZoneName", zone)]).pop()) else {
        let why = format!("no zone of this account holds '{}'", name.full);
        return Err(tencent(job, http, ("", ""), "").no_such(&why));
    };
    let zone = text(&zone, "ZoneId")?;
    question = texts(&[("ZoneId", &zone)]);
    question["Filters"] = vec![filter("name", &[&name.full]), filter("type", &[kind(job)])].into();
    let answer = call(job, http, "DescribeDnsRecords", &question)?;
    let records = reading(list(&answer, "DnsRecords")?, &[("Type", kind(job)), ("Name", &name.full)]);
    Ok((zone, records))
}

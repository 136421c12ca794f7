//! aliyun.com-esa: Edge Security Acceleration of Alibaba Cloud, `ListSites`, `ListRecords`, `UpdateRecord` and `CreateRecord` below
//! <https://www.alibabacloud.com/help/en/edge-security-acceleration/esa/api-esa-2024-09-10-createrecord>, read in November 2026; signed and
//! refused as `aliyun`.
//!
//! Records bear the full name and know one kind, A/AAAA, whose value may list addresses of both families: only ours of the wanted family is
//! exchanged. A change without time to live, proxying or comment gives the usual ones, so they are sent as they were read.

use std::net::IpAddr;

use serde_json::Value;

use super::aliyun::{complaint, signer, sorting};
use super::{Field, Provider, Way, needed, optional, ours, parameter};
use crate::address::Family;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_granted_zone, list, text};
use crate::send::choice::reading;
use crate::send::json::texts;
use crate::send::name::Name;
use crate::send::sign::query;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "aliyun.com-esa", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@site, or the full name"),
    needed("username", "the AccessKey id"),
    needed("password", "the AccessKey secret"),
    optional("param_opt", "region=ap-southeast-1 for accounts outside China; cn-hangzhou without it"),
];

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let (site, records) = find(job, http)?;
    let held = |record: &Value| held(job, record);
    let record = ours(job, address, &records, held).map(|at| &records[at]);
    if record.and_then(held) == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut all: Vec<IpAddr> = record.into_iter().flat_map(addresses).collect();
    match record.and_then(held).and_then(|old| all.iter().position(|known| *known == old)) {
        Some(at) => all[at] = address,
        None => all.push(address),
    }
    let all: Vec<String> = all.iter().map(IpAddr::to_string).collect();
    let data = texts(&[("Value", &all.join(","))]);
    let (data, full) = (data.to_string(), name(job).full);
    let mut parts = vec![("Data", data.as_str()), ("Type", "A/AAAA")];
    let (action, outcome, said) = if let Some(record) = record {
        let said = ["RecordId", "Ttl", "Proxied", "BizName", "Comment"].map(|kept| (kept, plain(&record[kept])));
        ("UpdateRecord", Outcome::Updated, said.to_vec())
    } else {
        parts.push(("RecordName", &full));
        // a site that is not delegated has proxied records only
        let proxied = if site["AccessType"] == "CNAME" { ["true", "web"] } else { ["", ""] }.map(str::to_owned);
        let [proxied, business] = proxied;
        (
            "CreateRecord",
            Outcome::Created,
            vec![("SiteId", text(&site, "SiteId")?), ("Proxied", proxied), ("BizName", business)],
        )
    };
    parts.extend(said.iter().map(|(name, value)| (*name, value.as_str())).filter(|(_, value)| !value.is_empty()));
    api(job, http, action).post_form(&format!("/?{}", query(&parts)), &[])?;
    Ok(outcome)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let all: Vec<IpAddr> = find(job, http)?.1.iter().flat_map(addresses).collect();
    Ok(all.into_iter().filter(|known| wanted(job, known)).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http, action: &str) -> Api<'a> {
    let region = parameter(job.section, "region").unwrap_or("cn-hangzhou");
    let region: String = region.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let api = Api::new(job, http, &format!("https://esa.{region}.aliyuncs.com"), complaint);
    api.sorted(sorting).signed(signer).with("x-acs-action", action).with("x-acs-version", "2024-09-10")
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

/// The site, and records of the name that hold an address of the wanted family.
fn find(job: &Job<'_>, http: &mut dyn Http) -> Step<(Value, Vec<Value>)> {
    let name = name(job);
    let (_, site) = in_granted_zone(&name.zones(), &mut |zone| {
        let mut api = api(job, http, "ListSites");
        let answer = api.get(&format!("/?{}", query(&[("SiteName", zone), ("SiteSearchType", "exact")])))?;
        let named = reading(list(&answer, "Sites")?, &[("SiteName", zone)]).pop();
        named.ok_or_else(|| api.no_such(&format!("no site of this account holds '{}'", name.full)))
    })?;
    let number = text(&site, "SiteId")?;
    let parts = [("PageSize", "500"), ("RecordName", name.full.as_str()), ("SiteId", &number), ("Type", "A/AAAA")];
    let answer = api(job, http, "ListRecords").get(&format!("/?{}", query(&parts)))?;
    let mut records = reading(list(&answer, "Records")?, &[("RecordName", &name.full)]);
    records.retain(|record| held(job, record).is_some());
    Ok((site, records))
}

fn wanted(job: &Job<'_>, address: &IpAddr) -> bool {
    address.is_ipv4() == (job.section.family == Family::V4)
}

/// What the value of a record lists.
fn addresses(record: &Value) -> impl Iterator<Item = IpAddr> {
    record["Data"]["Value"].as_str().unwrap_or_default().split(',').filter_map(|part| part.trim().parse().ok())
}

/// Its address of the wanted family: the new one, else the one DNS knows, else the first.
fn held(job: &Job<'_>, record: &Value) -> Option<IpAddr> {
    let all: Vec<IpAddr> = addresses(record).filter(|known| wanted(job, known)).collect();
    let sought = [job.address, job.registered].into_iter().flatten().find(|known| all.contains(known));
    sought.or(all.first().copied())
}

/// A text, a number or a truth as a query holds it; nothing for `null`.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

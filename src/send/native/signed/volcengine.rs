//! volcengine.com: `TrafficRoute` DNS, <https://www.volcengine.com/docs/6758/155106> (records) and
//! <https://www.volcengine.com/docs/6369/68677> (errors), read in November 2026.
//!
//! An update keeps what it does not name; host and line must be named. Zones have numbers, which are asked for by name.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{Field, Provider, Way, kind, needed, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::{Api, CLOCK, Outcome, Step, in_granted_zone, list, text};
use crate::send::name::Name;
use crate::send::sign::{Key, Stamp, Unsigned, query, volc};
use crate::world::{Http, Request};

pub(super) static PROVIDER: Provider =
    Provider { name: "volcengine.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the Access Key ID"),
    needed("password", "the Secret Access Key"),
];

/// What a new record gets, in seconds; the least of a free zone.
const TTL: u32 = 600;

/// The number of the zone, the name within it, its records of the wanted kind.
type Found = (Value, String, Vec<Value>);

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let (zone, host, records) = find(job, &mut api)?;
    let record = ours(job, address, &records, held).map(|at| &records[at]);
    if record.and_then(held) == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut new = json!({});
    new["Host"] = host.into();
    new["Type"] = kind(job).into();
    new["Value"] = address.to_string().into();
    let (action, outcome) = if let Some(record) = record {
        new["RecordID"] = record["RecordID"].clone();
        new["Line"] = record["Line"].clone();
        ("UpdateRecord", Outcome::Updated)
    } else {
        new["ZID"] = zone;
        new["Line"] = "default".into();
        new["TTL"] = TTL.into();
        ("CreateRecord", Outcome::Created)
    };
    api.send("POST", &path(action, &[]), &new)?;
    Ok(outcome)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(find(job, &mut api(job, http))?.2.iter().filter_map(held).collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let api = Api::new(job, http, "https://open.volcengineapi.com", complaint).signed(signer);
    // an error may come with status 200
    api.sorted(sorting).sorted_by(|answer| complaint(answer).map(|_| Answer::Unclear))
}

fn path(action: &str, parts: &[(&str, &str)]) -> String {
    let all = [&[("Action", action), ("Version", "2018-08-01")], parts].concat();
    format!("/?{}", query(&all))
}

fn signer(job: &Job<'_>, request: &Request) -> Vec<(&'static str, Secret)> {
    let (stamp, host) = (Stamp::of(job.moment), request.url.host.as_str());
    let date = stamp.short();
    let headers = [("host", host), ("x-date", &date)];
    let request = Unsigned::of(request, &headers);
    let signed = volc(&Key::of(job), stamp, ("cn-north-1", "DNS"), &request);
    vec![("X-Date", Secret::new(date)), ("Authorization", Secret::new(signed))]
}

fn find(job: &Job<'_>, api: &mut Api<'_>) -> Step<Found> {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let (zone, number) = in_granted_zone(&name.zones(), &mut |zone| {
        let answer = api.get(&path("ListZones", &[("Key", zone), ("PageSize", "500"), ("SearchMode", "exact")]))?;
        let named = rows(&answer, "Zones")?.iter().find(|found| found["ZoneName"] == zone);
        let named = named.ok_or_else(|| api.no_such(&format!("no zone of this account holds '{}'", name.full)))?;
        text(named, "ZID").map(|number| (number, named["ZID"].clone()))
    })?;
    let (number, id) = number;
    let host = name.within(zone);
    let parts = [("Host", host), ("PageSize", "500"), ("SearchMode", "exact"), ("Type", kind(job)), ("ZID", &number)];
    let answer = api.get(&path("ListRecords", &parts))?;
    let ours = |record: &&Value| record["Type"] == kind(job) && record["Host"] == host;
    Ok((id, host.to_owned(), rows(&answer, "Records")?.iter().filter(ours).cloned().collect()))
}

/// A list in the result; none at all is an empty one.
fn rows<'v>(answer: &'v Value, member: &str) -> Step<&'v [Value]> {
    let result = &answer["Result"];
    if result.is_object() && result[member].is_null() { Ok(&[]) } else { list(result, member) }
}

fn held(record: &Value) -> Option<IpAddr> {
    record["Value"].as_str()?.parse().ok()
}

/// `Code: Message`
fn complaint(answer: &Value) -> Option<String> {
    let error = &answer["ResponseMetadata"]["Error"];
    Some([error["Code"].as_str()?, error["Message"].as_str().unwrap_or_default()].join(": "))
}

fn sorting(own: &str) -> Option<Answer> {
    let code = own.split(':').next().unwrap_or_default();
    Some(match code {
        "InvalidTimestamp" => CLOCK,
        "InvalidAccessKey" | "SignatureDoesNotMatch" | "InvalidCredential" | "InvalidAuthorization" => {
            Answer::Refused(Refusal::BadAuth)
        }
        "AccessDenied" | "LackProjectPolicy" => Answer::Refused(Refusal::Forbidden),
        _ if code.contains("FlowLimit") => Answer::SlowDown(None),
        _ => return None,
    })
}

//! freedns.42.pl: <https://freedns.42.pl/> (November 2026), XML-RPC of the `XName` software: one method that writes and none that reads.
//!
//! The old address `*.*` stands for all IPv4 addresses of the name, so that an AAAA record of the same name stays. The provider itself sees
//! when nothing changes.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, label, needed, option, optional};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step};
use crate::send::name::Name;
use crate::send::xml::{element, escaped, unescaped};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "freedns.42.pl", options: OPTIONS, way: Way::Code(update, None) };

const OPTIONS: &[Field] = &[
    needed("username", "the login name"),
    needed("password", "the password"),
    needed("domain", "the name as host@zone, or the full name"),
    optional("zone", "the zone, where it is not named in domain and does not begin behind the first dot of it"),
    optional("record", "the record's name as the provider shows it, where it is not the host in domain"),
    optional("ip_dynamic", "1: the provider takes the address the request comes from"),
];

/// Seconds; what is written takes the place of the old record with all it held.
const TTL: &str = "600";

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let own = |name: &str| option(job.section, name).unwrap_or_default();
    let (zone, record) = place(job);
    let dynamic = own("ip_dynamic") == "1";
    let new = if dynamic { "<dynamic>".to_owned() } else { address.to_string() };
    let members = [
        ("user", own("username")),
        ("password", own("password")),
        ("zone", &zone),
        ("name", &record),
        ("oldaddress", "*.*"),
        ("newaddress", &new),
        ("ttl", TTL),
        ("updatereverse", "0"),
    ];
    let members = members.map(|(name, value)| {
        ["<member><name>", name, "</name><value><string>", &escaped(value), "</string></value></member>"].concat()
    });
    let body = [
        "<?xml version=\"1.0\"?>\n<methodCall><methodName>xname.updateArecord</methodName><params><param><value><struct>",
        &members.concat(),
        "</struct></value></param></params></methodCall>",
    ];
    let mut api = Api::new(job, http, "https://freedns.42.pl", complaint).sorted(sorting);
    let answer = api.text("POST", "/xmlrpc.php", Some(body.concat()))?;
    if let Some(own) = complaint(&Value::String(answer.clone())) {
        return Err(api.complained(Answer::Unclear, "the provider says", &own, None));
    }
    let held = member(&answer, "addresses").map(|list| list.split(['<', '>']).any(|word| word.parse() == Ok(address)));
    match held.or(member(&answer, "serial").map(|_| true)) {
        Some(held) if held || dynamic => Ok(Outcome::Updated),
        Some(_) => Err(api.ended(Answer::Unclear, "success was told, but the record holds another address", b"")),
        None => Err(api.ended(Answer::Unclear, "the answer does not say what was done", answer.as_bytes())),
    }
}

/// Zone and record. ddns-scripts knows options `zone` and `record` only. The provider takes two spellings of a name for two names; hosts are
/// written without their zone there, and the zone itself with a dot at its end.
fn place(job: &Job<'_>) -> (String, String) {
    let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
    let behind_dot = || name.full.split_once('.').map(|(_, zone)| zone).filter(|zone| zone.contains('.'));
    let zone = match label(job.section, "zone") {
        zone if !zone.is_empty() => zone,
        _ => name.zone().or_else(behind_dot).unwrap_or(&name.full).to_owned(),
    };
    let record = option(job.section, "record").map_or_else(|| name.within(&zone).to_owned(), str::to_owned);
    let record = if record == "@" { format!("{zone}.") } else { record };
    (zone, record)
}

/// The value of a member of a struct, with the tags that name its type.
fn member<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<name>{name}</name>"))?;
    rest.split_once("</member>").map(|(value, _)| value)
}

/// `faultString` with its number.
fn complaint(answer: &Value) -> Option<String> {
    let fault = element(answer.as_str()?, "fault")?;
    let plain = |name| {
        member(fault, name).map(|value| {
            let text = ["string", "int", "i4", "value"].iter().find_map(|kind| element(value, kind));
            unescaped(text.unwrap_or_default())
        })
    };
    Some(format!("{} ({})", plain("faultString")?, plain("faultCode").unwrap_or_default()))
}

fn sorting(own: &str) -> Option<Answer> {
    let own = own.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| own.contains(word));
    Some(match () {
        () if says(&["authentication", "login", "password"]) => Answer::Refused(Refusal::BadAuth),
        () if own.contains("zone") && says(&["not manage", "not found", "not exist", "no such"]) => {
            Answer::Refused(Refusal::NoHost)
        }
        () if says(&["denied", "not allowed", "permission"]) => Answer::Refused(Refusal::Forbidden),
        () => return None,
    })
}

//! inwx.com-api: <https://www.inwx.com/en/help/apidoc>, spoken as JSON-RPC, read in November 2026.
//!
//! Every answer has status 200 and a code of EPP (RFC 5730 section 3). A session is a cookie; with a second factor it is locked until a
//! one-time code comes, which the provider takes once. What an update does not name stays. The row `inwx.de` is another service, with an
//! account of its own.

use std::net::IpAddr;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, optional};
use crate::answer::{Answer, Refusal};
use crate::send::api::{Api, Outcome, Step, in_zone, list};
use crate::send::choice::{all_held, chosen, held, reading};
use crate::send::json::texts;
use crate::send::name::Name;
use crate::send::{Job, totp};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "inwx.com-api", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the name as host@zone, or the full name"),
    needed("username", "the name of the account, best one with the role DNS only"),
    needed("password", "the account's password"),
    optional("param_enc", "the shared secret (base32) of the second factor, if the account has one"),
];

/// What a new record gets, the least the provider allows.
const TTL: u32 = 300;

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = login(job, http)?;
    let done = write(job, address, &mut api);
    let _ = ask(&mut api, "account.logout", Value::Null);
    done
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    let mut api = login(job, http)?;
    let found = records(job, &mut api);
    let _ = ask(&mut api, "account.logout", Value::Null);
    Ok(all_held(&found?.1, "content"))
}

fn login<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Api<'a>> {
    let mut api = Api::new(job, http, "https://api.domrobot.com", complaint).sorted_by(sort).with_session();
    let of = |name| option(job.section, name).unwrap_or_default();
    let params = texts(&[("user", of("username")), ("pass", of("password"))]);
    let answer = ask(&mut api, "account.login", params)?;
    if answer["tfa"].as_str().is_none_or(|factor| ["", "0"].contains(&factor)) {
        return Ok(api);
    }
    let seconds = job.moment.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let Some(code) = option(job.section, "param_enc").and_then(|secret| totp::code(secret, seconds)) else {
        let why = "the account has a second factor: option 'param_enc' must hold its shared secret, in base32";
        return Err(api.ended(Answer::Refused(Refusal::BadAuth), why, b""));
    };
    api.hide(&code);
    match ask(&mut api, "account.unlock", texts(&[("tan", &code)])) {
        Err(reply) if reply.answer == Answer::Refused(Refusal::BadAuth) => {
            let why = "the one-time code was refused: it was used already (by another section, in the same half minute), the clock of this \
                       machine is wrong, or option 'param_enc' is;";
            Err(api.ended(Answer::SlowDown(None), why, &reply.body))
        }
        done => done.map(|_| api),
    }
}

fn ask(api: &mut Api<'_>, method: &str, params: Value) -> Step<Value> {
    let mut question = texts(&[("method", method)]);
    question["params"] = params;
    Ok(api.send("POST", "/jsonrpc/", &question)?["resData"].take())
}

fn write(job: &Job<'_>, address: IpAddr, api: &mut Api<'_>) -> Step<Outcome> {
    let (zone, records) = records(job, api)?;
    let Some(record) = chosen(job, address, &records, "content") else {
        let (full, address) = (name(job).full, address.to_string());
        let mut new = texts(&[("domain", &zone), ("name", &full), ("type", kind(job)), ("content", &address)]);
        new["ttl"] = TTL.into();
        ask(api, "nameserver.createRecord", new)?;
        return Ok(Outcome::Created);
    };
    if held(record, "content") == Some(address) {
        return Ok(Outcome::Right);
    }
    let mut new = texts(&[("content", &address.to_string())]);
    new["id"] = record["id"].clone();
    ask(api, "nameserver.updateRecord", new)?;
    Ok(Outcome::Updated)
}

fn name(job: &Job<'_>) -> Name {
    Name::of(job.section.domain.as_deref().unwrap_or_default())
}

/// The zone, and records of the name, of the wanted kind.
fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<(String, Vec<Value>)> {
    let name = name(job);
    let (zone, found) = in_zone(&name.zones(), &mut |zone| {
        ask(api, "nameserver.info", texts(&[("domain", zone), ("type", kind(job))]))
    })?;
    // a zone without such records has their number only
    let none = found["record"].is_null() && found["count"] == 0;
    let all = if none { &[] } else { list(&found, "record")? };
    // names are told in full, and were not always
    let mut records = reading(all, &[("type", kind(job)), ("name", &name.full)]);
    records.extend(reading(all, &[("type", kind(job)), ("name", name.within(zone))]));
    Ok((zone.to_owned(), records))
}

/// `Message (code): reason`
fn complaint(answer: &Value) -> Option<String> {
    let said = format!("{} ({})", answer["msg"].as_str()?, answer["code"]);
    Some(answer["reason"].as_str().map_or(said.clone(), |reason| format!("{said}: {reason}")))
}

fn sort(answer: &Value) -> Option<Answer> {
    Some(match answer["code"].as_u64().unwrap_or_default() {
        1000..2000 => return None,
        2200 | 2501 => Answer::Refused(Refusal::BadAuth),
        2201 => Answer::Refused(Refusal::Forbidden),
        2303 => Answer::Refused(Refusal::NoHost),
        2502 => Answer::SlowDown(None),
        2400 | 2500 => Answer::ServerTrouble(None),
        _ => Answer::Unclear,
    })
}

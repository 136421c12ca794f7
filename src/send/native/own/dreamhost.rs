//! dreamhost.com: <https://help.dreamhost.com/hc/en-us/articles/217555707-DNS-API-overview>, read in November 2026.
//!
//! A record cannot be changed: the new one is added first, then the old one goes, so that the name is never without an address. What is added
//! carries a comment with the section's name, by which a later update finds what an interrupted one left behind. The list holds all domains of
//! the account. The key travels in a form, not in the URL.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed};
use crate::answer::{Answer, Refusal};
use crate::secret::Secret;
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, list, text};
use crate::send::choice::{all_held, chosen, held, reading};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "dreamhost.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] =
    &[needed("domain", "the full name"), needed("password", "the API key, with access to all dns- commands")];

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let records = records(job, &mut api)?;
    let mark = format!("ddns {}", job.section.name);
    let right = all_held(&records, "value").contains(&address);
    let mut old = reading(&records, &[("comment", &mark)]);
    old.retain(|record| held(record, "value") != Some(address));
    if old.is_empty() && !right {
        old.extend(chosen(job, address, &records, "value").cloned());
    }
    if old.is_empty() && right {
        return Ok(Outcome::Right);
    }
    if !right {
        let comment = old.first().and_then(|record| record["comment"].as_str()).filter(|own| !own.is_empty());
        ask(job, &mut api, "dns-add_record", &address.to_string(), comment.unwrap_or(&mark))?;
    }
    for record in &old {
        ask(job, &mut api, "dns-remove_record", &text(record, "value")?, "")?;
    }
    Ok(if old.is_empty() { Outcome::Created } else { Outcome::Updated })
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(all_held(&records(job, &mut api(job, http))?, "value"))
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    Api::new(job, http, "https://api.dreamhost.com", complaint).sorted_by(sort)
}

fn name(job: &Job<'_>) -> String {
    Name::of(job.section.domain.as_deref().unwrap_or_default()).full
}

/// One command; without a value it is about all records.
fn ask(job: &Job<'_>, api: &mut Api<'_>, command: &str, value: &str, comment: &str) -> Step<Value> {
    let (key, name) = (job.section.password.as_ref().map_or(&b""[..], Secret::reveal), name(job));
    let mut fields = vec![("key", key), ("format", b"json"), ("cmd", command.as_bytes())];
    let about = [("record", name.as_str()), ("type", kind(job)), ("value", value), ("comment", comment)];
    let about = about.iter().filter(|(_, text)| !value.is_empty() && !text.is_empty());
    fields.extend(about.map(|(field, text)| (*field, text.as_bytes())));
    api.post_form("/", &fields)
}

fn records(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Value>> {
    let (name, found) = (name(job), ask(job, api, "dns-list_records", "", "")?);
    Ok(reading(list(&found, "data")?, &[("type", kind(job)), ("record", &name)]))
}

/// `code reason`
fn complaint(answer: &Value) -> Option<String> {
    let said = [answer["data"].as_str()?, answer["reason"].as_str().unwrap_or_default()].join(" ");
    Some(said.trim_end().to_owned())
}

fn sort(answer: &Value) -> Option<Answer> {
    if answer["result"] == "success" {
        return None;
    }
    let code = answer["data"].as_str().unwrap_or_default();
    let has = |word: &str| code.contains(word);
    Some(match () {
        () if has("slow_down") => Answer::SlowDown(None),
        () if has("cannot_access") || has("not_editable") => Answer::Refused(Refusal::Forbidden),
        () if has("_key") => Answer::Refused(Refusal::BadAuth),
        () if has("no_such_zone") => Answer::Refused(Refusal::NoHost),
        () if has("internal_error") => Answer::ServerTrouble(None),
        () => Answer::Unclear,
    })
}

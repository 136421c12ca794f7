//! mailinabox.email, a Mail-in-a-Box of the owner: <https://mailinabox.email/api-docs.html> (2026-11).
//!
//! Custom records, as plain text there and JSON back. A PUT replaces all of name and type; records the box makes by itself are behind them.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, base64, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, rows, text};
use crate::send::name::Name;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "mailinabox.email", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, in a zone of the box"),
    needed("username", "the e-mail address of an administrator"),
    needed("password", "the administrator's password"),
    needed("param_opt", "the host name of the box, as box.example.net"),
];

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut api = api(job, http);
    let held = held(job, &mut api)?;
    if held == [Some(address)] {
        return Ok(Outcome::Right);
    }
    api.text("PUT", &path(job), Some(address.to_string()))?;
    Ok(Outcome::of_set(held.len()))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(held(job, &mut api(job, http))?.into_iter().flatten().collect())
}

fn api<'a>(job: &'a Job<'a>, http: &'a mut dyn Http) -> Api<'a> {
    let secret = |secret: &Option<Secret>| secret.as_ref().map_or(Vec::new(), |secret| secret.reveal().to_vec());
    let account = [secret(&job.section.username), b":".to_vec(), secret(&job.section.password)].concat();
    let host = option(job.section, "param_opt").unwrap_or_default();
    let host = host.trim_start_matches("https://").trim_end_matches('/');
    let base = format!("https://{host}/admin/dns/custom");
    let not_here = |own: &str| own.contains("managed by this box").then_some(Answer::Refused(Refusal::NoHost));
    let api = Api::new(job, http, &base, complaint).sorted(not_here);
    api.with("Authorization", format!("Basic {}", base64(&account))).with("Accept", "application/json")
}

fn path(job: &Job<'_>) -> String {
    let name = Name::of(option(job.section, "domain").unwrap_or_default());
    format!("/{}/{}", percent_encoded(name.full.as_bytes()), kind(job))
}

/// The values of the name.
fn held(job: &Job<'_>, api: &mut Api<'_>) -> Step<Vec<Option<IpAddr>>> {
    let answer = api.get(&path(job))?;
    rows(&answer)?.iter().map(|row| Ok(text(row, "value")?.parse().ok())).collect()
}

/// Why somebody is not let in, or the text of an answer that is no JSON.
fn complaint(answer: &Value) -> Option<String> {
    answer["reason"].as_str().or(answer.as_str()).map(|text| text.trim().to_owned())
}

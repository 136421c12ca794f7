//! one.com: no public API; its control panel as a browser sees it (October 2026: ddns-scripts and other public clients of the panel).
//!
//! A login page, the choice of a domain, then JSON. Only IPv4, and only records that the owner has made: a record of its own would take the
//! place of what the provider serves for the name.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, kind, needed, option, ours};
use crate::answer::{Answer, Refusal};
use crate::secret::{Secret, percent_encoded};
use crate::send::Job;
use crate::send::api::{Api, Outcome, Step, in_zone, list, message, text};
use crate::send::browser::{Browser, Page};
use crate::send::json::{object, texts};
use crate::send::name::Name;
use crate::send::xml::unescaped;
use crate::url::Url;
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "one.com", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("username", "the e-mail address of the control panel's login"),
    needed("password", "its password; a login that asks for a second factor cannot be used"),
];

const BASE: &str = "https://www.one.com/admin";

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    let mut panel = Panel::open(job, http)?;
    let records = panel.records()?;
    let Panel { mut api, path, .. } = panel;
    let Some(record) = ours(job, address, &records, held).map(|at| &records[at]) else {
        return Err(api.no_such("there is no A record of the name: make it in the control panel first"));
    };
    if held(record) == Some(address) {
        return Ok(Outcome::Right);
    }
    let id = text(record, "id")?;
    let mut attributes = texts(&[("type", kind(job)), ("content", &address.to_string())]);
    for kept in ["prefix", "ttl"] {
        attributes[kept] = record["attributes"][kept].clone();
    }
    let new = object(&mut [("type", record["type"].clone()), ("id", id.as_str().into()), ("attributes", attributes)]);
    let answer = api.send("PATCH", &format!("{path}/{}", percent_encoded(id.as_bytes())), &new)?.to_string();
    if !answer.contains("\"priority\"") {
        return Err(api.ended(Answer::Unclear, "the answer does not show the record", answer.as_bytes()));
    }
    Ok(Outcome::Updated)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    Ok(Panel::open(job, http)?.records()?.iter().filter_map(held).collect())
}

/// The panel with a domain chosen.
struct Panel<'a> {
    job: &'a Job<'a>,
    api: Api<'a>,
    /// Of the domain's records.
    path: String,
    host: String,
}

impl<'a> Panel<'a> {
    fn open(job: &'a Job<'a>, http: &'a mut dyn Http) -> Step<Self> {
        let name = Name::of(job.section.domain.as_deref().unwrap_or_default());
        let (zone, cookies) = session(job, &name, &mut *http)?;
        let api =
            Api::new(job, http, BASE, complaint).with("Cookie", cookies.reveal()).with("Accept", "application/json");
        let path = format!("/api/domains/{}/dns/custom_records", percent_encoded(zone.as_bytes()));
        Ok(Self { job, api, path, host: name.within(&zone).to_owned() })
    }

    /// Records of the name, of the wanted kind; those of the zone itself have no prefix, or `@`.
    fn records(&mut self) -> Step<Vec<Value>> {
        let answer = self.api.get(&self.path)?;
        let mine = |record: &&Value| {
            let attributes = &record["attributes"];
            let prefix = attributes["prefix"].as_str().map(|prefix| if prefix.is_empty() { "@" } else { prefix });
            attributes["type"] == kind(self.job) && prefix.is_some_and(|own| own.eq_ignore_ascii_case(&self.host))
        };
        Ok(list(&answer["result"], "data")?.iter().filter(mine).cloned().collect())
    }
}

/// The zone, and the cookies of a session in which it is chosen.
fn session(job: &Job<'_>, name: &Name, http: &mut dyn Http) -> Step<(String, Secret)> {
    let mut browser = Browser::new(job, http, "one.com");
    login(job, &mut browser)?;
    // of a full name, the last two labels first, as ddns-scripts does
    let zones: Vec<&str> = name.zones().into_iter().rev().collect();
    let (zone, ()) = in_zone(&zones, &mut |zone| {
        let page =
            browser.open(&format!("{BASE}/select-admin-domain.do?domain={}", percent_encoded(zone.as_bytes())))?;
        let active = page.text.split_once("\"one.com:active-domain\"").and_then(|(_, rest)| attribute(rest, "content"));
        if active.is_some_and(|active| active.eq_ignore_ascii_case(zone)) {
            return Ok(());
        }
        Err(browser.ended(Answer::Refused(Refusal::NoHost), &format!("the account has no domain '{zone}'"), ""))
    })?;
    let cookies = Url::parse(&format!("{BASE}/api/")).map(|url| browser.cookies(&url)).unwrap_or_default();
    Ok((zone.to_owned(), cookies))
}

fn login(job: &Job<'_>, browser: &mut Browser<'_>) -> Step<()> {
    let page = browser.open(&format!("{BASE}/"))?;
    let Some(action) = form(&page) else {
        return Err(browser.ended(
            Answer::Unclear,
            "the login page has no login form, it may have changed:",
            &page.text,
        ));
    };
    let own = |name| option(job.section, name).unwrap_or_default().as_bytes();
    let fields = [("username", own("username")), ("password", own("password")), ("credentialId", &b""[..])];
    let page = browser.submit(&page, &action, &fields)?;
    // a login page again, or one that asks for more
    if page.text.contains("Invalid username or password") || page.url.path.contains("/login-actions/") {
        let why = "the login was not accepted: wrong user name or password, or a second factor is asked for";
        return Err(browser.ended(Answer::Refused(Refusal::BadAuth), why, ""));
    }
    Ok(())
}

/// Where the login form leads: the first one that calls itself so.
fn form(page: &Page) -> Option<String> {
    let mut tags = page.text.split("<form").skip(1).filter_map(|rest| rest.split('>').next());
    let calls_itself =
        |tag: &str, name| attribute(tag, name).is_some_and(|own| own.to_ascii_lowercase().contains("login"));
    let tag = tags.find(|tag| ["class", "id"].iter().any(|name| calls_itself(tag, name)))?;
    attribute(tag, "action").map(unescaped)
}

/// The value of the first attribute of that name.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let named = format!("{name}=\"");
    let own = |at: &usize| tag[..*at].ends_with(|before: char| before.is_ascii_whitespace());
    let at = tag.match_indices(&named).map(|(at, _)| at).find(own)?;
    tag[at + named.len()..].split('"').next()
}

fn held(record: &Value) -> Option<IpAddr> {
    record["attributes"]["content"].as_str()?.parse().ok()
}

fn complaint(answer: &Value) -> Option<String> {
    let first = &answer["errors"][0];
    ["detail", "title"].iter().find_map(|member| first[*member].as_str()).map(str::to_owned).or_else(|| message(answer))
}

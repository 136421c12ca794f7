//! cloudns.net: <https://www.cloudns.net/wiki/article/42/> (list 57, add 58, modify 60; 2026-11).
//!
//! Forms there, JSON back, errors with status 200. A list is an object with a member for each record; only an empty one is a list.

use std::net::IpAddr;

use serde_json::Value;

use super::{Field, Provider, Way, needed, option, optional, parameter};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Outcome, Step};
use crate::send::rest::{self, Call, List, Read, Rest};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "cloudns.net", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    optional("username", "the auth-id of an API user, where sub_auth_id is not used"),
    needed("password", "the API user's password"),
    optional(
        "param_opt",
        "sub_auth_id=ID of an API sub-user in place of username, ttl=SECONDS (60, 300, 900, 1800, 3600 and so on)",
    ),
    optional("rec_id", "the record's number, to choose among several records of the name"),
];

/// The API for a user who logs in by this field.
macro_rules! api {
    ($login:literal) => {
        Rest {
            base: "https://api.cloudns.net/dns",
            headers: |_| &[],
            apex: "",
            read: Read {
                list: List {
                    body: concat!($login, "&auth-password={password}&domain-name={zone}&host={host}&type={type}"),
                    keyed: true,
                    ..List::whole("/records.json", "")
                },
                name: ["/host", "{host}"],
                content: "/record",
                ..Rest::PLAIN.read
            },
            change: Call::new(
                "POST",
                "/mod-record.json",
                concat!(
                    $login,
                    "&auth-password={password}&domain-name={zone}&record-id={id}&host={host}&record={ip}&ttl={ttl}"
                ),
            ),
            create: Some(Call::new(
                "POST",
                "/add-record.json",
                concat!(
                    $login,
                    "&auth-password={password}&domain-name={zone}&record-type={type}&host={host}&record={ip}&ttl={ttl}"
                ),
            )),
            complaint: |answer| answer["statusDescription"].as_str().map(str::to_owned),
            sort,
            ..Rest::PLAIN
        }
    };
}

static USER: Rest = api!("auth-id={username}");
static SUB_USER: Rest = api!("sub-auth-id={sub_auth_id}");

fn api(job: &Job<'_>) -> &'static Rest {
    let sub_user = parameter(job.section, "sub_auth_id").or(option(job.section, "sub_auth_id"));
    if sub_user.is_some() { &SUB_USER } else { &USER }
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    rest::update(api(job), job, address, http)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    rest::registered(api(job), job, http)
}

fn sort(answer: &Value) -> Option<Answer> {
    if answer["status"] != "Failed" {
        return None;
    }
    Some(match answer["statusDescription"].as_str().unwrap_or_default() {
        said if said.starts_with("Invalid authentication") => Answer::Refused(Refusal::BadAuth),
        said if said.starts_with("Missing domain-name") => Answer::Refused(Refusal::NoHost),
        _ => Answer::Unclear,
    })
}

//! hosttech.eu: <https://api.ns1.hosttech.eu/api/documentation/> (2026-11).
//!
//! A record's address is called by its family. A PUT is sent the record as it was read, so that its comment stays.

use std::net::IpAddr;

use super::{Field, Provider, Way, needed, optional};
use crate::address::Family;
use crate::send::Job;
use crate::send::api::{Outcome, Step};
use crate::send::rest::{self, Call, List, Read, Rest, Zone};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "hosttech.eu", options: OPTIONS, way: Way::Code(update, Some(registered)) };

const OPTIONS: &[Field] = &[
    needed("domain", "the full name, or host@zone"),
    needed("password", "an API token, made in the DNS editor"),
    optional("rec_id", "the record's number, to choose among several records of the name"),
    optional("param_opt", "ttl=SECONDS, zone_id=NUMBER to save a question; also rec_id=NUMBER"),
];

const fn api(content: &'static str, change: &'static str, create: &'static str) -> Rest {
    Rest {
        base: "https://api.ns1.hosttech.eu/api/user/v1",
        headers: |_| &[("Authorization", "Bearer {password}"), ("Accept", "application/json")],
        apex: "",
        zone: Zone { list: List::whole("/zones?query={zone}", "/data"), ..Rest::PLAIN.zone },
        read: Read { list: List::whole("/zones/{zone_id}/records?type={type}", "/data"), content, ..Rest::PLAIN.read },
        change: Call::new("PUT", "/zones/{zone_id}/records/{id}", change).over_the_row(),
        create: Some(Call::new("POST", "/zones/{zone_id}/records", create)),
        ttl: 600,
        ..Rest::PLAIN
    }
}

static V4: Rest =
    api("/ipv4", r#"{"ipv4":"{ip}","ttl":{ttl}}"#, r#"{"type":"{type}","name":"{host}","ipv4":"{ip}","ttl":{ttl}}"#);
static V6: Rest =
    api("/ipv6", r#"{"ipv6":"{ip}","ttl":{ttl}}"#, r#"{"type":"{type}","name":"{host}","ipv6":"{ip}","ttl":{ttl}}"#);

fn of(job: &Job<'_>) -> &'static Rest {
    if job.section.family == Family::V6 { &V6 } else { &V4 }
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    rest::update(of(job), job, address, http)
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    rest::registered(of(job), job, http)
}

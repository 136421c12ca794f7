//! gandi.net: <https://api.gandi.net/docs/livedns>.
//!
//! API keys (`Apikey`) are deprecated there in favour of personal access tokens (`Bearer`), and no option tells which one the owner has. A
//! PUT replaces all values of name and type, and creates what is missing.

use std::net::IpAddr;

use super::{Field, Provider, Way, needed};
use crate::answer::{Answer, Refusal};
use crate::send::Job;
use crate::send::api::{Outcome, Step};
use crate::send::rest::{self, Call, List, Read, Rest, host_in_username};
use crate::world::Http;

pub(super) static PROVIDER: Provider =
    Provider { name: "gandi.net", options: OPTIONS, way: Way::Code(update, Some(registered)) };

/// Newer versions of ddns-scripts have a name of its own for tokens.
pub(super) static BY_TOKEN: Provider = Provider { name: "gandi.net-v2", options: OPTIONS, way: Way::Rest(&TOKEN) };

const OPTIONS: &[Field] = &[
    needed("domain", "the zone, as example.net"),
    needed("username", "the record's name within the zone, or @ for the zone itself"),
    needed("password", "a personal access token that may manage the zone (gandi.net takes an old API key too)"),
];

const API: Rest = Rest {
    base: "https://api.gandi.net/v5/livedns",
    headers: |_| &[("Authorization", "Apikey {password}")],
    name: host_in_username,
    read: Read {
        list: List { single: true, ..List::whole("/domains/{zone}/records/{host}/{type}", "") },
        none_is_404: true,
        name: ["", ""],
        kind: "",
        id: "",
        values: "/rrset_values",
        content: "",
        ttl: "/rrset_ttl",
        set: true,
        ..Rest::PLAIN.read
    },
    chosen: &[],
    change: Call::new("PUT", "/domains/{zone}/records/{host}/{type}", r#"{"rrset_ttl":{ttl},"rrset_values":["{ip}"]}"#),
    ttl: 600,
    ..Rest::PLAIN
};

static KEY: Rest = API;
static TOKEN: Rest = Rest { headers: |_| &[("Authorization", "Bearer {password}")], ..API };

/// As the holder of an API key, and then as the one of a token.
fn either<T>(speak: &mut dyn FnMut(&'static Rest) -> Step<T>) -> Step<T> {
    let locked_out = |answer: &Answer| matches!(answer, Answer::Refused(Refusal::BadAuth | Refusal::Forbidden));
    match speak(&KEY) {
        Err(first) if locked_out(&first.answer) => match speak(&TOKEN) {
            // a key that is known, but may not do this, says more than the same key taken for a token
            Err(second) if locked_out(&second.answer) && first.answer == Answer::Refused(Refusal::Forbidden) => {
                Err(first)
            }
            second => second,
        },
        first => first,
    }
}

fn update(job: &Job<'_>, address: IpAddr, http: &mut dyn Http) -> Step<Outcome> {
    either(&mut |rest| rest::update(rest, job, address, http))
}

fn registered(job: &Job<'_>, http: &mut dyn Http) -> Step<Vec<IpAddr>> {
    either(&mut |rest| rest::registered(rest, job, http))
}

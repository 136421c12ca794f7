//! The address the world gives for the name.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use crate::address::{Family, Known};
use crate::config::Section;
use crate::dns::Lookup;
use crate::world::Dns;

/// What DNS gives for `lookup_host`. "No such name" and "no such record" are facts; a server that fails or is silent is none.
pub fn registered(section: &Section, dns: &mut dyn Dns) -> Known<Vec<IpAddr>> {
    meaning(dns.lookup(&section.lookup_host, section.family, &section.via), &section.lookup_host, section.family)
}

/// What an answer of DNS says of `name`.
pub fn meaning(lookup: Lookup, name: &str, family: Family) -> Known<Vec<IpAddr>> {
    match lookup {
        Lookup::Addresses(addresses) => Known::Is(addresses),
        Lookup::NoSuchName => Known::Nothing(format!("'{name}' does not exist in DNS")),
        Lookup::NoRecord => Known::Nothing(format!("'{name}' has no {family} address in DNS")),
        Lookup::Failed(code) => Known::Unclear(format!("DNS cannot say the address of '{name}': {code}")),
        Lookup::NoAnswer(why) => Known::Unclear(format!("no DNS answer for '{name}': {why}")),
    }
}

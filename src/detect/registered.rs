//! The address the world gives for the name.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use crate::address::Known;
use crate::config::Section;
use crate::dns::Lookup;
use crate::world::Dns;

/// What DNS gives for `lookup_host`. "No such name" and "no such record" are facts; a server that fails or is silent is none.
pub fn registered(section: &Section, dns: &mut dyn Dns) -> Known<Vec<IpAddr>> {
    let name = &section.lookup_host;
    match dns.lookup(name, section.family, &section.via) {
        Lookup::Addresses(addresses) => Known::Is(addresses),
        Lookup::NoSuchName => Known::Nothing(format!("'{name}' does not exist in DNS")),
        Lookup::NoRecord => Known::Nothing(format!("'{name}' has no {} address in DNS", section.family)),
        Lookup::Failed(code) => Known::Unclear(format!("DNS cannot say the address of '{name}': {code}")),
        Lookup::NoAnswer(why) => Known::Unclear(format!("no DNS answer for '{name}': {why}")),
    }
}

//! What the configuration gives a zone, remembered beside its hosts: when it becomes another, the zone gets another serial, over restarts
//! too, and secondaries take it whole.
//!
//! The shelf keeps addresses of names, so the mark is one: a digest as an AAAA record of a name that is never answered or transferred.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};

use ring::digest::{SHA256, digest};

use super::apex::Apex;
use crate::account::Name;
use crate::pair::Pair;
use crate::world::{Records, Set};

/// The mark's place.
const PLACE: &[u8] = b"_configured\0";
/// The mark's name in its zone.
const LABEL: &str = "_configured";

/// Whether a place is the mark's.
pub(super) fn is_mark(place: &[u8]) -> bool {
    place == PLACE
}

/// The mark's full name.
fn name(zone: &str) -> Name {
    Name { label: LABEL.to_owned(), zone: zone.to_owned() }
}

/// Whether this row is the zone's mark and says that it is configured like this.
pub(super) fn says(zone: &str, apex: &Apex, owner: &str, address: IpAddr) -> bool {
    address == value(apex) && owner == name(zone).fqdn()
}

/// Whether this is the name of a zone's mark.
pub(super) fn is_owner(zone: &str, owner: &str) -> bool {
    owner == name(zone).fqdn()
}

/// What is put so that the zone is known to be configured like this.
pub(super) fn records(zone: &str, apex: &Apex) -> Records {
    Records { name: name(zone), ttl: 0, set: Pair { v4: Set::Keep, v6: Set::To(value(apex)) } }
}

fn value(apex: &Apex) -> IpAddr {
    let mut text = format!("{:?}", apex.soa(0));
    for server in &apex.servers {
        let _ = write!(text, " {server}");
    }
    let _ = write!(text, " {:?}", apex.fixed);
    let mut bits = [0; 16];
    for (to, from) in bits.iter_mut().zip(digest(&SHA256, text.as_bytes()).as_ref()) {
        *to = *from;
    }
    Ipv6Addr::from(bits).into()
}

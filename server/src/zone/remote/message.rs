//! The messages: updates of several names, the question for a zone's SOA, and an update that cannot happen (RFC 2136, RFC 1035).
//!
//! Pure: bytes out. It must not know who signs them, over which connection they go, or what becomes of them.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::str::FromStr;

use ddns::address::Family;
use ddns::dns::{Kind, question};
use domain::base::iana::{Class, Opcode, Rtype};
use domain::base::message_builder::{AnswerBuilder, AuthorityBuilder, MessageBuilder, PushError, TreeCompressor};
use domain::base::rdata::UnknownRecordData;
use domain::base::{Name as WireName, Ttl};
use domain::rdata::{A, Aaaa};

use crate::pair::FAMILIES;
use crate::world::{Records, Set};

/// Octets of names and records that one message may have: a message over TCP has 65,535, and the signature takes some.
pub(super) const ROOM: usize = 60_000;

/// A TTL has 31 bits (RFC 2181 section 8).
const LONGEST_TTL: u32 = 0x7fff_ffff;

type Target = TreeCompressor<Vec<u8>>;
type OwnName = WireName<Vec<u8>>;

/// Why there is no message of these records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The name cannot stand in a message.
    Name,
    /// An IPv6 address where an IPv4 one belongs, or the other way round.
    Family,
    /// More than 65,535 octets.
    Long,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Name => "the name does not fit into a DNS message: at most 63 characters between dots and 253 in all, no backslash",
            Self::Family => "an address is not of the family of its record",
            Self::Long => "the records do not fit into one DNS message",
        })
    }
}

impl From<PushError> for Misfit {
    fn from(_: PushError) -> Self {
        Self::Long
    }
}

/// How much of [`ROOM`] these records take at most: a name stands once in the prerequisite and twice for each family.
pub(super) fn size(records: &Records) -> usize {
    let name = records.name.label.len() + records.name.zone.len() + 3;
    5 * (name + 10) + 4 + 16
}

/// Whether the records can stand in a message at all, so that those of others need not suffer.
pub(super) fn fits(records: &Records) -> Result<(), Misfit> {
    wire(&records.name.zone)?;
    wire(&records.name.fqdn())?;
    FAMILIES.into_iter().try_for_each(|family| kind(family, *records.set.get(family)).map(|_| ()))
}

/// An update of one zone: each name on the condition that it is no alias (else servers pass over the address and say NOERROR, RFC 2136
/// section 3.4.2.2), each family that is not to be kept emptied, and filled with what is to be there. The id is zero.
pub(super) fn update<'a>(zone: &str, all: impl IntoIterator<Item = &'a Records> + Clone) -> Result<Vec<u8>, Misfit> {
    let mut conditions = begun(zone)?;
    for records in all.clone() {
        absent(&mut conditions, &wire(&records.name.fqdn())?, Rtype::CNAME)?;
    }
    let mut changes = conditions.authority();
    for records in all {
        let name = wire(&records.name.fqdn())?;
        for family in FAMILIES {
            change(&mut changes, &name, family, *records.set.get(family), records.ttl)?;
        }
    }
    Ok(changes.finish().into_target())
}

/// An update that changes nothing wherever prerequisites are heeded: it is on condition that the zone has no SOA. What it would do then is
/// to remove addresses of a name that nobody has, so that servers look up whether the key may.
pub(super) fn probe(zone: &str) -> Result<Vec<u8>, Misfit> {
    let mut conditions = begun(zone)?;
    absent(&mut conditions, &wire(zone)?, Rtype::SOA)?;
    let mut changes = conditions.authority();
    change(&mut changes, &wire(&format!("ddns-service-check.{zone}"))?, Family::V4, Set::Remove, 0)?;
    Ok(changes.finish().into_target())
}

/// The question for the zone's SOA, to its own server. The id is zero.
pub(super) fn soa(zone: &str) -> Result<Vec<u8>, Misfit> {
    question(zone, Kind::Zone, 0, false).map_err(|_| Misfit::Name)
}

fn wire(name: &str) -> Result<OwnName, Misfit> {
    let plain = name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    OwnName::from_str(name).ok().filter(|_| plain).ok_or(Misfit::Name)
}

fn begun(zone: &str) -> Result<AnswerBuilder<Target>, Misfit> {
    let mut builder = MessageBuilder::from_target(TreeCompressor::new(Vec::new())).map_err(|_| Misfit::Long)?;
    builder.header_mut().set_opcode(Opcode::UPDATE);
    let mut zones = builder.question();
    zones.push((&wire(zone)?, Rtype::SOA))?;
    Ok(zones.answer())
}

fn bare(kind: Rtype) -> Result<UnknownRecordData<&'static [u8]>, Misfit> {
    UnknownRecordData::from_octets(kind, &[][..]).map_err(|_| Misfit::Long)
}

/// The condition that there are no such records (section 2.4.3).
fn absent(conditions: &mut AnswerBuilder<Target>, name: &OwnName, kind: Rtype) -> Result<(), Misfit> {
    Ok(conditions.push((name, Class::NONE, Ttl::ZERO, bare(kind)?))?)
}

/// Of the records to be changed; `None` where they are to be kept.
fn kind(family: Family, set: Set) -> Result<Option<Rtype>, Misfit> {
    match (family, set) {
        (_, Set::Keep) => Ok(None),
        (Family::V4, Set::To(IpAddr::V6(_))) | (Family::V6, Set::To(IpAddr::V4(_))) => Err(Misfit::Family),
        (Family::V4, _) => Ok(Some(Rtype::A)),
        (Family::V6, _) => Ok(Some(Rtype::AAAA)),
    }
}

/// All records of the kind go (section 2.5.2), the new one comes (section 2.5.1).
fn change(
    changes: &mut AuthorityBuilder<Target>,
    name: &OwnName,
    family: Family,
    set: Set,
    ttl: u32,
) -> Result<(), Misfit> {
    let Some(kind) = kind(family, set)? else { return Ok(()) };
    changes.push((name, Class::ANY, Ttl::ZERO, bare(kind)?))?;
    let ttl = Ttl::from_secs(ttl.min(LONGEST_TTL));
    match set {
        Set::To(IpAddr::V4(address)) => changes.push((name, Class::IN, ttl, A::new(address)))?,
        Set::To(IpAddr::V6(address)) => changes.push((name, Class::IN, ttl, Aaaa::new(address)))?,
        Set::Keep | Set::Remove => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Name;
    use crate::pair::Pair;

    fn records(label: &str, zone: &str) -> Records {
        let name = Name { label: label.to_owned(), zone: zone.to_owned() };
        let set = Pair { v4: Set::To([192, 0, 2, 1].into()), v6: Set::To("2001:db8::1".parse().unwrap()) };
        Records { name, ttl: 60, set }
    }

    #[test]
    fn as_many_hosts_as_there_is_room_for_fit_into_one_message_even_with_the_longest_names() {
        let zone = [["z"; 63].concat(), ["y"; 50].concat()].join(".");
        let all: Vec<Records> = (0..64)
            .map(|number| records(&format!("{number:063}.{}.{}", ["m"; 63].concat(), ["n"; 9].concat()), &zone))
            .collect();
        assert!(all.iter().all(|records| fits(records).is_ok()));
        let taken = ROOM / size(&all[0]);
        assert!(taken < 64, "the room is what counts here: {taken}");
        // 150 for a signature
        assert!(update(&zone, &all[..taken]).unwrap().len() + 150 < 65_536);
        let small: Vec<Records> = (0..64).map(|number| records(&number.to_string(), "example.test")).collect();
        assert!(small.iter().map(size).sum::<usize>() < ROOM);
        assert!(update("example.test", &small).unwrap().len() < 6_000, "names are written once");
    }

    #[test]
    fn a_name_or_an_address_that_does_not_belong_is_no_message() {
        let mut other = records("host", "example.test");
        other.set.v4 = other.set.v6;
        assert_eq!(fits(&other), Err(Misfit::Family));
        for label in ["", "a..b", "a b", "a\\.b", &["n"; 64].concat(), &["n."; 130].concat()] {
            assert_eq!(fits(&records(label, "example.test")), Err(Misfit::Name), "{label}");
        }
        assert_eq!(fits(&records("@", "example.test")), Ok(()));
    }
}

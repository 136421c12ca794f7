//! Dynamic updates (RFC 2136): the questions before one, the message itself, and what an answer says.
//!
//! Pure: it must not know who is asked, by which transport, or who signs.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::wire::ParseError;
use domain::base::{Message, MessageBuilder};
use domain::rdata::Soa as SoaData;

use super::message::{ADDRESS_LIMIT, NameFault, Octets, OwnName, address, belongs, checked, record_type};
use crate::address::Family;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Addresses of a name.
    Addresses(Family),
    /// The zone that a name is in.
    Zone,
}

/// The head of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The zone's name, lower case, without a dot at its end.
    pub zone: String,
    /// Its primary name server (MNAME).
    pub primary: String,
}

/// What an answer says; nothing is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// RCODE; [`code_name`] gives its word.
    pub code: u8,
    /// The server has the zone itself (AA bit).
    pub authoritative: bool,
    /// Addresses of the very name, aliases not followed.
    pub addresses: Vec<IpAddr>,
    /// How long they hold, seconds.
    pub ttl: Option<u32>,
    /// The name is an alias (CNAME) for another one.
    pub alias: bool,
    /// The zone that the name is in, where the answer says so.
    pub soa: Option<Soa>,
}

/// An address to be the only one of its kind that `name` has.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The zone.
    pub zone: &'a str,
    /// A name in it.
    pub name: &'a str,
    /// The address.
    pub address: IpAddr,
    /// Seconds.
    pub ttl: u32,
}

/// A question in the form of RFC 1035; `recursion` asks the server to ask others.
pub fn question(name: &str, kind: Kind, id: u16, recursion: bool) -> Result<Vec<u8>, NameFault> {
    let name = checked(name)?;
    let kind = match kind {
        Kind::Addresses(family) => record_type(family),
        Kind::Zone => Rtype::SOA,
    };
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(id);
    builder.header_mut().set_rd(recursion);
    let mut question = builder.question();
    question.push((&name, kind)).map_err(|_| NameFault::Long(name.len()))?;
    Ok(question.finish())
}

/// The update: as long as the name is no alias, all its addresses of this kind go, and this one comes. A server that does not find it so
/// answers YXRRSET; without that condition it would pass over the address and call it done (section 3.4.2.2).
pub fn update(change: &Change<'_>, id: u16) -> Result<Vec<u8>, NameFault> {
    let (zone, name) = (checked(change.zone)?, checked(change.name)?);
    let (kind, data) = match change.address {
        IpAddr::V4(address) => (Rtype::A, address.octets().to_vec()),
        IpAddr::V6(address) => (Rtype::AAAA, address.octets().to_vec()),
    };
    let [high, low] = id.to_be_bytes();
    let head = [high, low, Opcode::UPDATE.to_int() << 3, 0, 0, 1, 0, 1, 0, 2, 0, 0];
    let part = |kind: Rtype, class: Class| {
        [name.as_slice(), &kind.to_int().to_be_bytes(), &class.to_int().to_be_bytes()].concat()
    };
    let size = [0, if change.address.is_ipv4() { 4 } else { 16 }];
    Ok([
        &head[..],
        zone.as_slice(),
        &Rtype::SOA.to_int().to_be_bytes(),
        &Class::IN.to_int().to_be_bytes(),
        // no alias there, whatever it may hold
        &part(Rtype::CNAME, Class::NONE),
        &[0; 6],
        &part(kind, Class::ANY),
        &[0; 6],
        &part(kind, Class::IN),
        &change.ttl.to_be_bytes(),
        &size,
        &data,
    ]
    .concat())
}

/// Whether `answer` is one to the message `asked`: by id and kind of message, as far as its head tells.
pub fn belongs_to_request(asked: &[u8], answer: &[u8]) -> bool {
    let (Ok(asked), Ok(answer)) = (Message::from_octets(asked), Message::from_octets(answer)) else { return false };
    let (asked, answer) = (asked.header(), answer.header());
    answer.qr() && answer.id() == asked.id() && answer.opcode() == asked.opcode()
}

/// The word for an RCODE.
pub fn code_name(code: u8) -> String {
    let code = Rcode::masked_from_int(code);
    code.to_mnemonic_str().map_or_else(|| format!("response code {code}"), str::to_owned)
}

/// What an answer says of `name`; `None` when it cannot be read.
pub fn read(answer: &[u8], name: &str, family: Family) -> Option<Told> {
    told(Message::from_octets(answer).ok()?, &checked(name).ok()?, family).ok()
}

fn told(message: Message<Octets<'_>>, name: &OwnName, family: Family) -> Result<Told, ParseError> {
    let (code, authoritative) = (message.header().rcode().to_int(), message.header().aa());
    let mut told = Told { code, authoritative, addresses: Vec::new(), ttl: None, alias: false, soa: None };
    for record in message.answer()? {
        let record = record?;
        if told.addresses.len() < ADDRESS_LIMIT && belongs(&record, name, record_type(family)) {
            told.addresses.extend(address(&record)?);
            let ttl = record.ttl().as_secs();
            told.ttl = Some(told.ttl.map_or(ttl, |least: u32| least.min(ttl)));
        }
        told.alias |= belongs(&record, name, Rtype::CNAME);
    }
    for record in message.answer()?.chain(message.authority()?) {
        let record = record?;
        // behind an alias stands the zone of another name
        let above = record.class() == Class::IN && name.ends_with(&record.owner());
        if let Some(soa) = record.to_record::<SoaData<_>>()?.filter(|_| above && told.soa.is_none()) {
            let text = |name: &dyn std::fmt::Display| name.to_string().trim_end_matches('.').to_ascii_lowercase();
            told.soa = Some(Soa { zone: text(soa.owner()), primary: text(soa.data().mname()) });
        }
    }
    Ok(told)
}

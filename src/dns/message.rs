//! One question about the addresses of a name, and what an answer to it says (RFC 1035, RFC 2308, RFC 6891).
//!
//! Pure: it must not know who was asked, by which transport, or how often.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;

use domain::base::iana::{Class, OptRcode, Rtype};
use domain::base::message::RecordSection;
use domain::base::message_builder::PushError;
use domain::base::name::ToName;
use domain::base::record::ParsedRecord;
use domain::base::wire::ParseError;
use domain::base::{Message, MessageBuilder, Name};
use domain::rdata::{A, Aaaa, Cname, Ns};

use super::Lookup;
use crate::address::Family;

/// Bytes of an answer we take by UDP: what crosses every link in one piece (RFC 6891 section 6.2.5, DNS flag day 2020).
pub const UDP_SIZE: u16 = 1232;

/// More addresses than this of one answer are not kept.
pub const ADDRESS_LIMIT: usize = 64;

/// More aliases than this, one behind the other, are taken for a loop; resolvers stop at 8 to 16.
const ALIAS_LIMIT: usize = 16;

/// Longest name in dotted form without the final dot (RFC 1035 section 2.3.4).
const NAME_LIMIT: usize = 253;

/// Longest label (RFC 1035 section 2.3.4).
const LABEL_LIMIT: usize = 63;

pub(super) type Octets<'a> = &'a [u8];
pub(super) type OwnName = Name<Vec<u8>>;

/// Why a text cannot be asked for as a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing there, or only a dot.
    Empty,
    /// Two dots in a row, or one at the beginning.
    EmptyLabel,
    /// A part between dots is longer than 63 bytes: how long.
    LongLabel(usize),
    /// All is longer than 253 bytes: how long.
    Long(usize),
    /// A character that no name of a host has.
    Character(char),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name is empty"),
            Self::EmptyLabel => f.write_str("the name has nothing between two dots"),
            Self::LongLabel(size) => write!(f, "a part of the name has {size} characters, {LABEL_LIMIT} are allowed"),
            Self::Long(size) => write!(f, "the name has {size} characters, {NAME_LIMIT} are allowed"),
            Self::Character(c) if !c.is_ascii() => write!(f, "the name has {c:?}, wanted its ASCII form (xn--...)"),
            Self::Character(c) => write!(f, "the name has {c:?}, wanted letters, digits, dots and hyphens"),
        }
    }
}

impl std::error::Error for NameFault {}

/// What a message that came means for the question that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The answer; never [`Lookup::NoAnswer`].
    Said(Lookup),
    /// The answer did not fit (TC bit): ask again by TCP.
    Truncated,
    /// The server did not like the form of the question (FORMERR, NOTIMP, BADVERS): ask again without EDNS.
    Unwelcome(String),
    /// No answer to this question: wrong id, other question, not a response. Wait on.
    NotOurs,
}

/// A question for A or AAAA records of `name`, offering EDNS with [`UDP_SIZE`] bytes; `recursion` sets RD.
pub fn query(name: &str, family: Family, id: u16, recursion: bool) -> Result<Vec<u8>, NameFault> {
    let name = checked(name)?;
    // only names beyond 255 bytes could fail to fit, and these do not pass `checked`
    build(&name, family, id, recursion, true).map_err(|_| NameFault::Long(name.len()))
}

/// The same question in the form of RFC 1035 alone, for servers and middle boxes that choke on EDNS.
pub fn query_without_edns(name: &str, family: Family, id: u16, recursion: bool) -> Result<Vec<u8>, NameFault> {
    let name = checked(name)?;
    build(&name, family, id, recursion, false).map_err(|_| NameFault::Long(name.len()))
}

fn build(name: &OwnName, family: Family, id: u16, recursion: bool, edns: bool) -> Result<Vec<u8>, PushError> {
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(id);
    builder.header_mut().set_rd(recursion);
    let mut question = builder.question();
    question.push((name, record_type(family)))?;
    let mut additional = question.additional();
    if edns {
        additional.opt(|opt| {
            opt.set_udp_payload_size(UDP_SIZE);
            Ok(())
        })?;
    }
    Ok(additional.finish())
}

pub(super) fn record_type(family: Family) -> Rtype {
    match family {
        Family::V4 => Rtype::A,
        Family::V6 => Rtype::AAAA,
    }
}

/// The name in wire form; a final dot may be there. Backslashes have no meaning: a host's name needs no escapes.
pub(super) fn checked(text: &str) -> Result<OwnName, NameFault> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() {
        return Err(NameFault::Empty);
    }
    if let Some(strange) = text.chars().find(|&c| !c.is_ascii_graphic() || "\\\"'`();".contains(c)) {
        return Err(NameFault::Character(strange));
    }
    if text.len() > NAME_LIMIT {
        return Err(NameFault::Long(text.len()));
    }
    let mut wire = Vec::with_capacity(text.len() + 2);
    for label in text.split('.') {
        let size = u8::try_from(label.len()).ok().filter(|&size| usize::from(size) <= LABEL_LIMIT);
        match size.ok_or(NameFault::LongLabel(label.len()))? {
            0 => return Err(NameFault::EmptyLabel),
            size => wire.push(size),
        }
        wire.extend_from_slice(label.as_bytes());
    }
    wire.push(0);
    Name::from_octets(wire).map_err(|_| NameFault::Long(text.len()))
}

/// What `message` says to the question `id`, `name`, `family`.
///
/// With `glue` (option `is_glue`, contract c10 of the recorded behaviour) addresses of `name` in the additional section count as well,
/// and a referral that names `name` as a server without an address of this family is [`Lookup::NoRecord`].
pub fn judge(message: &[u8], id: u16, name: &str, family: Family, glue: bool) -> Judged {
    let Ok(name) = checked(name) else { return Judged::NotOurs };
    let Ok(message) = Message::from_octets(message) else { return Judged::NotOurs };
    if !answers(&message, id, &name, family) {
        return Judged::NotOurs;
    }
    let question = Question { name, family, glue };
    match message.opt_rcode() {
        OptRcode::NOERROR | OptRcode::NXDOMAIN if message.header().tc() => Judged::Truncated,
        OptRcode::NOERROR => Judged::Said(question.addresses_in(&message).unwrap_or_else(Unreadable::told)),
        OptRcode::NXDOMAIN => Judged::Said(Lookup::NoSuchName),
        code @ (OptRcode::FORMERR | OptRcode::NOTIMP | OptRcode::BADVERS) => Judged::Unwelcome(code.to_string()),
        code if code.to_mnemonic_str().is_some() => Judged::Said(Lookup::Failed(code.to_string())),
        code => Judged::Said(Lookup::Failed(format!("response code {code}"))),
    }
}

/// A response with our id that repeats our question. Some servers leave the question out when they only complain.
fn answers(message: &Message<Octets<'_>>, id: u16, name: &OwnName, family: Family) -> bool {
    let header = message.header();
    if header.id() != id || !header.qr() || header.opcode() != domain::base::iana::Opcode::QUERY {
        return false;
    }
    match message.header_counts().qdcount() {
        0 => !matches!(message.opt_rcode(), OptRcode::NOERROR | OptRcode::NXDOMAIN),
        1 => message.sole_question().is_ok_and(|question| {
            question.qclass() == Class::IN && question.qtype() == record_type(family) && question.qname().name_eq(name)
        }),
        _ => false,
    }
}

/// Why an answer to our question is of no use.
enum Unreadable {
    Broken,
    Loop,
}

impl Unreadable {
    fn told(self) -> Lookup {
        Lookup::Failed(String::from(match self {
            Self::Broken => "an answer that cannot be read",
            Self::Loop => "a chain of aliases (CNAME) without end",
        }))
    }
}

impl From<ParseError> for Unreadable {
    fn from(_: ParseError) -> Self {
        Self::Broken
    }
}

/// What was asked.
struct Question {
    name: OwnName,
    family: Family,
    glue: bool,
}

impl Question {
    fn addresses_in(&self, message: &Message<Octets<'_>>) -> Result<Lookup, Unreadable> {
        let (last, mut found) = self.follow(message)?;
        if found.is_empty() && self.glue {
            found = self.addresses(message.additional()?, &self.name)?;
        }
        if found.is_empty() { self.none(message, &last) } else { Ok(Lookup::Addresses(found)) }
    }

    /// Goes along the aliases in the answer section: the name at their end and its addresses.
    fn follow(&self, message: &Message<Octets<'_>>) -> Result<(OwnName, Vec<IpAddr>), Unreadable> {
        let mut owner = self.name.clone();
        for _ in 0..=ALIAS_LIMIT {
            let found = self.addresses(message.answer()?, &owner)?;
            if !found.is_empty() {
                return Ok((owner, found));
            }
            match alias(message.answer()?, &owner)? {
                Some(target) => owner = target,
                None => return Ok((owner, found)),
            }
        }
        Err(Unreadable::Loop)
    }

    fn addresses(&self, section: RecordSection<'_, Octets<'_>>, owner: &OwnName) -> Result<Vec<IpAddr>, ParseError> {
        let mut found = Vec::new();
        for record in section {
            let record = record?;
            if found.len() < ADDRESS_LIMIT && belongs(&record, owner, record_type(self.family)) {
                found.extend(address(&record)?);
            }
        }
        Ok(found)
    }

    /// No address came. Only who can know says that there is none; a referral or a bare alias says nothing of it (RFC 2308 section 2.2).
    fn none(&self, message: &Message<Octets<'_>>, last: &OwnName) -> Result<Lookup, Unreadable> {
        let mut referral = None;
        let mut names_us = false;
        for record in message.authority()? {
            let record = record?;
            if record.rtype() == Rtype::SOA {
                return Ok(Lookup::NoRecord);
            }
            if let Some(ns) = record.to_record::<Ns<_>>()? {
                names_us |= ns.data().nsdname().name_eq(&self.name);
                referral = Some(ns.owner().to_string());
            }
        }
        let header = message.header();
        let glued = self.glue && names_us;
        Ok(match referral {
            Some(zone) if !header.aa() && !glued => {
                Lookup::Failed(format!("only a referral to the name servers of '{zone}'"))
            }
            None if *last != self.name && !header.ra() => {
                Lookup::Failed(format!("only an alias to '{last}', which this server does not look up"))
            }
            _ => Lookup::NoRecord,
        })
    }
}

pub(super) fn belongs(record: &ParsedRecord<'_, Octets<'_>>, owner: &OwnName, kind: Rtype) -> bool {
    record.rtype() == kind && record.class() == Class::IN && record.owner().name_eq(owner)
}

pub(super) fn address(record: &ParsedRecord<'_, Octets<'_>>) -> Result<Option<IpAddr>, ParseError> {
    if let Some(a) = record.to_record::<A>()? {
        return Ok(Some(IpAddr::V4(a.data().addr())));
    }
    Ok(record.to_record::<Aaaa>()?.map(|aaaa| IpAddr::V6(aaaa.data().addr())))
}

fn alias(section: RecordSection<'_, Octets<'_>>, owner: &OwnName) -> Result<Option<OwnName>, ParseError> {
    for record in section {
        let record = record?;
        if belongs(&record, owner, Rtype::CNAME)
            && let Some(cname) = record.to_record::<Cname<_>>()?
        {
            return Ok(Some(cname.data().cname().to_vec()));
        }
    }
    Ok(None)
}

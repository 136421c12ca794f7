//! A DNS question as it came: bytes in, what they ask out (RFC 1035 section 4, RFC 6891).
//!
//! Pure. Strict: what is not one well-formed question is none; what is an answer is not even that.
#![forbid(unsafe_code)]

use domain::base::header::HeaderSection;
use domain::base::iana::{Opcode, Rtype};
use domain::base::message::RecordSection;
use domain::base::name::ParsedName;
use domain::base::opt::{Opt, OptRecord};
use domain::base::{Message, Question};
use domain::rdata::Soa;

use super::place::Spelled;

/// Octets that an asker without EDNS takes over UDP (RFC 1035 section 4.2.1).
const PLAIN_SIZE: u16 = 512;

/// What EDNS said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edns {
    /// Octets that the asker takes over UDP.
    pub(super) size: u16,
    /// Anything but 0 is not known here.
    pub(super) version: u8,
    /// The DO bit; it is given back (RFC 3225 section 3).
    pub(super) dnssec_ok: bool,
}

/// One question.
pub(super) struct Asked<'a> {
    /// As it came, letter for letter.
    pub(super) question: Question<ParsedName<&'a [u8]>>,
    /// Its name to look up.
    pub(super) spelled: Spelled,
    /// If it came.
    pub(super) edns: Option<Edns>,
    /// The last record is a TSIG.
    pub(super) signed: bool,
    /// Of an IXFR: the serial that the asker has.
    pub(super) since: Option<u32>,
}

/// What cannot be answered as a question, by what is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Nothing at all: an answer, or not even a header. Who answers answers can be made to talk to itself.
    Silence,
    /// NOTIMP.
    Opcode,
    /// FORMERR.
    Form,
}

/// Reads a message.
pub(super) fn read(message: &Message<[u8]>) -> Result<Asked<'_>, Unreadable> {
    let header = message.header();
    if header.qr() {
        return Err(Unreadable::Silence);
    }
    if header.opcode() != Opcode::QUERY {
        return Err(Unreadable::Opcode);
    }
    parse(message).ok_or(Unreadable::Form)
}

fn parse(message: &Message<[u8]>) -> Option<Asked<'_>> {
    let counts = message.header_counts();
    let question = message.sole_question().ok()?;
    let spelled = Spelled::of(question.qname()).filter(|_| plain(message.as_slice()))?;
    let incremental = question.qtype() == Rtype::IXFR;
    if header_is_odd(message) || counts.ancount() != 0 || counts.nscount() != u16::from(incremental) {
        return None;
    }
    let (edns, signed) = extra(message.additional().ok()?)?;
    let since = if incremental { Some(serial(message)?) } else { None };
    Some(Asked { question, spelled, edns, signed, since })
}

/// Whether the first name is written out. Before it there is only the head to point at, and an answer with such a name would be longer than
/// its question. The crate's `is_compressed` passes over a pointer at a name's very beginning (as of 0.12.3).
fn plain(message: &[u8]) -> bool {
    let mut at = size_of::<HeaderSection>();
    loop {
        match message.get(at) {
            Some(0) => return true,
            Some(length @ 1..64) => at += 1 + usize::from(*length),
            Some(_) | None => return false,
        }
    }
}

/// A truncated question is none (RFC 1035 section 4.1.1).
fn header_is_odd(message: &Message<[u8]>) -> bool {
    message.header().tc()
}

fn serial(message: &Message<[u8]>) -> Option<u32> {
    let record = message.authority().ok()?.limit_to::<Soa<ParsedName<&[u8]>>>().next()?.ok()?;
    Some(record.data().serial().into_int())
}

/// The OPT record, at most one, and whether the last one is a TSIG.
fn extra(section: RecordSection<'_, [u8]>) -> Option<(Option<Edns>, bool)> {
    let (mut edns, mut signed) = (None, false);
    for record in section {
        let record = record.ok()?;
        // a signature is the last record, and there is one (RFC 8945 section 5.2)
        if signed {
            return None;
        }
        signed = record.rtype() == Rtype::TSIG;
        if record.rtype() != Rtype::OPT {
            continue;
        }
        let named = !record.owner().is_root();
        let opt = OptRecord::from(record.into_record::<Opt<_>>().ok()??);
        let said = Edns { size: opt.udp_payload_size(), version: opt.version(), dnssec_ok: opt.dnssec_ok() };
        if named || edns.replace(said).is_some() {
            return None;
        }
    }
    Some((edns, signed))
}

impl Asked<'_> {
    /// Octets that the asker takes over UDP, before our own limit.
    pub(super) fn size(&self) -> u16 {
        self.edns.map_or(PLAIN_SIZE, |edns| edns.size.max(PLAIN_SIZE))
    }
}

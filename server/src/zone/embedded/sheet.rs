//! An answer as bytes: what is said, in which section, and what goes when it does not fit (RFC 2181 section 9, RFC 6891).
//!
//! Pure but for TSIG's clock.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use domain::base::iana::{Class, Opcode, Rcode};
use domain::base::message_builder::{
    AdditionalBuilder, AnswerBuilder, AuthorityBuilder, MessageBuilder, PushError, RecordSectionBuilder,
    StaticCompressor,
};
use domain::base::{Message, ToName, Ttl};
use domain::rdata::{A, Aaaa, Ns};

use super::apex::Apex;
use super::asked::{Asked, Edns};
use super::catalog::Version;
use super::draft::{Draft, Part, Verdict, of_type};
use super::place::Spelled;
use super::sign::{Signer, sign};

/// What we say of ourselves in EDNS: octets we take over UDP.
pub(super) const OWN_SIZE: u16 = 1232;
/// Octets of an OPT record without options.
const OPT_SIZE: usize = 11;

/// Where answers are written.
pub(super) type Target = StaticCompressor<Vec<u8>>;

/// The frame of one answer.
pub(super) struct Sheet<'a> {
    /// What is answered.
    pub(super) message: &'a Message<[u8]>,
    /// Its EDNS.
    pub(super) edns: Option<Edns>,
    /// Octets at most.
    pub(super) limit: usize,
}

/// A response code and nothing else; what the message holds may not be understood, so none of it is given back (RFC 1035 section 4.1.1).
pub(super) fn header_only(message: &Message<[u8]>, rcode: Rcode, space: Vec<u8>) -> Vec<u8> {
    let Ok(mut builder) = MessageBuilder::from_target(StaticCompressor::new(space));
    let header = builder.header_mut();
    header.set_id(message.header().id());
    header.set_qr(true);
    header.set_opcode(message.header().opcode());
    header.set_rd(message.header().rd() && message.header().opcode() == Opcode::QUERY);
    header.set_rcode(rcode);
    builder.finish().into_target()
}

/// One address record; TTLs with the highest bit set are 0 (RFC 2181 section 8).
pub(super) fn push_address<N: ToName, S: RecordSectionBuilder<Target>>(
    to: &mut S,
    owner: &N,
    address: IpAddr,
    ttl: u32,
) -> Result<(), PushError> {
    let ttl = Ttl::from_secs(if i32::try_from(ttl).is_ok() { ttl } else { 0 });
    match address {
        IpAddr::V4(address) => to.push((owner, Class::IN, ttl, A::new(address))),
        IpAddr::V6(address) => to.push((owner, Class::IN, ttl, Aaaa::new(address))),
    }
}

/// The SOA of a version.
pub(super) fn push_soa<S: RecordSectionBuilder<Target>>(
    to: &mut S,
    apex: &Apex,
    serial: u32,
    ttl: Ttl,
) -> Result<(), PushError> {
    to.push((&apex.name, Class::IN, ttl, apex.soa(serial)))
}

impl Sheet<'_> {
    /// Writes the answer; one that does not fit is cut down to its head with TC set.
    pub(super) fn write(
        &self,
        asked: &Asked<'_>,
        draft: &Draft<'_>,
        signer: Option<Signer>,
        space: Vec<u8>,
    ) -> Verdict {
        let room = self.limit - signer.as_ref().map_or(0, |signer| usize::from(signer.key().compose_len()));
        let Some(mut answer) = self.fill(asked, draft, room, space) else {
            return Verdict::Silence;
        };
        answer.clear_push_limit();
        if signer.is_none_or(|signer| sign(signer, &mut answer)) {
            Verdict::Send(answer.finish().into_target())
        } else {
            Verdict::Silence
        }
    }

    fn fill(
        &self,
        asked: &Asked<'_>,
        draft: &Draft<'_>,
        room: usize,
        space: Vec<u8>,
    ) -> Option<AdditionalBuilder<Target>> {
        let mut builder = MessageBuilder::from_target(StaticCompressor::new(space)).ok()?;
        // the builder's limit is the first size that is too much
        builder.set_push_limit(room + 1 - self.edns.map_or(0, |_| OPT_SIZE));
        let mut answer = builder.start_answer(self.message, draft.rcode.rcode()).ok()?;
        answer.header_mut().set_aa(draft.version.is_some());
        let mut extra = match said(answer, asked, draft) {
            Ok(extra) => extra,
            Err(cut) => cut,
        };
        extra.set_push_limit(room + 1);
        if let Some(edns) = self.edns {
            extra
                .opt(|opt| {
                    opt.set_udp_payload_size(OWN_SIZE);
                    opt.set_dnssec_ok(edns.dnssec_ok);
                    opt.set_rcode(draft.rcode);
                    Ok(())
                })
                .ok()?;
        }
        Some(extra)
    }
}

/// All sections; or, when they do not fit, none of them, and TC says so.
fn said(
    mut answer: AnswerBuilder<Target>,
    asked: &Asked<'_>,
    draft: &Draft<'_>,
) -> Result<AdditionalBuilder<Target>, AdditionalBuilder<Target>> {
    let Some(version) = draft.version else {
        return Ok(answer.additional());
    };
    if answers(&mut answer, asked, &draft.answer, version).is_err() {
        return Err(answer.tc_rewind_into().additional());
    }
    let mut authority = answer.authority();
    if draft.denial && denies(&mut authority, version).is_err() {
        return Err(authority.answer().tc_rewind_into().additional());
    }
    let mut extra = authority.additional();
    if matches!(draft.answer, Part::Servers) {
        glue(&mut extra, version);
    }
    Ok(extra)
}

fn answers(
    answer: &mut AnswerBuilder<Target>,
    asked: &Asked<'_>,
    part: &Part<'_>,
    version: &Version,
) -> Result<(), PushError> {
    // the owner as it was asked, so that a resolver finds the letters' case again (0x20)
    let owner = asked.question.qname();
    match part {
        Part::Nothing => Ok(()),
        Part::Soa => answer.push((owner, Class::IN, Apex::ttl(), version.apex.soa(version.serial))),
        Part::Servers => version
            .apex
            .servers
            .iter()
            .try_for_each(|server| answer.push((owner, Class::IN, Apex::ttl(), Ns::new(server)))),
        Part::Addresses(node, rtype) => node
            .addresses()
            .filter(|(address, _)| of_type(*address, *rtype))
            .try_for_each(|(address, ttl)| push_address(answer, owner, address, ttl)),
    }
}

fn denies(authority: &mut AuthorityBuilder<Target>, version: &Version) -> Result<(), PushError> {
    authority.push((&version.apex.name, Class::IN, Apex::negative_ttl(), version.apex.soa(version.serial)))
}

/// Addresses of name servers inside the zone, as many as fit: they are a courtesy, nothing is cut for them.
fn glue(extra: &mut AdditionalBuilder<Target>, version: &Version) {
    let inside = version.apex.servers.iter().filter(|server| server.ends_with(&version.apex.name));
    for server in inside {
        let Some(spelled) = Spelled::of(server) else { continue };
        let place = spelled.place(server.label_count() - version.apex.name.label_count());
        let node = version.contents.at(place.as_slice());
        for (address, ttl) in node.into_iter().flat_map(super::contents::Node::addresses) {
            if push_address(extra, server, address, ttl).is_err() {
                return;
            }
        }
    }
}

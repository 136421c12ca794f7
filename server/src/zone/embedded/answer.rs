//! A question in, an answer out: what of a zone answers it, which code otherwise (RFC 1034 section 4.3.2, RFC 2308, RFC 4592, RFC 8482).
//!
//! Pure but for TSIG's clock. Knows no sockets.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::sync::Arc;

use domain::base::iana::{Class, OptRcode, Rcode, Rtype};
use domain::base::{Message, MessageBuilder};

use super::asked::{self, Asked, Unreadable};
use super::catalog::{Catalog, Version};
use super::contents::{Found, Node};
use super::draft::{Draft, Part, Verdict, Wanted, of_type};
use super::sheet::{Sheet, header_only};
use super::sign::Signer;

/// Octets over UDP, at most: what passes everywhere unfragmented (DNS flag day 2020).
const UDP_SIZE: usize = 1232;

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    /// From where.
    pub(super) address: IpAddr,
    /// Over UDP, else over TCP.
    pub(super) udp: bool,
}

/// Answers one message; `space` is used for the answer and its contents are lost.
pub(super) fn answer(bytes: &[u8], client: Client, catalog: &Catalog, space: Vec<u8>) -> Verdict {
    let Ok(message) = Message::from_slice(bytes) else {
        return Verdict::Silence;
    };
    match asked::read(message) {
        Err(Unreadable::Silence) => Verdict::Silence,
        Err(Unreadable::Opcode) => Verdict::Send(header_only(message, Rcode::NOTIMP, space)),
        Err(Unreadable::Form) => Verdict::Send(header_only(message, Rcode::FORMERR, space)),
        Ok(asked) if asked.signed => match catalog.keys.verify(bytes) {
            Ok((bare, signer)) => judge(bare.for_slice(), &asked, client, catalog, Some(signer), space),
            Err(said) => said.map_or(Verdict::Silence, Verdict::Send),
        },
        Ok(asked) => judge(message, &asked, client, catalog, None, space),
    }
}

/// Says only "ask over TCP": the question with TC, no longer than it came.
pub(super) fn slip(bytes: &[u8], space: Vec<u8>) -> Verdict {
    let Ok(message) = Message::from_slice(bytes) else {
        return Verdict::Silence;
    };
    let Ok(mut builder) = MessageBuilder::from_target(space);
    builder.header_mut().set_tc(true);
    match asked::read(message).map(|_| builder.start_answer(message, Rcode::NOERROR)) {
        Ok(Ok(head)) => Verdict::Send(head.finish()),
        Ok(Err(_)) | Err(_) => Verdict::Silence,
    }
}

fn judge(
    message: &Message<[u8]>,
    asked: &Asked<'_>,
    client: Client,
    catalog: &Catalog,
    signer: Option<Signer>,
    space: Vec<u8>,
) -> Verdict {
    let limit = if client.udp { usize::from(asked.size()).min(UDP_SIZE) } else { usize::from(u16::MAX) };
    let sheet = Sheet { message, edns: asked.edns, limit };
    let found = if asked.question.qclass() == Class::IN { catalog.find(&asked.spelled) } else { None };
    let Some((zone, place)) = found.filter(|_| asked.edns.is_none_or(|edns| edns.version == 0)) else {
        let rcode = asked.edns.filter(|edns| edns.version != 0).map_or(Rcode::REFUSED.into(), |_| OptRcode::BADVERS);
        return sheet.write(asked, &Draft::only(rcode), signer, space);
    };
    let version = zone.now.load();
    let apex = place.as_slice().is_empty();
    match asked.question.qtype() {
        Rtype::AXFR | Rtype::IXFR => {
            if !apex || !may_transfer(client, catalog, signer.as_ref()) || (client.udp && asked.since.is_none()) {
                return sheet.write(asked, &Draft::only(Rcode::REFUSED), signer, space);
            }
            if client.udp {
                // RFC 1995 section 2: the SOA alone says "ask over TCP"
                let draft =
                    Draft { rcode: OptRcode::NOERROR, version: Some(&version), answer: Part::Soa, denial: false };
                return sheet.write(asked, &draft, signer, space);
            }
            let question = message.as_slice().to_vec();
            let Ok(question) = Message::from_octets(question) else { return Verdict::Silence };
            Verdict::Transfer(Box::new(Wanted {
                question,
                zone: Arc::clone(zone),
                since: asked.since,
                edns: asked.edns,
                signer,
            }))
        }
        Rtype::OPT | Rtype::TSIG | Rtype::TKEY | Rtype::MAILA | Rtype::MAILB => {
            sheet.write(asked, &Draft::only(Rcode::NOTIMP), signer, space)
        }
        rtype => {
            let found = version.contents.find(&place);
            sheet.write(asked, &draft(&version, apex, &found, rtype), signer, space)
        }
    }
}

fn may_transfer(client: Client, catalog: &Catalog, signer: Option<&Signer>) -> bool {
    catalog.is_secondary(client.address) && (catalog.keys.0.is_none() || signer.is_some())
}

/// What a zone says of a name.
fn draft<'v>(version: &'v Version, apex: bool, found: &Found<'v>, rtype: Rtype) -> Draft<'v> {
    let node = if let Found::Node(node) = found { Some(*node) } else { None };
    let answer = match rtype {
        // RFC 8482 section 4.1: of all types, one
        Rtype::SOA | Rtype::ANY if apex => Part::Soa,
        Rtype::NS if apex => Part::Servers,
        Rtype::A | Rtype::AAAA => addresses(node, rtype),
        Rtype::ANY => match addresses(node, Rtype::A) {
            Part::Nothing => addresses(node, Rtype::AAAA),
            some => some,
        },
        _ => Part::Nothing,
    };
    let missing = matches!(found, Found::Nothing) && !apex;
    let rcode = if missing { OptRcode::NXDOMAIN } else { OptRcode::NOERROR };
    let denial = matches!(answer, Part::Nothing);
    Draft { rcode, version: Some(version), answer, denial }
}

fn addresses(node: Option<&Node>, rtype: Rtype) -> Part<'_> {
    let node = node.filter(|node| node.addresses().any(|(address, _)| of_type(address, rtype)));
    node.map_or(Part::Nothing, |node| Part::Addresses(node, rtype))
}

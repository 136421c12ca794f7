//! Zone transfers (RFC 5936, RFC 1995): a version of a zone, or the way to it, as messages made one after the other while they are sent.
//!
//! Knows no sockets: it gives messages, the connection carries them.
#![forbid(unsafe_code)]

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use domain::base::iana::{Class, Rcode};
use domain::base::message_builder::{AdditionalBuilder, AnswerBuilder, MessageBuilder, PushError, StaticCompressor};
use domain::base::{Message, Serial};
use domain::rdata::Ns;
use domain::rdata::tsig::Time48;
use domain::tsig::{Key, ServerSequence};

use super::apex::{Apex, Kept};
use super::asked::Edns;
use super::catalog::Version;
use super::place::full_name;
use super::sheet::{OWN_SIZE, Target, push_address, push_soa};
use super::sign::Signer;
use super::writer::place;
use crate::world::ZoneChange;

/// Octets of one message: compression reaches no further (RFC 1035 section 4.1.4).
const MESSAGE: usize = 16_000;
/// A journal this much longer than the zone is not sent: the zone is shorter.
const LONGER: usize = 1000;

/// One record of a transfer.
enum Line {
    Soa(u32),
    Server(Kept),
    Address(Vec<u8>, IpAddr, u32),
}

/// The records of one transfer, in their order.
pub(super) struct Lines<'v> {
    rest: Box<dyn Iterator<Item = Line> + Send + 'v>,
}

impl<'v> Lines<'v> {
    /// The whole zone.
    pub(super) fn whole(version: &'v Version) -> Self {
        let servers = version.apex.servers.iter().cloned().map(Line::Server);
        let addresses = version.contents.iter().flat_map(|(place, node)| {
            node.addresses().map(move |(address, ttl)| Line::Address(place.to_vec(), address, ttl))
        });
        let soa = || std::iter::once(Line::Soa(version.serial));
        Self { rest: Box::new(soa().chain(servers).chain(addresses).chain(soa())) }
    }

    /// Only the SOA: who asks has what there is (RFC 1995 section 2).
    pub(super) fn current(version: &Version) -> Self {
        Self { rest: Box::new(std::iter::once(Line::Soa(version.serial))) }
    }

    /// What changed from this serial to the version's; `None` when the whole zone is shorter, or the changes do not lead to the version.
    pub(super) fn changes(version: &'v Version, since: u32, changes: Vec<ZoneChange>) -> Option<Self> {
        let wanted = |change: &ZoneChange| at_most(change.serial, version.serial);
        let changes: Vec<_> = changes.into_iter().filter(wanted).collect();
        let leads = changes.last().is_some_and(|last| last.serial == version.serial);
        // what is configured became another: no change of a host's says how
        let configured = changes.iter().any(|change| place(&change.owner, &version.apex).is_none());
        if !leads || configured || changes.len() > version.contents.len() + LONGER {
            return None;
        }
        let mut before = since;
        let steps: Vec<_> = changes.chunk_by(|one, next| one.serial == next.serial).map(<[_]>::to_vec).collect();
        let steps = steps.into_iter().flat_map(move |step| {
            let serial = step.first().map_or(before, |change| change.serial);
            let lines = difference(&version.apex, before, serial, &step);
            before = serial;
            lines
        });
        let soa = || std::iter::once(Line::Soa(version.serial));
        Some(Self { rest: Box::new(soa().chain(steps).chain(soa())) })
    }
}

/// Whether the asker's serial is the version's or newer (RFC 1982 section 3.2).
pub(super) fn has_it(version: &Version, since: u32) -> bool {
    at_most(version.serial, since)
}

fn at_most(serial: u32, other: u32) -> bool {
    matches!(Serial(serial).partial_cmp(&Serial(other)), Some(Ordering::Less | Ordering::Equal))
}

/// One step of an IXFR: what goes behind the old SOA, what comes behind the new one.
fn difference(apex: &Apex, before: u32, serial: u32, step: &[ZoneChange]) -> Vec<Line> {
    let side = |of: fn(&ZoneChange) -> Option<(IpAddr, u32)>| {
        step.iter().filter_map(move |change| {
            let place = place(&change.owner, apex)?;
            let (address, ttl) = of(change)?;
            let seen = !apex.fixed.contains_key(place.as_slice());
            seen.then(|| Line::Address(place.as_slice().to_vec(), address, ttl))
        })
    };
    let mut lines = vec![Line::Soa(before)];
    lines.extend(side(|change| change.old));
    lines.push(Line::Soa(serial));
    lines.extend(side(|change| change.new));
    lines
}

/// A transfer on its way.
pub(super) struct Transfer<'v> {
    version: &'v Version,
    lines: Lines<'v>,
    /// Taken from the lines, but in no message yet.
    waiting: Option<Line>,
    question: Message<Vec<u8>>,
    edns: Option<Edns>,
    signer: Option<ServerSequence<Arc<Key>>>,
    begun: bool,
}

impl<'v> Transfer<'v> {
    /// Answers this question by these records.
    pub(super) fn of(
        version: &'v Version,
        lines: Lines<'v>,
        question: Message<Vec<u8>>,
        edns: Option<Edns>,
        signer: Option<Signer>,
    ) -> Self {
        let signer = signer.map(ServerSequence::from);
        Self { version, lines, waiting: None, question, edns, signer, begun: false }
    }

    /// The next message, written into `space`; `None` behind the last one.
    pub(super) fn next(&mut self, space: Vec<u8>) -> Option<Vec<u8>> {
        let line = self.waiting.take().or_else(|| self.lines.rest.next())?;
        self.waiting = Some(line);
        let mut answer = self.head(space)?;
        answer.set_push_limit(MESSAGE);
        let mut empty = true;
        while let Some(line) = self.waiting.take() {
            if push(&mut answer, self.version, &line).is_err() {
                if empty {
                    return None;
                }
                self.waiting = Some(line);
                break;
            }
            empty = false;
            self.waiting = self.lines.rest.next();
        }
        answer.clear_push_limit();
        self.tail(answer.additional())
    }

    fn head(&mut self, space: Vec<u8>) -> Option<AnswerBuilder<Target>> {
        let Ok(mut builder) = MessageBuilder::from_target(StaticCompressor::new(space));
        builder.header_mut().set_aa(true);
        if !std::mem::replace(&mut self.begun, true) {
            return builder.start_answer(&self.question, Rcode::NOERROR).ok();
        }
        let header = builder.header_mut();
        header.set_id(self.question.header().id());
        header.set_qr(true);
        Some(builder.answer())
    }

    fn tail(&mut self, mut extra: AdditionalBuilder<Target>) -> Option<Vec<u8>> {
        if self.edns.is_some() {
            extra
                .opt(|opt| {
                    opt.set_udp_payload_size(OWN_SIZE);
                    Ok(())
                })
                .ok()?;
        }
        if let Some(signer) = &mut self.signer {
            signer.answer(&mut extra, Time48::now()).ok()?;
        }
        Some(extra.finish().into_target())
    }
}

fn push(answer: &mut AnswerBuilder<Target>, version: &Version, line: &Line) -> Result<(), PushError> {
    let apex = &version.apex;
    match line {
        Line::Soa(serial) => push_soa(answer, apex, *serial, Apex::ttl()),
        Line::Server(server) => answer.push((&apex.name, Class::IN, Apex::ttl(), Ns::new(server))),
        Line::Address(place, address, ttl) => match full_name(place, &apex.name) {
            Some(owner) => push_address(answer, &owner, *address, *ttl),
            None => Ok(()),
        },
    }
}

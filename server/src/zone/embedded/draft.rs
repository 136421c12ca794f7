//! What becomes of a message, and what is to be said before it is written.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::sync::Arc;

use domain::base::Message;
use domain::base::iana::{OptRcode, Rtype};

use super::asked::Edns;
use super::catalog::{Served, Version};
use super::contents::Node;
use super::sign::Signer;

/// What becomes of a message.
pub(super) enum Verdict {
    /// Nothing.
    Silence,
    /// This goes back.
    Send(Vec<u8>),
    /// The whole zone, or what changed, goes back in many messages.
    Transfer(Box<Wanted>),
}

/// A transfer that was asked for by who may.
pub(super) struct Wanted {
    /// The question, without its signature.
    pub(super) question: Message<Vec<u8>>,
    /// Which zone.
    pub(super) zone: Arc<Served>,
    /// Of an IXFR: the serial that the asker has.
    pub(super) since: Option<u32>,
    /// Its EDNS.
    pub(super) edns: Option<Edns>,
    /// Where it was signed.
    pub(super) signer: Option<Signer>,
}

/// Records of one answer section.
pub(super) enum Part<'v> {
    /// None.
    Nothing,
    /// The SOA.
    Soa,
    /// The name servers.
    Servers,
    /// Addresses of one type.
    Addresses(&'v Node, Rtype),
}

/// What to say, before it is written.
pub(super) struct Draft<'v> {
    /// The response code.
    pub(super) rcode: OptRcode,
    /// The zone that says so; without one, it is not said with authority.
    pub(super) version: Option<&'v Version>,
    /// The answer section.
    pub(super) answer: Part<'v>,
    /// The SOA in the authority section.
    pub(super) denial: bool,
}

impl Draft<'_> {
    /// A response code and nothing else.
    pub(super) fn only(rcode: impl Into<OptRcode>) -> Self {
        Self { rcode: rcode.into(), version: None, answer: Part::Nothing, denial: false }
    }
}

/// Whether an address belongs into records of this type.
pub(super) fn of_type(address: IpAddr, rtype: Rtype) -> bool {
    match address {
        IpAddr::V4(_) => rtype == Rtype::A,
        IpAddr::V6(_) => rtype == Rtype::AAAA,
    }
}

//! DNS messages: bytes in, bytes out (RFC 1035), dynamic updates (RFC 2136), their signatures (RFC 8945). No sockets.
#![forbid(unsafe_code)]

use std::net::IpAddr;

mod hmac;
mod key_file;
mod message;
mod tsig;
mod update;

pub use hmac::Algorithm;
pub use key_file::{KeyFileFault, WrittenKey, keys};
pub use message::{ADDRESS_LIMIT, Judged, NameFault, UDP_SIZE, judge, query, query_without_edns};
pub use tsig::{FUDGE, Key, Objection, Seal, Signed};
pub use update::{Change, Kind, Soa, Told, belongs_to_request, code_name, question, read, update};

/// What DNS said about a name. Four kinds of "no" that mean four things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// These addresses, in the server's order, never empty.
    Addresses(Vec<IpAddr>),
    /// NXDOMAIN: the name does not exist (yet).
    NoSuchName,
    /// The name exists, but has no record of this family.
    NoRecord,
    /// The server answered, but cannot or will not say: SERVFAIL, REFUSED, ... with its name.
    Failed(String),
    /// Nothing usable came in time; the text says from whom and what happened.
    NoAnswer(String),
}

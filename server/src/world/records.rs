//! Records to be put into the DNS, and who puts them there.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;

use crate::account::Name;
use crate::pair::Pair;

/// What is to be with the records of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Not ours: they stay as they are.
    Keep,
    /// There is to be none.
    Remove,
    /// There is to be this one and no other.
    To(IpAddr),
}

/// The whole truth of one name. Pushing the same twice does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// The name.
    pub name: Name,
    /// Seconds.
    pub ttl: u32,
    /// By family.
    pub set: Pair<Set>,
}

impl Records {
    /// Whether nothing is to be changed.
    #[must_use]
    pub fn idle(&self) -> bool {
        self.set == Pair { v4: Set::Keep, v6: Set::Keep }
    }
}

/// Why records are not known to be in the DNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneFault {
    /// The server said no, signed where a key is used; the word of its response code (RFC 2136 section 2.2).
    Refused(String),
    /// The name is an alias (CNAME) there, or the zone's server found another prerequisite unmet.
    Alias,
    /// Our signature was not taken: key, secret or clock differ; the sentence says which.
    Signature(String),
    /// The answer was not signed, or not by the key: whoever sent it, it proves nothing.
    Unproven(String),
    /// Nothing usable came: no time, another message's answer, the connection broke. It may have been done or not, or will be yet.
    Unknown(String),
    /// It never left: nobody listens there, no connection, too many before it.
    NotSent(String),
    /// This program cannot ask: no such zone here, no key, a name that does not fit.
    NotAsked(String),
}

impl fmt::Display for ZoneFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(word) => write!(f, "the name server refused: {word}"),
            Self::Alias => f.write_str("the name is an alias (CNAME) there; remove that record first"),
            Self::Signature(said) => write!(f, "the name server did not take our signature: {said}"),
            Self::Unproven(said) => write!(f, "an answer that proves nothing: {said}"),
            Self::Unknown(said) => write!(f, "no usable answer: {said}"),
            Self::NotSent(said) => write!(f, "the name server cannot be asked: {said}"),
            Self::NotAsked(said) => write!(f, "not asked: {said}"),
        }
    }
}

impl std::error::Error for ZoneFault {}

impl ZoneFault {
    /// Whether what was sent may still come into the DNS: there is no answer, or none that is proven.
    #[must_use]
    pub fn late(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Unproven(_))
    }
}

/// What a look at one zone's server found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The zone.
    pub zone: String,
    /// What is well, in a sentence; or what is not, and what the operator should do.
    pub said: Result<String, String>,
}

/// The DNS, as far as this program may change it.
#[async_trait::async_trait]
pub trait Zone: Send + Sync {
    /// Makes these the records of their name. `Ok` only after a verified answer. Never called twice at once for one name.
    async fn push(&self, records: &Records) -> Result<(), ZoneFault>;

    /// Asks the zone's server, signed, without changing anything.
    async fn check(&self, zone: &str) -> Checked;
}

/// One record set of an embedded zone that became another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneChange {
    /// The serial that it made.
    pub serial: u32,
    /// Full name, lower-case A-labels.
    pub owner: String,
    /// The address and TTL that went.
    pub old: Option<(IpAddr, u32)>,
    /// The address and TTL that came.
    pub new: Option<(IpAddr, u32)>,
}

/// Where the embedded server keeps its zones: the same database, other tables. More than one program may write there (the daemon and the
/// command line), so what is in memory follows the serials.
#[async_trait::async_trait]
pub trait Shelf: Send + Sync {
    /// The zone's serial and all its address records; a zone that was never stored is made with serial 1.
    async fn zone(&self, zone: &str) -> Result<(u32, Vec<(String, IpAddr, u32)>), super::StoreFault>;

    /// Puts record sets into one zone in one transaction: each set that differs is written down with the next serial (one serial for the
    /// whole call). Returns what changed; nothing and the same serial when all was so already.
    async fn put(&self, zone: &str, records: &[Records]) -> Result<(u32, Vec<ZoneChange>), super::StoreFault>;

    /// What changed after `serial`, oldest first, for IXFR and for following other writers; `None` when the journal does not reach back.
    async fn since(&self, zone: &str, serial: u32) -> Result<Option<Vec<ZoneChange>>, super::StoreFault>;
}

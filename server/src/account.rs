//! Who may change what: users, their hosts, the tokens of a host.
//!
//! Pure nouns. They know neither how a row looks in a database nor what a request looks like.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;

use ddns::secret::Secret;

use crate::moment::Moment;
use crate::pair::Pair;

/// A user as the database has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The row's number.
    pub id: i64,
    /// What the user logs in with.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// The password's hash, a PHC string of Argon2.
    pub password: Secret,
    /// How many hosts the user may have; `None` is any number.
    pub host_limit: Option<u32>,
}

/// A host's place in the DNS. Both parts are lower-case A-labels without a dot at the end; `request` and `admin` make them so.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// What stands before the zone; may hold dots; `@` is the zone itself.
    pub label: String,
    /// The zone.
    pub zone: String,
}

impl Name {
    /// The full name.
    #[must_use]
    pub fn fqdn(&self) -> String {
        if self.label == "@" { self.zone.clone() } else { format!("{}.{}", self.label, self.zone) }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fqdn())
    }
}

/// What is known of one family of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Held {
    /// The address its record is to have; `None` means that there is to be no record.
    pub address: Option<IpAddr>,
    /// The newest address it ever had: what a mail about an expired record shows.
    pub last: Option<IpAddr>,
    /// When `address` last became another one.
    pub changed: Option<Moment>,
    /// When a client last said that the address holds, changed or not.
    pub seen: Option<Moment>,
    /// When the record goes if nobody says so again; `None` is never.
    pub expires: Option<Moment>,
}

impl Held {
    /// Whether this program ever set the record: one it never touched is not its to remove.
    #[must_use]
    pub fn ours(&self) -> bool {
        self.last.is_some()
    }
}

/// A host as the database has it: what its records are to be, and how far the DNS is known to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The row's number.
    pub id: i64,
    /// Whose it is.
    pub user: i64,
    /// Its name.
    pub name: Name,
    /// TTL of its records, seconds.
    pub dns_ttl: u32,
    /// How long an address holds without an update, seconds; 0 is for ever.
    pub expiry_ttl: u32,
    /// What is wanted, by family.
    pub held: Pair<Held>,
    /// Grows by one with each change of what is wanted.
    pub generation: i64,
    /// The newest generation that the DNS is known to have, by a verified answer.
    pub applied: i64,
    /// From where the last update came.
    pub source: Option<IpAddr>,
    /// When accepted changes came, newest last, no more than limits need.
    pub recent: Vec<Moment>,
    /// The owner is deleting it: its records go, then its row.
    pub leaving: bool,
}

/// SHA-256 of a token; the token itself is kept nowhere.
pub type Digest = [u8; 32];

/// What stands for a password, for one host only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The row's number; `token revoke` takes it.
    pub id: i64,
    /// Whose it is.
    pub user: i64,
    /// The one host it is good for.
    pub host: i64,
    /// What the owner calls it.
    pub note: String,
    /// When it was made.
    pub made: Moment,
}

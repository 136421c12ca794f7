//! The database as the corridors see it. Questions of the busy paths come in batches, because one transaction for sixty-four requests costs
//! hardly more than one for each. Nothing is decided there: what a row is to become is said whole, on the condition that it is still as read.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use ddns::address::Family;
use ddns::secret::Secret;

use super::Letter;
use super::wants::{Lease, Settled, Touch, Undone, Want, Wanted};
use crate::account::{Digest, Host, Name, Token, User};
use crate::moment::Moment;

/// Which hosts a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// These full names, in this order.
    Named(Vec<String>),
    /// The account's only one: old routers cannot name it.
    Only,
}

/// What one request needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// By name.
    pub user: Option<String>,
    /// By the digest of what came as password, if it can be a token.
    pub token: Option<Digest>,
    /// By name, or through the user (`Only` without a user finds the token's host).
    pub hosts: Wish,
}

/// What is known of it; `None` where there is no such row. Hosts of other users are found too: whose they are, `decide` looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The user of that name; without a name, the token's user.
    pub user: Option<User>,
    /// The token of that digest.
    pub token: Option<Token>,
    /// One for each name asked for, in that order; for `Wish::Only`, all of the user's hosts, at most two.
    pub hosts: Vec<Option<Host>>,
}

/// What happened to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A client changed the address.
    Update,
    /// Nobody had said for `expiry_ttl` that it holds.
    Expiry,
    /// Someone at the command line or on the page did.
    Admin,
}

/// A line of a host's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub kind: EventKind,
    /// Which record.
    pub family: Family,
    /// What it was.
    pub old: Option<IpAddr>,
    /// What it became.
    pub new: Option<IpAddr>,
    /// From where it was asked for.
    pub source: Option<IpAddr>,
}

/// Which hosts a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFilter {
    /// All of them.
    All,
    /// Of this user, by name.
    Of(String),
}

/// A user to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Unique.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// PHC string.
    pub password: Secret,
    /// `None` is any number.
    pub host_limit: Option<u32>,
}

/// A host to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHost {
    /// Its owner's name.
    pub user: String,
    /// Its name; unique by its full name, whatever the zone.
    pub name: Name,
    /// Seconds.
    pub dns_ttl: u32,
    /// Seconds; 0 is never.
    pub expiry_ttl: u32,
}

/// Why the database did not take an order of the operator's; its sentence is fit to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// There is one of this name.
    Exists,
    /// There is no such user.
    NoUser,
    /// There is no such host.
    NoHost,
    /// There is no such token.
    NoToken,
    /// The user still has hosts.
    HasHosts,
    /// The user may not have more hosts.
    TooMany(u32),
}

/// A letter taken out of the box to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The row's number.
    pub id: i64,
    /// How often it was tried before.
    pub tries: u32,
    /// The letter.
    pub letter: Letter,
}

/// What waits in the database to be carried out, by whichever instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Hosts whose newest generation the DNS is not known to have.
    pub hosts: u64,
    /// Letters in the outbox.
    pub letters: u64,
}

/// The database did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// Not now: no connection, locked, full. Nothing was written.
    Away(String),
    /// It may have been written or not: the connection broke while a transaction was being ended.
    Unknown(String),
    /// It was made by a newer program, or is not one of ours; the sentence says what to do.
    Foreign(String),
    /// What an operator asked for cannot be.
    Rejected(Rejected),
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("there is one of this name already"),
            Self::NoUser => f.write_str("there is no such user"),
            Self::NoHost => f.write_str("there is no such hostname"),
            Self::NoToken => f.write_str("there is no such token"),
            Self::HasHosts => f.write_str("the user still has hostnames; delete them first"),
            Self::TooMany(limit) => write!(f, "the user may have no more than {limit} hostnames"),
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(said) => write!(f, "the database cannot be used: {said}"),
            Self::Unknown(said) => write!(f, "the database went away while it was writing: {said}"),
            Self::Foreign(said) => f.write_str(said),
            Self::Rejected(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for StoreFault {}

/// The database. One contract test runs on every body of this trait. Batches are answered item by item, in their order.
#[async_trait::async_trait]
pub trait Store: Send + Sync {
    /// Looks up what requests need, all of them in as few statements as can be.
    async fn look(&self, asked: &[Asked]) -> Result<Vec<Found>, StoreFault>;

    /// Writes what is wanted, all in one transaction that is on disk when this returns; items do not hinder each other.
    async fn want(&self, wants: &[Want]) -> Result<Vec<Wanted>, StoreFault>;

    /// Notes that addresses still hold; `false` where the row has moved on.
    async fn touch(&self, touches: &[Touch]) -> Result<Vec<bool>, StoreFault>;

    /// Notes that the DNS has `(host, generation)`, and gives the lease back where that is the newest. The row of a host that is leaving
    /// goes with it, or when no late message can come any more: see [`super::LATE`].
    async fn applied(&self, done: &[(i64, i64)], lease: &Lease) -> Result<Vec<Settled>, StoreFault>;

    /// Gives leases back undone: these hosts are to be pushed again.
    async fn released(&self, hosts: &[Undone], owner: &str) -> Result<(), StoreFault>;

    /// Leases hosts whose newest generation the DNS is not known to have, or not for good ([`super::LATE`]), that are free and due, oldest
    /// first.
    async fn claim(&self, lease: &Lease, limit: u32) -> Result<Vec<Host>, StoreFault>;

    /// Hosts with a family that expired before `now` and still has an address, by time, at most `limit`; each with its user.
    async fn expired(&self, now: Moment, limit: u32) -> Result<Vec<(Host, User)>, StoreFault>;

    /// One host again.
    async fn host(&self, id: i64) -> Result<Option<Host>, StoreFault>;

    /// Takes letters that may leave (their generation is in the DNS, their time has come) under a lease.
    async fn letters(&self, lease: &Lease, limit: u32) -> Result<Vec<Posted>, StoreFault>;

    /// The letter left, or never will.
    async fn posted(&self, id: i64) -> Result<(), StoreFault>;

    /// The letter is to be tried again after this time.
    async fn postponed(&self, id: i64, after: Duration) -> Result<(), StoreFault>;

    /// All users, by name, each with the number of their hosts.
    async fn users(&self) -> Result<Vec<(User, u32)>, StoreFault>;

    /// Makes a user.
    async fn add_user(&self, user: &NewUser) -> Result<(), StoreFault>;

    /// Deletes one without hosts.
    async fn delete_user(&self, name: &str) -> Result<(), StoreFault>;

    /// Another password (PHC string).
    async fn set_password(&self, name: &str, password: &Secret) -> Result<(), StoreFault>;

    /// Another hash of the same password, where the row still has the one of this user; false where it has another password by now.
    async fn renew_password(&self, user: &User, hash: &Secret) -> Result<bool, StoreFault>;

    /// Another mail address.
    async fn set_email(&self, name: &str, email: &str) -> Result<(), StoreFault>;

    /// Another number of hosts.
    async fn set_host_limit(&self, name: &str, limit: Option<u32>) -> Result<(), StoreFault>;

    /// Hosts by full name, each with its user's name.
    async fn hosts(&self, filter: &HostFilter) -> Result<Vec<(Host, String)>, StoreFault>;

    /// Makes a host, within its user's limit.
    async fn add_host(&self, host: &NewHost) -> Result<(), StoreFault>;

    /// Removes the row of a host, whatever the DNS has of it.
    async fn delete_host(&self, id: i64) -> Result<(), StoreFault>;

    /// A host's history, newest first.
    async fn history(&self, host: i64, limit: u32) -> Result<Vec<Event>, StoreFault>;

    /// Forgets all but the newest lines of each host's history.
    async fn trim_history(&self, keep: u32) -> Result<(), StoreFault>;

    /// Makes a token; its number.
    async fn add_token(&self, host: i64, digest: &Digest, note: &str, now: Moment) -> Result<i64, StoreFault>;

    /// A host's tokens, oldest first.
    async fn tokens(&self, host: i64) -> Result<Vec<Token>, StoreFault>;

    /// Makes a token useless.
    async fn revoke_token(&self, id: i64) -> Result<(), StoreFault>;

    /// Whether it answers; says what it is (`SQLite 3.50.1, scheme 1`).
    async fn check(&self) -> Result<String, StoreFault>;

    /// How much waits.
    async fn waiting(&self) -> Result<Waiting, StoreFault>;

    /// Writes a whole copy, consistent in itself, while others go on.
    async fn backup(&self, path: &Path) -> Result<(), StoreFault>;
}

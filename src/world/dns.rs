//! Lookups of registered addresses, and messages of our own to a name server.

use super::http::Route;
use crate::address::Family;
use crate::dns::Lookup;

/// How a registered address is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Via {
    /// Option `dns_server`; `None` = the system's resolver.
    pub server: Option<Server>,
    /// Option `force_dnstcp`: TCP from the start.
    pub tcp: bool,
    /// Option `force_ipversion`: talk to the server by this family only.
    pub only: Option<Family>,
    /// Option `is_glue`: believe a referral's additional section too.
    pub glue: bool,
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or `v6` of option `dns_server`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// 53 unless said.
    pub port: u16,
}

/// A message to a name server.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its bytes; an id that nobody can guess is the caller's to choose.
    pub bytes: &'a [u8],
    /// To whom; `None` = the system's resolver.
    pub server: Option<&'a Server>,
    /// TCP from the start; it is taken by itself for what is too large for UDP, and where an answer was cut.
    pub tcp: bool,
    /// Families, device and source addresses; a question to the system's resolver is not bound.
    pub route: &'a Route,
}

/// Why a message has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silent {
    /// A signal asked the process to end.
    Interrupted,
    /// Nothing usable came in time; who was asked and what happened.
    Because(String),
}

/// Asks name servers.
pub trait Dns {
    /// All addresses of one family that DNS gives for `name`, within a time limit.
    fn lookup(&mut self, name: &str, family: Family, via: &Via) -> Lookup;
    /// The answer to a message, within a time limit; it is one by its id only, what it says is not judged.
    fn exchange(&mut self, message: &Message<'_>) -> Result<Vec<u8>, Silent>;
}

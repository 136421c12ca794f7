//! Lookups of registered addresses.

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

/// Asks name servers.
pub trait Dns {
    /// All addresses of one family that DNS gives for `name`, within a time limit.
    fn lookup(&mut self, name: &str, family: Family, via: &Via) -> Lookup;
}

//! The seam between those who need the address of a host and the one who finds it. No bodies stand here.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use super::patience::Patience;
use crate::address::Family;

/// Finds the addresses of hosts to connect to: literal addresses, `/etc/hosts`, then DNS.
pub trait Resolve {
    /// All addresses of `host`, never empty; `None` asks for both families, IPv4 first. The error says why there is none.
    fn resolve(&mut self, host: &str, family: Option<Family>, patience: &Patience) -> Result<Vec<IpAddr>, String>;
}

//! How much one client may take: sizes and times. Those that an operator sets are [`Limits`]; the others are here as constants.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use ipnet::IpNet;

use crate::config::Daemon;

/// Request line and header fields of HTTP/1, the header list of HTTP/2, in bytes; more is 431.
pub(super) const HEAD: usize = 16 * 1024;
/// The request target in bytes; more is 414.
pub(super) const TARGET: usize = 4 * 1024;
/// The body in bytes; more is 413.
pub(super) const BODY: usize = 16 * 1024;
/// Bytes of a too large body that are read and thrown away in HTTP/2.
pub(super) const SPILL: usize = 2 * 1024 * 1024;
/// For the TLS handshake; then from the connection, or from a later head's first byte, to the end of the head.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(10);
/// After an answer a connection is kept so long without another request.
pub(super) const IDLE_TIME: Duration = Duration::from_mins(1);
/// Active requests have so long to end when the service stops.
pub(super) const STOP_TIME: Duration = Duration::from_secs(4);
/// A refused client is still read so long, that its own unread bytes do not destroy the answer (RFC 9112 section 9.6).
pub(super) const LINGER_TIME: Duration = Duration::from_secs(1);

/// The limits that an operator sets; new ones hold for connections opened after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From a request's first byte to the end of its answer.
    pub request_timeout: Duration,
    /// Connections open at once in all.
    pub max_connections: usize,
    /// Connections open at once from one IPv4 address or one IPv6 /64.
    pub max_connections_per_address: usize,
    /// Peers that the limit per address is not for: proxies speak for many.
    pub trusted: Vec<IpNet>,
}

impl From<&Daemon> for Limits {
    fn from(daemon: &Daemon) -> Self {
        Self {
            request_timeout: daemon.request_timeout,
            max_connections: daemon.max_connections,
            max_connections_per_address: daemon.max_connections_per_address,
            trusted: daemon.proxy.as_ref().map(|proxy| proxy.trusted.clone()).unwrap_or_default(),
        }
    }
}

impl Limits {
    /// Whom a connection is counted for: its address, or its /64; `None` for those that are not counted.
    pub(super) fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        if self.trusted.iter().any(|net| net.contains(&peer)) {
            return None;
        }
        Some(match peer {
            IpAddr::V4(_) => peer,
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        })
    }
}

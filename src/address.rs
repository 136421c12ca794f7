//! IP addresses as an updater sees them: family, fitness to be published, the best of several, the first one in a text.
//!
//! Pure. Knows nothing of where addresses come from.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IP version of a section's record: A or AAAA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4, record type A.
    V4,
    /// IPv6, record type AAAA.
    V6,
}

impl Family {
    /// The family an address belongs to.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::V4 => Self::V6,
            Self::V6 => Self::V4,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// A fact that may be unknown. Unknown is not empty: `Unclear` never causes a change, `Nothing` may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// This is so.
    Is(T),
    /// It is known that there is none; the text says how we know.
    Nothing(String),
    /// The question failed; the text says how.
    Unclear(String),
}

/// Why an address is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// In the ranges the seed lists as private or special; `upd_privateip` lifts this.
    Private,
    /// Never an address of ours, whatever the options say (multicast, broadcast, unspecified, loopback).
    Never,
}

/// Whether `address` may be sent to a provider. Ranges: contract section 1, "Blocked addresses"; documentation ranges are ordinary here.
pub fn unfit(address: IpAddr, allow_private: bool) -> Option<Unfit> {
    match address {
        IpAddr::V4(v4) if never_v4(v4) => Some(Unfit::Never),
        IpAddr::V6(v6) if never_v6(v6) => Some(Unfit::Never),
        IpAddr::V4(v4) if private_v4(v4) && !allow_private => Some(Unfit::Private),
        IpAddr::V6(v6) if private_v6(v6) && !allow_private => Some(Unfit::Private),
        _ => None,
    }
}

fn never_v4(a: Ipv4Addr) -> bool {
    a.is_loopback() || a.is_unspecified() || a.is_multicast() || a.is_broadcast()
}

fn never_v6(a: Ipv6Addr) -> bool {
    a.is_loopback() || a.is_unspecified() || a.is_multicast()
}

/// 0/8 10/8 100.64/10 127/8 169.254/16 172.16/12 192.168/16.
fn private_v4(a: Ipv4Addr) -> bool {
    let [first, second, ..] = a.octets();
    matches!((first, second), (0 | 10 | 127, _) | (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168))
}

/// `::/32` and `f000::/4` (unique local, link-local, multicast).
fn private_v6(a: Ipv6Addr) -> bool {
    let [first, second, ..] = a.segments();
    (first == 0 && second == 0) || first & 0xf000 == 0xf000
}

/// An address the machine has, with what the kernel or netifd says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address itself.
    pub address: IpAddr,
    /// Preferred lifetime over: existing connections only (RFC 4862 section 5.5.4).
    pub deprecated: bool,
    /// Duplicate address detection not finished or failed.
    pub tentative: bool,
    /// Privacy address that changes by itself (RFC 8981).
    pub temporary: bool,
}

impl Candidate {
    /// An address with nothing against it.
    pub fn plain(address: IpAddr) -> Self {
        Self { address, deprecated: false, tentative: false, temporary: false }
    }
}

/// The best address of `family`: usable before deprecated, lasting before temporary, public before private; else the first.
/// A tentative address is no address yet. A private one is still returned when nothing better exists, so that the owner is told.
pub fn choose(candidates: &[Candidate], family: Family) -> Option<IpAddr> {
    candidates
        .iter()
        .filter(|c| Family::of(c.address) == family && !c.tentative && !link_local(c.address))
        .min_by_key(|c| (unfit(c.address, false).is_some(), c.deprecated, c.temporary))
        .map(|c| c.address)
}

/// Valid on one link only: says nothing to a stranger on the Internet.
fn link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

/// The form ddns-scripts sends and compares: IPv4 dotted, IPv6 as eight groups of four lower-case digits.
pub fn expanded(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => v6.segments().map(|s| format!("{s:04x}")).join(":"),
    }
}

/// The first whole, valid address of `family` in `text`. `203.0.113.44` is not found inside `1203.0.113.44` or `ip203.0.113.44x`,
/// a time or a MAC address is no IPv6 address, and a sentence's final dot does not spoil an address.
pub fn first_in(text: &str, family: Family) -> Option<IpAddr> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '%' | '_' | '-')))
        .find_map(|word| whole_address(word, family))
}

fn whole_address(word: &str, family: Family) -> Option<IpAddr> {
    let word = word.trim_end_matches('.');
    let direct = word.parse::<IpAddr>().ok();
    // "IP:203.0.113.4", "addr:2001:db8::1" and "203.0.113.4:443" are common on status pages
    let labelled = || word.split_once(':').and_then(|(label, rest)| label_then(label, rest));
    let with_port = || word.split_once(':').and_then(|(host, port)| host_then(host, port));
    direct.or_else(labelled).or_else(with_port).filter(|a| Family::of(*a) == family)
}

fn label_then(label: &str, rest: &str) -> Option<IpAddr> {
    let is_label = label.chars().any(|c| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit());
    is_label.then(|| rest.parse().ok()).flatten()
}

fn host_then(host: &str, port: &str) -> Option<IpAddr> {
    port.parse::<u16>().ok()?;
    host.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

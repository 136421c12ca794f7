//! Addresses, sockets, networks and zones as the file writes them. Knows no keys.
#![forbid(unsafe_code)]

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use crate::names;

use super::sheet::{Sheet, Text};

/// A socket's address; without a port it has `port`.
pub(super) fn socket(sheet: &Sheet<'_>, text: &Text<'_>, port: u16) -> Option<SocketAddr> {
    let alone = text.text.parse().ok().map(|address| SocketAddr::new(address, port));
    let found = text.text.parse().ok().or(alone).filter(|at: &SocketAddr| at.port() != 0);
    if found.is_none() {
        sheet.unfit(text, "wanted an IP address with a port, such as \"127.0.0.1:5353\" or \"[::1]:5353\"".to_owned());
    }
    found
}

/// An address.
pub(super) fn address(sheet: &Sheet<'_>, text: &Text<'_>) -> Option<IpAddr> {
    let found = text.text.parse().ok();
    if found.is_none() {
        sheet.unfit(text, "wanted an IP address".to_owned());
    }
    found
}

/// A network, or the one of a single address.
pub(super) fn network(sheet: &Sheet<'_>, text: &Text<'_>) -> Option<IpNet> {
    let single = text.text.parse::<IpAddr>().ok().map(IpNet::from);
    let found = text.text.parse::<IpNet>().ok().or(single);
    if found.is_none() {
        sheet.unfit(text, "wanted an IP address or a network, such as \"127.0.0.1\" or \"10.0.0.0/8\"".to_owned());
    }
    found.map(|network| network.trunc())
}

/// A domain name in lower-case A-labels without a dot at its end.
pub(super) fn domain(sheet: &Sheet<'_>, text: &Text<'_>) -> Option<String> {
    let found = a_labels(&text.text);
    if found.is_none() {
        sheet.unfit(text, "wanted a domain name, such as \"dyn.example.com\"".to_owned());
    }
    found
}

/// As of hosts, but no wildcard, and no address: both are slips of the pen here.
fn a_labels(text: &str) -> Option<String> {
    names::plain(text).ok().filter(|name| !name.starts_with('*') && name.parse::<IpAddr>().is_err())
}

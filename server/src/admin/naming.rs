//! Names as an operator types them: hostnames with or without their zone, in letters or A-labels; users; mail addresses.

use std::fmt;

use crate::account::Name;
use crate::config::{DnsServer, Settings};
use crate::names;

use super::args::Place;

/// Why a hostname, a user's name or a mail address cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// What was typed is not a name of the DNS, and why.
    Form(String, names::NameFault),
    /// A name alone, and none of the configured zones holds it.
    ZoneUnknown(String, Vec<String>),
    /// Not a user's name, and why.
    User(&'static str),
    /// Not a mail address, and why.
    Email(&'static str),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text, why) => {
                write!(f, "'{text}' cannot be a hostname: {why}; give it as LABEL ZONE or as its full name")
            }
            Self::ZoneUnknown(name, zones) if zones.is_empty() => {
                write!(f, "which zone is '{name}' in? the configuration names none; give the label and the zone apart")
            }
            Self::ZoneUnknown(name, zones) => write!(
                f,
                "which zone is '{name}' in? it is in none of the configured ones ({}); give the label and the zone apart",
                zones.join(", ")
            ),
            Self::User(why) => write!(f, "this cannot be a user's name: {why}; choose another one"),
            Self::Email(why) => write!(f, "this cannot be a mail address: {why}; wanted is one like user@example.com"),
        }
    }
}

impl std::error::Error for NameFault {}

/// The full name that label and zone make, or the one given alone.
pub(super) fn full(place: &Place) -> Result<String, NameFault> {
    match &place.zone {
        Some(zone) => Ok(joined(&place.label, zone)?.fqdn()),
        None => names::full(&place.label).map_err(|why| NameFault::Form(place.label.clone(), why)),
    }
}

/// The name of a new host.
pub(super) fn fresh(place: &Place, settings: &Settings) -> Result<Name, NameFault> {
    if let Some(zone) = &place.zone {
        return joined(&place.label, zone);
    }
    let zones = zones(settings);
    names::host_in(&place.label, zones.iter().map(String::as_str)).map_err(|why| match why {
        names::NameFault::Zone => NameFault::ZoneUnknown(place.label.clone(), zones.clone()),
        why => NameFault::Form(place.label.clone(), why),
    })
}

/// The name that label and zone make.
pub(super) fn joined(label: &str, zone: &str) -> Result<Name, NameFault> {
    names::host(label, zone).map_err(|why| NameFault::Form(format!("{label}.{zone}"), why))
}

/// The zones that the configuration names.
pub(super) fn zones(settings: &Settings) -> Vec<String> {
    match &settings.dns_service.server {
        DnsServer::Embedded(own) => own.zones.clone(),
        DnsServer::Remote(remote) => remote.zone_keys.keys().cloned().collect(),
    }
}

/// A name in letters, and beside it the A-labels where they differ.
pub(super) fn shown(fqdn: &str) -> String {
    let letters = names::shown(fqdn);
    if letters == fqdn { letters } else { format!("{letters} ({fqdn})") }
}

/// A user's name without blanks around it: what a Basic credential can carry (RFC 7617 section 2).
pub(super) fn user(text: &str) -> Result<String, NameFault> {
    let name = text.trim();
    let why = match name {
        "" => "it is empty",
        name if name.len() > 64 => "it is longer than 64 bytes",
        name if name.contains(':') => "a colon ends the name in HTTP credentials",
        name if name.chars().any(char::is_control) => "it holds control characters",
        name => return Ok(name.to_owned()),
    };
    Err(NameFault::User(why))
}

/// A mail address without blanks around it, as far as it can be judged without sending (RFC 5321 section 4.5.3.1 for lengths).
pub(super) fn email(text: &str) -> Result<String, NameFault> {
    let address = text.trim();
    let why = match address.split_once('@') {
        _ if address.chars().any(|letter| letter.is_control() || letter.is_whitespace()) => {
            "it holds blanks or control characters"
        }
        _ if address.contains(['<', '>', ',', ';', '"', '(', ')']) => "one bare address is wanted, no name and no list",
        None => "it has no @",
        Some((_, domain)) if domain.contains('@') => "it has more than one @",
        Some(("", _)) => "nothing stands before the @",
        Some((local, _)) if local.len() > 64 => "more than 64 bytes stand before the @",
        Some(_) if address.len() > 254 => "it is longer than 254 bytes",
        Some((_, domain)) if names::plain(domain).is_err() => "no domain name stands after the @",
        Some(_) => return Ok(address.to_owned()),
    };
    Err(NameFault::Email(why))
}

//! Names as an operator types them: hostnames with or without their zone, in letters or A-labels; users; mail addresses.

use std::fmt;

use idna::AsciiDenyList;

use crate::account::Name;
use crate::config::{DnsServer, Settings};

use super::args::Place;
use super::outcome::Fault;

/// Why a hostname cannot be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It is not a name of the DNS.
    Form(String),
    /// A name alone, and none of the configured zones holds it.
    ZoneUnknown(String, Vec<String>),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(text) => write!(
                f,
                "'{text}' is not a hostname: labels are 1 to 63 letters, digits and hyphens (none at their ends), all of it at most 253"
            ),
            Self::ZoneUnknown(name, zones) if zones.is_empty() => {
                write!(f, "which zone is '{name}' in? the configuration names none; give the label and the zone apart")
            }
            Self::ZoneUnknown(name, zones) => write!(
                f,
                "which zone is '{name}' in? it is in none of the configured ones ({}); give the label and the zone apart",
                zones.join(", ")
            ),
        }
    }
}

impl std::error::Error for NameFault {}

/// Lower-case A-labels (UTS 46 as browsers do it, STD 3), without a dot at the end.
pub(super) fn ascii(text: &str) -> Result<String, NameFault> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let fault = || NameFault::Form(text.to_owned());
    let name = idna::domain_to_ascii_cow(bare.as_bytes(), AsciiDenyList::STD3).map_err(|_| fault())?;
    let fits = |label: &str| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    if name.len() > 253 || !name.split('.').all(fits) {
        return Err(fault());
    }
    Ok(name.into_owned())
}

/// The full name that label and zone make, or the one given alone.
pub(super) fn full(place: &Place) -> Result<String, NameFault> {
    match &place.zone {
        Some(zone) => Ok(joined(&place.label, zone)?.fqdn()),
        None => ascii(&place.label),
    }
}

/// The name of a new host.
pub(super) fn fresh(place: &Place, settings: &Settings) -> Result<Name, NameFault> {
    if let Some(zone) = &place.zone {
        return joined(&place.label, zone);
    }
    let fqdn = ascii(&place.label)?;
    let zones = zones(settings);
    within(&fqdn, &zones).ok_or(NameFault::ZoneUnknown(fqdn, zones))
}

/// The name that label and zone make.
pub(super) fn joined(label: &str, zone: &str) -> Result<Name, NameFault> {
    let zone = ascii(zone)?;
    if label == "@" {
        return Ok(Name { label: "@".to_owned(), zone });
    }
    let full = ascii(&format!("{}.{zone}", label.strip_suffix('.').unwrap_or(label)))?;
    let label = full.strip_suffix(&format!(".{zone}")).ok_or_else(|| NameFault::Form(label.to_owned()))?;
    Ok(Name { label: label.to_owned(), zone })
}

/// In the longest of the zones that holds it.
fn within(fqdn: &str, zones: &[String]) -> Option<Name> {
    let zone = zones
        .iter()
        .filter(|zone| fqdn == *zone || fqdn.strip_suffix(zone.as_str()).is_some_and(|rest| rest.ends_with('.')))
        .max_by_key(|zone| zone.len())?;
    let label = fqdn.strip_suffix(&format!(".{zone}")).unwrap_or("@");
    Some(Name { label: label.to_owned(), zone: zone.clone() })
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
    match idna::domain_to_unicode(fqdn) {
        (letters, Ok(())) if letters != fqdn => format!("{letters} ({fqdn})"),
        _ => fqdn.to_owned(),
    }
}

/// A user's name without blanks around it: what a Basic credential can carry (RFC 7617 section 2).
pub(super) fn user(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let why = match name {
        "" => "it is empty",
        name if name.len() > 64 => "it is longer than 64 bytes",
        name if name.contains(':') => "a colon ends the name in HTTP credentials",
        name if name.chars().any(char::is_control) => "it holds control characters",
        name => return Ok(name.to_owned()),
    };
    Err(Fault::UserName(why))
}

/// A mail address without blanks around it, as far as it can be judged without sending (RFC 5321 section 4.5.3.1 for lengths).
pub(super) fn email(text: &str) -> Result<String, Fault> {
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
        Some((_, domain)) if ascii(domain).is_err() => "no domain name stands after the @",
        Some(_) => return Ok(address.to_owned()),
    };
    Err(Fault::Email(why))
}

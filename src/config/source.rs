//! Option `ip_source` with the option that belongs to it (contract section 1).
//!
//! Knows which option says what; asking for the address is not known here.
#![forbid(unsafe_code)]

use super::options;
use super::read::Reader;
use super::{Fault, Severity, Source, forms};
use crate::address::Family;
use crate::url::Url;

const PAGE_V4: &str = "http://checkip.dyndns.com";
const PAGE_V6: &str = "http://checkipv6.dyndns.com";

/// Where the current address comes from; `None` goes with an error in the reader.
pub(super) fn source(reader: &mut Reader<'_>, family: Family, interface: Option<&str>) -> Option<Source> {
    let word = reader.find(&options::IP_SOURCE);
    match word.map_or(options::IP_SOURCE.default.as_bytes(), |found| found.value) {
        b"network" => networks(reader, family, interface).map(Source::Network),
        b"interface" => device(reader, interface).map(Source::Interface),
        b"web" => page(reader, family).map(Source::Web),
        b"script" => script(reader).map(Source::Script),
        _ => {
            if let Some(found) = word {
                reader.wrong(&options::IP_SOURCE, found, Severity::Error, "wanted network, interface, web or script");
            }
            None
        }
    }
}

/// `LuCI` drops `ip_network` when it is `wan` and leaves only `interface`, also for IPv6.
fn networks(reader: &mut Reader<'_>, family: Family, interface: Option<&str>) -> Option<Vec<String>> {
    if reader.find(&options::IP_NETWORK).is_some() {
        return reader.form(&options::IP_NETWORK, forms::network).map(|name| vec![name]);
    }
    match family {
        Family::V4 => Some(vec!["wan".to_owned()]),
        Family::V6 => {
            let second = interface.filter(|name| *name != "wan6").map(str::to_owned);
            Some(std::iter::once("wan6".to_owned()).chain(second).collect())
        }
    }
}

/// `LuCI` stores no `ip_interface` for the WAN it offers first.
fn device(reader: &mut Reader<'_>, interface: Option<&str>) -> Option<String> {
    if reader.find(&options::IP_INTERFACE).is_some() {
        return reader.form(&options::IP_INTERFACE, forms::device);
    }
    Some(interface.map_or_else(|| "eth1".to_owned(), |network| format!("@{network}")))
}

fn page(reader: &mut Reader<'_>, family: Family) -> Option<Url> {
    let default = if family == Family::V6 { PAGE_V6 } else { PAGE_V4 };
    let text = match reader.find(&options::IP_URL) {
        Some(_) => reader.text(&options::IP_URL)?,
        None => default.to_owned(),
    };
    match (Url::parse(&text), reader.find(&options::IP_URL)) {
        (Ok(url), _) => Some(url),
        (Err(wanted), Some(found)) => {
            reader.wrong(&options::IP_URL, found, Severity::Error, wanted);
            None
        }
        (Err(_), None) => None,
    }
}

fn script(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let Some(found) = reader.find(&options::IP_SCRIPT) else {
        reader.complain(
            Fault::error("wanted the script that finds the current address").of_option(options::IP_SCRIPT.name),
        );
        return None;
    };
    let words = reader.form(&options::IP_SCRIPT, forms::command)?;
    if found.value.iter().any(|b| b"$`".contains(b)) {
        let wanted = "no shell reads this: '$' and '`' are handed to the script as they are";
        reader.wrong(&options::IP_SCRIPT, found, Severity::Warning, wanted);
    }
    Some(words)
}

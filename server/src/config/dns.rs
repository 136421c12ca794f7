//! `[dns_service]`: which name server takes the records, or what the embedded one answers.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::keys::{Key, dns_service as k, embedded as e};
use super::parts::{address, domain, socket};
use super::settings::{Database, DnsServer, DnsService, Embedded, Remote};
use super::sheet::{Sheet, Text};

/// The word that stands in the place of an address.
const EMBEDDED: &str = "embedded";
/// The port of a name server that is written without one (RFC 1035 section 4.2).
const DOMAIN: u16 = 53;

/// Both kinds are read whichever is chosen: a typing error is told on the day it is made.
pub(super) fn read(sheet: &Sheet<'_>, database: &Database) -> DnsService {
    let inside = sheet.inside(&k::EMBEDDED, &e::TABLE);
    let here = sheet.text(&k::DNS_SERVER).is_some_and(|text| text.text.eq_ignore_ascii_case(EMBEDDED));
    let embedded = embedded(&inside, here);
    let remote = remote(sheet, here);
    if here {
        let idle: &[&Key] = &[&k::DNS_PORT, &k::DDNS_DEFAULT_KEY_FILE, &k::ZONE_KEYS];
        sheet.idle(idle, "with dns_server = \"embedded\"");
        if let (Database::Mariadb { .. }, Some(entry)) = (database, sheet.entry(&k::DNS_SERVER)) {
            sheet.wrong(entry, "keeps its zones beside the hosts: wanted [database] backend = \"sqlite\"".to_owned());
        }
    } else {
        sheet.idle(&[&k::EMBEDDED], "without dns_server = \"embedded\"");
    }
    DnsService {
        server: if here { DnsServer::Embedded(embedded) } else { DnsServer::Remote(remote) },
        timeout: Duration::from_secs(sheet.number(&k::DNS_TIMEOUT)),
        cleanup_interval: Duration::from_secs(sheet.number(&k::CLEANUP_INTERVAL)),
    }
}

fn remote(sheet: &Sheet<'_>, here: bool) -> Remote {
    let ip = if here { None } else { server(sheet) };
    Remote {
        at: SocketAddr::new(ip.unwrap_or(IpAddr::from([127, 0, 0, 1])), sheet.number(&k::DNS_PORT)),
        default_key_file: sheet.path(&k::DDNS_DEFAULT_KEY_FILE),
        zone_keys: zone_keys(&sheet.free(&k::ZONE_KEYS, "dns_service.zone_keys")),
    }
}

fn server(sheet: &Sheet<'_>) -> Option<IpAddr> {
    let Some(text) = sheet.text(&k::DNS_SERVER) else {
        sheet.missing(&k::DNS_SERVER, "an IP address or \"embedded\"");
        return None;
    };
    let found = text.text.parse().ok();
    if found.is_none() {
        let hint = match text.text.parse::<SocketAddr>() {
            Ok(_) => "the port goes into dns_port",
            Err(_) => "names are not looked up here",
        };
        sheet.unfit(&text, format!("wanted an IP address or \"embedded\"; {hint}"));
    }
    found
}

fn zone_keys(sheet: &Sheet<'_>) -> BTreeMap<String, PathBuf> {
    let mut keys = BTreeMap::new();
    for entry in sheet.entries() {
        let name = Text { text: entry.name.to_owned(), entry: Some(entry) };
        let (Some(zone), Some(file)) = (domain(sheet, &name), sheet.line(entry)) else { continue };
        if file.is_empty() {
            sheet.wrong(entry, "wanted the path of a key file".to_owned());
        }
        if keys.insert(zone.clone(), PathBuf::from(file)).is_some() {
            sheet.wrong(entry, format!("zone '{zone}' has a key file already"));
        }
    }
    keys
}

fn embedded(sheet: &Sheet<'_>, here: bool) -> Embedded {
    let domains = |key: &Key| -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for text in sheet.list(key) {
            match domain(sheet, &text) {
                Some(name) if seen.contains(&name) => sheet.unfit(&text, format!("'{name}' is in the list already")),
                name => seen.extend(name),
            }
        }
        seen
    };
    let sockets = |key: &Key| sheet.list(key).iter().filter_map(|text| socket(sheet, text, DOMAIN)).collect::<Vec<_>>();
    let zones = domains(&e::ZONES);
    let listen = sockets(&e::LISTEN);
    if here {
        require(sheet, &zones, &listen);
    }
    let first = zones.first().cloned().unwrap_or_default();
    let mut name_servers = domains(&e::NAME_SERVERS);
    if name_servers.is_empty() {
        name_servers.push(format!("ns.{first}"));
    }
    Embedded {
        listen,
        zones,
        name_servers,
        hostmaster: hostmaster(sheet).unwrap_or_else(|| format!("hostmaster@{first}")),
        addresses: addresses(&sheet.free(&e::ADDRESSES, "dns_service.embedded.addresses")),
        secondaries: sockets(&e::SECONDARIES),
        transfer_key_file: sheet.path(&e::TRANSFER_KEY_FILE),
        answers_per_second: sheet.number(&e::ANSWERS_PER_SECOND),
    }
}

fn require(sheet: &Sheet<'_>, zones: &[String], listen: &[SocketAddr]) {
    if zones.is_empty() {
        sheet.missing(&e::ZONES, "with dns_server = \"embedded\", such as [\"dyn.example.com\"]");
    }
    if listen.is_empty() && sheet.list(&e::LISTEN).is_empty() {
        sheet.missing(&e::LISTEN, "with dns_server = \"embedded\", such as [\"0.0.0.0:53\", \"[::]:53\"]");
    }
}

fn hostmaster(sheet: &Sheet<'_>) -> Option<String> {
    let text = sheet.text(&e::HOSTMASTER)?;
    let fit = text.text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    if !fit {
        sheet.unfit(&text, "wanted a mail address, such as \"hostmaster@example.com\"".to_owned());
    }
    Some(text.text)
}

fn addresses(sheet: &Sheet<'_>) -> BTreeMap<String, Vec<IpAddr>> {
    let mut all: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    for entry in sheet.entries() {
        let name = Text { text: entry.name.to_owned(), entry: Some(entry) };
        let texts = sheet.texts(entry);
        let found = texts.iter().filter_map(|text| address(sheet, text));
        if let Some(name) = domain(sheet, &name) {
            all.entry(name).or_default().extend(found);
        }
    }
    all
}

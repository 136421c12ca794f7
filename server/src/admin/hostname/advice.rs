//! What a new hostname's owner should know: how often clients speak, whether the zone is one of ours, how to try it.

use crate::config::{Endpoint, Settings};
use crate::world::NewHost;

use super::super::{naming, when};

/// How long common clients stay silent while an address holds, seconds, the shortest first.
const CLIENTS: &[(u32, &str)] = &[(259_200, "OpenWrt"), (2_160_000, "ddclient"), (2_592_000, "inadyn and UniFi")];

/// What is to be said against it, though it is made.
pub(super) fn warnings(host: &NewHost, settings: &Settings) -> Vec<String> {
    let mut said = Vec::new();
    let silent: Vec<String> = CLIENTS
        .iter()
        .filter(|(span, _)| host.expiry_ttl != 0 && host.expiry_ttl < *span)
        .map(|(span, client)| format!("{client} {}", when::span(u64::from(*span))))
        .collect();
    if !silent.is_empty() {
        said.push(format!(
            "expiry_ttl is {} and clients are silent for longer while the address holds ({}): the records would go \
             meanwhile; 'hostname modify {} --expiry-ttl 3024000' makes it 35 days",
            when::span(u64::from(host.expiry_ttl)),
            silent.join(", "),
            host.name
        ));
    }
    let zones = naming::zones(settings);
    if !zones.contains(&host.name.zone) && !has_default_key(settings) {
        said.push(format!(
            "the zone {} is not in the configuration; add it to [dns_service], then run 'check'",
            naming::shown(&host.name.zone)
        ));
    }
    said
}

/// With a default key, or without any key at all, a zone need not be named to be updated.
fn has_default_key(settings: &Settings) -> bool {
    use crate::config::DnsServer::{Embedded, Remote};
    match &settings.dns_service.server {
        Embedded(_) => false,
        Remote(remote) => remote.default_key_file.is_some() || remote.zone_keys.is_empty(),
    }
}

/// A line that a shell takes as it is; curl asks for the password. With an address of those for examples (RFC 5737): the request itself comes
/// from this machine, whose loopback address is none for the DNS.
pub(super) fn example(user: &str, fqdn: &str, settings: &Settings) -> String {
    let daemon = &settings.daemon;
    let scheme = if daemon.ssl.is_some() { "https" } else { "http" };
    let host = match daemon.host.as_str() {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        "::" => "[::1]".to_owned(),
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    let (path, hostname, address) = endpoint(&settings.endpoints);
    let address = address.map_or_else(String::new, |name| format!("&{name}=192.0.2.7"));
    let url = format!("{scheme}://{host}:{}{path}?{hostname}={fqdn}{address}", daemon.port);
    format!("curl -u {} {}", quoted(user), quoted(&url))
}

/// The first endpoint that can be asked for a hostname: its path, the parameters for the name and for an IPv4 address.
fn endpoint(endpoints: &[Endpoint]) -> (&str, &str, Option<&str>) {
    endpoints
        .iter()
        .find_map(|Endpoint { path, params }| {
            Some((path.as_str(), params.hostname.first()?.as_str(), params.ipv4.first().map(String::as_str)))
        })
        .unwrap_or(("/update", "hostname", Some("myip")))
}

/// As one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.@".contains(letter);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

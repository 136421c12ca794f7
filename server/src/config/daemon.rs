//! `[daemon]`: where to listen, what to log, whom to believe.
#![forbid(unsafe_code)]

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use super::keys::daemon as k;
use super::parts::{network, socket};
use super::settings::{Certificate, Daemon, LogLevel, LogTarget, Proxy};
use super::sheet::{Sheet, Text};

pub(super) fn read(sheet: &Sheet<'_>) -> Daemon {
    Daemon {
        host: host(sheet),
        port: sheet.number(&k::PORT),
        log_level: level(sheet),
        log_target: target(sheet),
        log_requests: sheet.flag(&k::LOG_REQUESTS),
        ssl: certificate(sheet),
        proxy: proxy(sheet),
        thread_pool_size: sheet.number(&k::THREAD_POOL_SIZE),
        request_timeout: Duration::from_secs(sheet.number(&k::REQUEST_TIMEOUT)),
        max_connections: sheet.number(&k::MAX_CONNECTIONS),
        max_connections_per_address: sheet.number(&k::MAX_CONNECTIONS_PER_ADDRESS),
        allow_private_addresses: sheet.flag(&k::ALLOW_PRIVATE_ADDRESSES),
        status_listen: sheet.text(&k::STATUS_LISTEN).and_then(|text| at_loopback(sheet, &text)),
        page: sheet.flag(&k::PAGE),
    }
}

fn at_loopback(sheet: &Sheet<'_>, text: &Text<'_>) -> Option<SocketAddr> {
    let at = socket(sheet, text, 0)?;
    if let Some(entry) = text.entry.filter(|_| at.ip().is_unspecified()) {
        sheet.odd(entry, "/healthz and /metrics will be open to everybody who reaches this machine".to_owned());
    }
    Some(at)
}

fn host(sheet: &Sheet<'_>) -> String {
    let Some(text) = sheet.text(&k::HOST) else {
        sheet.missing(&k::HOST, "an address or a name to listen at");
        return String::new();
    };
    // "[::1]" is how URLs write it, and what owners try
    let bare = text.text.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = bare.parse::<IpAddr>().is_err() && bare.contains(':');
    if port || bare.contains(|c: char| c.is_whitespace() || c == '/') {
        sheet.unfit(&text, "wanted an address or a name alone; the port goes into 'port'".to_owned());
    }
    bare
}

fn level(sheet: &Sheet<'_>) -> LogLevel {
    match sheet.choice(&k::LOG_LEVEL) {
        "DEBUG" => LogLevel::Debug,
        "WARNING" => LogLevel::Warning,
        "ERROR" => LogLevel::Error,
        _ => LogLevel::Info,
    }
}

/// All its keys are read, whichever target is chosen: a typing error is told on the day it is made.
fn target(sheet: &Sheet<'_>) -> LogTarget {
    let facility = match sheet.choice(&k::SYSLOG_FACILITY) {
        "user" => 1,
        word => word.strip_prefix("local").and_then(|digit| digit.parse::<u8>().ok()).map_or(3, |digit| 16 + digit),
    };
    let socket = sheet.path(&k::SYSLOG_SOCKET);
    let path = sheet.path(&k::LOG_FILE);
    let (size, versions) = (sheet.number(&k::LOG_FILE_SIZE), sheet.number(&k::LOG_VERSIONS));
    match sheet.choice(&k::LOG_TARGET) {
        "syslog" => {
            if socket.is_none() {
                sheet.missing(&k::SYSLOG_SOCKET, "with log_target = \"syslog\"");
            }
            LogTarget::Syslog { socket: socket.unwrap_or_default(), facility }
        }
        "file" => {
            if path.is_none() {
                sheet.missing(&k::LOG_FILE, "with log_target = \"file\"");
            }
            LogTarget::File { path: path.unwrap_or_default(), size, versions }
        }
        _ => LogTarget::Stdout,
    }
}

fn certificate(sheet: &Sheet<'_>) -> Option<Certificate> {
    let (chain, key) = (sheet.path(&k::SSL_CERT_FILE), sheet.path(&k::SSL_KEY_FILE));
    if !sheet.flag(&k::SSL) {
        return None;
    }
    for (found, wanted) in [(&chain, &k::SSL_CERT_FILE), (&key, &k::SSL_KEY_FILE)] {
        if found.is_none() {
            sheet.missing(wanted, "with ssl = true");
        }
    }
    Some(Certificate { chain: chain?, key: key? })
}

fn proxy(sheet: &Sheet<'_>) -> Option<Proxy> {
    let header = sheet.text(&k::PROXY_HEADER);
    let listed = sheet.list(&k::TRUSTED_PROXIES);
    let trusted: Vec<_> = listed.iter().filter_map(|text| proxies(sheet, text)).collect();
    if let Some(header) = &header
        && !header.text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    {
        sheet.unfit(header, "wanted a header's name, such as \"X-Forwarded-For\"".to_owned());
    }
    match (header, listed.is_empty()) {
        (Some(header), false) => Some(Proxy { header: header.text.to_ascii_lowercase(), trusted }),
        (Some(header), true) => {
            sheet.unfit(&header, "wanted trusted_proxies beside it: the header is believed from them only".to_owned());
            None
        }
        (None, false) => {
            sheet.missing(&k::PROXY_HEADER, "beside trusted_proxies, such as \"X-Forwarded-For\"");
            None
        }
        (None, true) => None,
    }
}

fn proxies(sheet: &Sheet<'_>, text: &Text<'_>) -> Option<IpNet> {
    let found = network(sheet, text)?;
    if found.prefix_len() == 0 {
        sheet.unfit(text, "trusts everybody, so that anybody could send any address: name the proxies".to_owned());
    }
    Some(found)
}

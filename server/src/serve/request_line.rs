//! The request line for `log_requests`, without anything secret.

use crate::config::{Endpoint, Params};
use crate::world::Request;

/// Octets of a line.
const LONGEST: usize = 1024;

/// Octets of a path's first part, where no endpoint has the path: enough for a slip to be seen, too few for a token.
const PART: usize = 12;

/// Parameters of the protocol that say nothing to us and nothing to a thief, in lower case.
const HARMLESS: [&str; 6] = ["system", "wildcard", "mx", "backmx", "offline", "url"];

/// Method, path and query. Only what is known to be harmless is shown: values of the names by which an endpoint takes hosts, addresses, users
/// and wishes, as far as they look like such; whatever else somebody writes there may be how they send a password. A path that no endpoint has
/// may hold anything, so only its beginning is shown.
pub(super) fn masked(request: &Request, endpoints: &[Endpoint]) -> String {
    let known = endpoints.iter().find(|endpoint| endpoint.path == request.path);
    let mut line = format!("{} ", request.method);
    match known {
        Some(endpoint) => line.push_str(&endpoint.path),
        None => line.push_str(&beginning(&request.path)),
    }
    for (at, part) in request.query.iter().flat_map(|query| query.split('&')).enumerate() {
        line.push(if at == 0 { '?' } else { '&' });
        line.push_str(&shown(part, known.map(|endpoint| &endpoint.params)));
    }
    line.truncate(line.floor_char_boundary(LONGEST));
    line
}

/// A part of the query, or as much of it as may be seen.
fn shown(part: &str, params: Option<&Params>) -> String {
    let (name, value) = match form_urlencoded::parse(part.as_bytes()).next() {
        Some((name, value)) => (name.into_owned(), value.into_owned()),
        None => return String::new(),
    };
    let secret = params.is_none_or(|params| params.password.contains(&name));
    let plain = params.is_some_and(|params| {
        [&params.hostname, &params.ipv4, &params.ipv6, &params.username, &params.notify_change]
            .iter()
            .any(|names| names.contains(&name))
    });
    let harmless = plain || HARMLESS.contains(&name.to_ascii_lowercase().as_str());
    match part.split_once('=') {
        Some((written, _)) if secret || !harmless => format!("{}=***", if named(&name) { written } else { "***" }),
        Some((written, raw)) => format!("{written}={}", if lone(&value) { raw } else { "***" }),
        None if harmless => part.to_owned(),
        None => "***".to_owned(),
    }
}

/// Whether it looks like a parameter's name, and not like a value that lost its own.
fn named(name: &str) -> bool {
    name.len() <= PART + 4 && name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'4' | b'6'))
}

/// Whether it is one value: with these signs, another parameter may hide behind it.
fn lone(value: &str) -> bool {
    !value.contains([';', '&', '=', '?', '#', '\\', '"', '\'', '<', '>']) && !value.contains(char::is_whitespace)
}

fn beginning(path: &str) -> String {
    let part = path.trim_start_matches('/').split(['/', ';', ',', ':', '%', '=']).next().unwrap_or_default();
    let part = if part.len() > PART { "" } else { part };
    if path.len() > part.len() + 1 { format!("/{part}...") } else { format!("/{part}") }
}

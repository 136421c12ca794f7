//! The request line for `log_requests`, without anything secret.

use crate::config::Endpoint;
use crate::world::Request;

/// Octets of a line.
const LONGEST: usize = 1024;

/// Method, path and query. Values of every name that any endpoint takes a password by are masked, however the name is encoded and however
/// often it stands there; a path that no endpoint has may hold anything, so only its first part is shown.
pub(super) fn masked(request: &Request, endpoints: &[Endpoint]) -> String {
    let mut line = format!("{} {}", request.method, path(&request.path, endpoints));
    for (at, part) in request.query.iter().flat_map(|query| query.split('&')).enumerate() {
        line.push(if at == 0 { '?' } else { '&' });
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        line.push_str(name);
        if part.len() > name.len() {
            line.push('=');
            line.push_str(if secret(name, endpoints) { "***" } else { value });
        }
    }
    line.truncate(line.floor_char_boundary(LONGEST));
    line
}

fn secret(name: &str, endpoints: &[Endpoint]) -> bool {
    let decoded = form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default();
    let plain = decoded.trim();
    // a name that nobody asked for may still be how somebody sends a password
    let telling =
        ["pass", "token", "secret", "key", "auth", "pw"].iter().any(|word| plain.to_ascii_lowercase().contains(word));
    telling
        || endpoints
            .iter()
            .any(|endpoint| endpoint.params.password.iter().any(|known| known.eq_ignore_ascii_case(plain)))
}

fn path(path: &str, endpoints: &[Endpoint]) -> String {
    if endpoints.iter().any(|endpoint| endpoint.path == path) {
        return path.to_owned();
    }
    let first: String = path.trim_start_matches('/').chars().take_while(|c| !"/;,:".contains(*c)).take(32).collect();
    if path.len() > first.len() + 1 { format!("/{first}...") } else { format!("/{first}") }
}

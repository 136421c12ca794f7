//! An `http:` or `https:` URL, as far as an updater needs one.
//!
//! Pure. What a template may hold and a request line may not (blanks, control characters, quotes, anything beyond ASCII) is
//! percent-encoded, everything else stays as it was written. Relative references (RFC 3986 section 4.2) only as redirects need them.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::Ipv6Addr;

use crate::secret::{Secret, percent_encoded};

/// An absolute URL. `Display` leaves the login out; `Debug` the path as well, since a template may have put a password into it.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    /// True for `https`.
    pub secure: bool,
    /// `user:password`, percent-decoded.
    pub login: Option<Secret>,
    /// Host name or address, brackets removed.
    pub host: String,
    /// Port, the scheme's own unless written.
    pub port: u16,
    /// Path and query, beginning with `/`; no fragment.
    pub path: String,
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.secure { "https" } else { "http" }, self.authority(), self.path)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/***", if self.secure { "https" } else { "http" }, self.authority())
    }
}

impl Url {
    /// Reads an absolute `http:` or `https:` URL. The error says what was wanted and quotes nothing: a misplaced `/` in a password would
    /// make any part of the text a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (secure, rest) = scheme(text.trim_ascii())?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (basic_login(login), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place)?;
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, login, host, port, path: request_target(target) })
    }

    /// The URL a `Location` field means, seen from this one (RFC 3986 section 5.2). A login in the reference is dropped: a server has no
    /// business choosing one.
    pub fn join(&self, reference: &str) -> Result<Self, String> {
        let reference = reference.trim_ascii();
        let scheme_end = reference.find([':', '/', '?', '#']).filter(|&at| reference.as_bytes()[at] == b':');
        if scheme_end.is_some() {
            return Ok(Self { login: None, ..Self::parse(reference)? });
        }
        if reference.starts_with("//") {
            let scheme = if self.secure { "https:" } else { "http:" };
            return Ok(Self { login: None, ..Self::parse(&format!("{scheme}{reference}"))? });
        }
        let target = reference.split('#').next().unwrap_or_default();
        let own = self.path.split('?').next().unwrap_or_default();
        let path = match target.chars().next() {
            None => self.path.clone(),
            Some('/') => request_target(target),
            Some('?') => request_target(&format!("{own}{target}")),
            Some(_) => beside(own, target),
        };
        Ok(Self { login: None, path, ..self.clone() })
    }

    /// `host` or `host:port` as the `Host` field wants it: the scheme's own port is left out, an IPv6 address is bracketed.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let own = if self.secure { 443 } else { 80 };
        if self.port == own { host } else { format!("{host}:{}", self.port) }
    }
}

fn scheme(text: &str) -> Result<(bool, &str), String> {
    let wanted = || "wanted a URL that begins with http:// or https://".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(wanted)?;
    if scheme.eq_ignore_ascii_case("https") {
        Ok((true, rest))
    } else if scheme.eq_ignore_ascii_case("http") {
        Ok((false, rest))
    } else {
        Err(wanted())
    }
}

/// RFC 7617 section 2 wants `user:password`; a user alone gets the empty password.
fn basic_login(text: &str) -> Option<Secret> {
    let colon = if text.contains(':') { "" } else { ":" };
    (!text.is_empty()).then(|| Secret::new([&percent_decoded(text.as_bytes())[..], colon.as_bytes()].concat()))
}

/// `%xx` becomes the byte; a `%` without two digits stays what it is.
pub fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = if byte == b'%' { escape_at(bytes, at) } else { None };
        out.push(escape.unwrap_or(byte));
        at += if escape.is_some() { 3 } else { 1 };
    }
    out
}

fn escape_at(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |place: usize| bytes.get(place).and_then(|&b| char::from(b).to_digit(16));
    let value = digit(at + 1)? * 16 + digit(at + 2)?;
    u8::try_from(value).ok()
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    if let Some(inside) = text.strip_prefix('[') {
        let (v6, rest) = inside.split_once(']').ok_or("wanted a ']' behind the IPv6 address")?;
        let v6: Ipv6Addr = v6.parse().map_err(|_| "wanted an IPv6 address in the brackets")?;
        let port = match rest.strip_prefix(':') {
            Some(digits) => port(digits)?,
            None if rest.is_empty() => None,
            None => return Err("wanted nothing or ':port' behind the bracketed IPv6 address".to_owned()),
        };
        return Ok((v6.to_string(), port));
    }
    let (host, digits) = text.split_once(':').unwrap_or((text, ""));
    if digits.contains(':') {
        return Err("wanted an IPv6 address to stand in brackets, or only one ':' behind the host".to_owned());
    }
    Ok((host_name(host)?, port(digits)?))
}

fn port(digits: &str) -> Result<Option<u16>, String> {
    if digits.is_empty() {
        return Ok(None);
    }
    let number = if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None };
    number.filter(|&n| n > 0).map(Some).ok_or_else(|| "wanted a port from 1 to 65535 behind the host's ':'".to_owned())
}

/// A DNS name or a dotted IPv4 address, in lower case. Underscores are tolerated: names in home networks have them.
fn host_name(host: &str) -> Result<String, String> {
    let labels = host.strip_suffix('.').unwrap_or(host);
    let fits = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if labels.is_empty() {
        Err("wanted a host name behind '//'".to_owned())
    } else if labels.len() > 253 || !labels.split('.').all(fits) {
        Err("wanted a host name of letters, digits, '-' and '.' (international names in their xn-- form)".to_owned())
    } else {
        Ok(host.to_ascii_lowercase())
    }
}

/// Path and query as a request line may carry them: begins with `/`, no fragment.
fn request_target(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let encoded = encoded_target(text.as_bytes());
    if encoded.starts_with('/') { encoded } else { format!("/{encoded}") }
}

/// Blanks, control characters, `"`, `<`, `>` and what is not ASCII become `%xx` (the query set of the WHATWG URL standard); escapes that are
/// there stay, and so does everything else that common servers take and templates use, such as `|`, brackets and braces.
fn encoded_target(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let legal = match byte {
            b'%' => escape_at(bytes, at).is_some(),
            b'"' | b'<' | b'>' => false,
            _ => byte.is_ascii_graphic(),
        };
        if legal {
            out.push(char::from(byte));
        } else {
            out.push_str(&percent_encoded(&[byte]));
        }
    }
    out
}

/// A relative path laid beside `own`, with `.` and `..` carried out (RFC 3986 sections 5.2.3 and 5.2.4).
fn beside(own: &str, target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = own.split('/').skip(1).collect();
    parts.pop();
    for (at, part) in path.split('/').enumerate() {
        let last = at == path.matches('/').count();
        match part {
            "." | ".." => {
                if part == ".." {
                    parts.pop();
                }
                if last {
                    parts.push("");
                }
            }
            _ => parts.push(part),
        }
    }
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    request_target(&format!("/{}{query}", parts.join("/")))
}

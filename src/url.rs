//! An `http:` or `https:` URL, as far as an updater needs one.
//!
//! Pure. RFC 3986 without relative references; what a template may hold and a request line may not (blanks, control characters, quotes,
//! anything beyond ASCII) is percent-encoded, everything else stays as it was written.
#![forbid(unsafe_code)]

use std::fmt;

use crate::secret::Secret;

/// An absolute URL. `Display` and `Debug` leave the login out.
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
        fmt::Display::fmt(self, f)
    }
}

impl Url {
    /// Reads an absolute `http:` or `https:` URL; the error says what was wanted.
    pub fn parse(text: &str) -> Result<Self, String> {
        const WANTED: &str = "wanted an address that begins with http:// or https://";
        let lower = text.to_ascii_lowercase();
        let secure = lower.starts_with("https://");
        if !secure && !lower.starts_with("http://") {
            return Err(WANTED.to_owned());
        }
        let rest = &text[if secure { 8 } else { 7 }..];
        let rest = rest.split('#').next().unwrap_or(rest);
        let (place, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (login, place) = place.rsplit_once('@').map_or((None, place), |(login, place)| (Some(login), place));
        let (host, port) = match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err("wanted a host name behind http://".to_owned());
        }
        let own = if secure { 443 } else { 80 };
        let port =
            port.map_or(Ok(own), |port| port.parse().map_err(|_| "wanted a port number behind ':'".to_owned()))?;
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { secure, login: login.map(Secret::new), host: host.to_owned(), port, path })
    }

    /// `host` or `host:port` as the `Host` field wants it: the scheme's own port is left out, an IPv6 address is bracketed.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let own = if self.secure { 443 } else { 80 };
        if self.port == own { host } else { format!("{host}:{}", self.port) }
    }
}

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
    /// `host` or `host:port` as the `Host` field wants it: the scheme's own port is left out, an IPv6 address is bracketed.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let own = if self.secure { 443 } else { 80 };
        if self.port == own { host } else { format!("{host}:{}", self.port) }
    }
}

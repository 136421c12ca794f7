//! Transfers: a request, a response, the way between them.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::address::Family;
use crate::secret::Secret;
use crate::url::Url;

/// One HTTP request.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Where to; a login in it becomes Basic authentication, sent at once.
    pub url: Url,
    /// Further header fields, name and value; values may be secret and are never logged.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body, if the method has one.
    pub body: Option<Vec<u8>>,
    /// Path or body hold a secret, so no other host may see them by a redirect. A login in `url` and any of `headers` count without this.
    pub confidential: bool,
}

impl Request {
    /// A plain GET of something that is no secret.
    pub fn get(url: Url) -> Self {
        Self { method: "GET", url, headers: Vec::new(), body: None, confidential: false }
    }
}

impl fmt::Debug for Request {
    /// Without anything that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.method, self.url)
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// `Retry-After` (RFC 9110 section 10.2.3), already turned into a waiting time.
    pub retry_after: Option<Duration>,
    /// The server's clock (RFC 9110 section 6.6.1).
    pub date: Option<SystemTime>,
    /// What `Set-Cookie` fields (RFC 6265 section 4.1) gave, as a `Cookie` field gives it back; attributes are not looked at.
    pub cookie: Option<Secret>,
    /// The body, at most [`BODY_LIMIT`] bytes of it.
    pub body: Vec<u8>,
}

/// Where a page leads on, as a browser would go.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// `Location`, as it came.
    pub location: Option<String>,
    /// Each `Set-Cookie`, as it came (RFC 6265 section 4.1).
    pub cookies: Vec<Secret>,
}

/// More than this of a body is never read: an answer is a line, a page with an address is a screenful.
pub const BODY_LIMIT: usize = 256 * 1024;

/// How a transfer travels: everything of a section that is about the way, not about the content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Try addresses of this family first.
    pub prefer: Option<Family>,
    /// With `force_ipversion`: use no other family than `prefer`.
    pub only: bool,
    /// Leave through this device and from this address.
    pub bind: Bind,
    /// Through this proxy; never silently without it.
    pub proxy: Option<Proxy>,
    /// Which server certificates to believe.
    pub trust: Trust,
    /// Value of `User-Agent`; `None` = the program's own.
    pub user_agent: Option<String>,
}

/// Where a socket is tied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// Device for `SO_BINDTODEVICE`.
    pub device: Option<String>,
    /// Source addresses, at most one of each family; a family without one leaves the choice to the kernel.
    pub sources: Vec<IpAddr>,
    /// The owner asked for this binding: a family without a source is tied to the device too. Otherwise such a family goes unbound, so
    /// that a provider reachable by IPv4 only is not looked for behind an uplink that has only IPv6.
    pub strict: bool,
}

/// `[user:password@]host:port` of option `proxy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Name or address, brackets removed.
    pub host: String,
    /// Port; the option has no default for it.
    pub port: u16,
    /// `user:password`, percent-decoded, when there is a login.
    pub login: Option<Secret>,
}

/// Option `cacert`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The system's store.
    #[default]
    System,
    /// The certificates of this file, or of all files in this directory.
    Path(PathBuf),
    /// No verification at all (`IGNORE`).
    Ignore,
}

/// Why there is no response. Sorted by what the owner looks at first; texts name host and cause, never credentials.
#[derive(Debug)]
pub enum Broken {
    /// The name of the server (or proxy) could not be turned into an address: which name, what DNS said.
    Resolve(String, String),
    /// The server (or proxy) has addresses, but none of the only family that may be used.
    Family(String, Family),
    /// No connection: to whom, the system's words.
    Connect(String, String),
    /// The proxy did not do its part: what it said.
    Proxy(String),
    /// TLS failed: with whom, why (unknown CA, wrong name, expired, ...).
    Tls(String, String),
    /// Too slow: in which step.
    Timeout(&'static str),
    /// What came was no HTTP, or the connection broke in mid-answer.
    Protocol(String),
    /// The configuration cannot be carried out (CA file unreadable, device missing): which, why.
    Setup(String),
    /// A signal asked the process to end.
    Interrupted,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(host, why) => write!(f, "cannot find the address of '{host}': {why}"),
            Self::Family(host, family) => {
                write!(f, "cannot find the address of '{host}': it has no address of the forced family {family}")
            }
            Self::Connect(to, why) => write!(f, "cannot connect to {to}: {why}"),
            Self::Proxy(why) => write!(f, "proxy: {why}"),
            Self::Tls(with, why) => write!(f, "no secure connection to {with}: {why}"),
            Self::Timeout(step) => write!(f, "no answer in time while {step}"),
            Self::Protocol(why) => write!(f, "broken answer: {why}"),
            Self::Setup(why) => f.write_str(why),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Broken {}

/// Sends requests.
pub trait Http {
    /// One request, one response, within a time limit. Redirects are followed only where safe: GET, never from https to http, never with
    /// credentials to another host.
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken>;
    /// One request, one response, and where it leads on; no redirect is followed.
    fn visit(&mut self, request: &Request, route: &Route) -> Result<(Response, Trail), Broken> {
        self.exchange(request, route).map(|response| (response, Trail::default()))
    }
    /// Whether a TCP connection to `host` and `port` is possible; nothing is sent. The route's proxy and certificates do not count.
    fn reach(&mut self, host: &str, port: u16, route: &Route) -> Result<(), Broken>;
}

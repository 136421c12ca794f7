//! One request and its reply as `listen` hands them over: bytes read, nothing judged.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::SocketAddr;

/// A request whose head and body were read within the limits.
#[derive(Clone, Debug)]
pub struct Request {
    /// Names it in every log line; no two of one run are alike, and hardly two of several runs: [`Request::mark`] writes it.
    pub id: u64,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// What follows the first `?`, still percent-encoded.
    pub query: Option<String>,
    /// Names in lower case, in their order, repeated ones as often as they came.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Who opened the connection: the client, or a proxy.
    pub peer: SocketAddr,
    /// At most 16 KiB.
    pub body: Vec<u8>,
}

impl Request {
    /// The values of a header, in their order; `name` in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_slice())
    }

    /// The id as log lines have it: the run, a hyphen, the request's number in that run; hexadecimal.
    pub fn mark(&self) -> impl fmt::Display + use<> {
        let (run, number) = (self.id >> 32, self.id & u64::from(u32::MAX));
        fmt::from_fn(move |f| write!(f, "{run:08x}-{number:x}"))
    }
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case; `content-length` and `date` are the listener's to add.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Who answers.
#[async_trait::async_trait]
pub trait Handler: Send + Sync {
    /// One request, one reply; never fails, for it has a reply for that too.
    async fn answer(&self, request: Request) -> Reply;
}

//! The head of a response (RFC 9112 section 4): status, how long the body is, and the two fields an updater acts on.

use std::time::{Duration, SystemTime};

use httparse::{EMPTY_HEADER, Header, ParserConfig, Status};

use super::channel::Channel;
use super::date;
use crate::secret::Secret;
use crate::system::patience::Patience;
use crate::world::{Broken, Trail};

/// A head longer than this is not from a server one wants to listen to.
const HEAD_LIMIT: usize = 32 * 1024;
const FIELD_LIMIT: usize = 64;

/// What is known before the body comes.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) length: Length,
    pub(super) trail: Trail,
    pub(super) retry_after: Option<Duration>,
    pub(super) date: Option<SystemTime>,
    pub(super) cookie: Option<Secret>,
    /// If there was a proxy in between: this is its own trouble, no server was asked.
    pub(super) by_proxy: bool,
}

/// Where the body ends (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// After so many bytes; 0 when there is none.
    Exactly(u64),
    /// With the chunk of size 0.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// A response on its way in: what has come and is not used up yet.
pub(super) struct Incoming<'a> {
    channel: &'a mut Channel,
    patience: &'a Patience,
    pub(super) held: Vec<u8>,
}

impl<'a> Incoming<'a> {
    /// Nothing has come yet.
    pub(super) fn new(channel: &'a mut Channel, patience: &'a Patience) -> Self {
        Self { channel, patience, held: Vec::new() }
    }

    /// True when nothing came behind what was used.
    pub(super) fn is_drained(&self) -> bool {
        self.held.is_empty()
    }

    /// Takes in more; false at the end of the stream.
    pub(super) fn more(&mut self, step: &'static str) -> Result<bool, Broken> {
        let mut room = [0; 8192];
        let count = self.channel.receive(&mut room, self.patience, step)?;
        self.held.extend_from_slice(&room[..count]);
        Ok(count > 0)
    }

    /// The head of the final response; interim ones (1xx) are passed over. `now` is what `Retry-After` dates are counted from.
    pub(super) fn head(&mut self, now: SystemTime) -> Result<Head, Broken> {
        let mut passed = 0;
        loop {
            if let Some((head, used)) = parse(&self.held, now)? {
                self.held.drain(..used);
                match head.status {
                    101 => return Err(Broken::Protocol("the server changes to another protocol unasked".to_owned())),
                    100..=199 => passed += used,
                    _ => return Ok(head),
                }
            } else if passed + self.held.len() > HEAD_LIMIT {
                return Err(Broken::Protocol(format!("the head is longer than {HEAD_LIMIT} bytes")));
            } else if !self.more("waiting for the answer")? {
                let place = if self.held.is_empty() { "without an answer" } else { "in the middle of the head" };
                return Err(Broken::Protocol(format!("the connection was closed {place}")));
            }
        }
    }
}

fn parse(held: &[u8], now: SystemTime) -> Result<Option<(Head, usize)>, Broken> {
    let mut fields = [EMPTY_HEADER; FIELD_LIMIT];
    let mut response = httparse::Response::new(&mut fields);
    let mut parser = ParserConfig::default();
    // small servers write odd heads; what curl takes is taken here
    parser
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true)
        .ignore_invalid_headers_in_responses(true);
    match parser.parse_response(&mut response, held) {
        Ok(Status::Partial) => Ok(None),
        Ok(Status::Complete(used)) => {
            let status = response.code.unwrap_or_default();
            let field = |name: &str| values(response.headers, name).next();
            let retry_after = field("Retry-After").and_then(|text| date::retry_after(&text, now));
            let length = length(status, response.headers)?;
            Ok(Some((
                Head {
                    status,
                    length,
                    trail: Trail {
                        location: field("Location"),
                        cookies: values(response.headers, "Set-Cookie").map(Secret::new).collect(),
                    },
                    retry_after,
                    date: field("Date").and_then(|text| date::moment(&text)),
                    cookie: cookie(response.headers),
                    by_proxy: by_proxy(status, response.headers),
                },
                used,
            )))
        }
        Err(httparse::Error::TooManyHeaders) => {
            Err(Broken::Protocol(format!("the head has more than {FIELD_LIMIT} fields")))
        }
        Err(_) => Err(Broken::Protocol(format!("this is no HTTP: '{}'", beginning(held)))),
    }
}

/// The provider must not be blamed for what a proxy says (a 401 would look like a wrong password), but only 407 is a proxy's for sure
/// (RFC 9110 section 15.5.8). tinyproxy signs its own pages and adds `Via` to those of others; squid marks its own.
fn by_proxy(status: u16, fields: &[Header<'_>]) -> bool {
    let tiny = values(fields, "Server").any(|server| server.starts_with("tinyproxy"))
        && values(fields, "Via").next().is_none();
    let squid = values(fields, "X-Squid-Error").next().is_some();
    status == 407 || (status >= 400 && (tiny || squid))
}

fn cookie(fields: &[Header<'_>]) -> Option<Secret> {
    let pairs = values(fields, "Set-Cookie").map(|field| field.split(';').next().unwrap_or_default().trim().to_owned());
    let pairs: Vec<String> = pairs.filter(|pair| pair.contains('=')).collect();
    (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")))
}

fn values<'h>(fields: &'h [Header<'h>], name: &'h str) -> impl Iterator<Item = String> + 'h {
    let named = fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
    named.map(|field| String::from_utf8_lossy(field.value).trim().to_owned())
}

fn length(status: u16, fields: &[Header<'_>]) -> Result<Length, Broken> {
    if status < 200 || matches!(status, 204 | 304) {
        return Ok(Length::Exactly(0));
    }
    if let Some(coding) = values(fields, "Transfer-Encoding").last() {
        let unknown =
            || Broken::Protocol(format!("transfer coding '{}' was not asked for", beginning(coding.as_bytes())));
        return coding.eq_ignore_ascii_case("chunked").then_some(Length::Chunked).ok_or_else(unknown);
    }
    let mut lengths = values(fields, "Content-Length")
        .flat_map(|text| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>());
    let Some(first) = lengths.next() else { return Ok(Length::UntilClose) };
    let number = if first.bytes().all(|b| b.is_ascii_digit()) { first.parse().ok() } else { None };
    match number {
        Some(number) if lengths.all(|other| other == first) => Ok(Length::Exactly(number)),
        _ => Err(Broken::Protocol("the length of the body is given as no number, or as two".to_owned())),
    }
}

/// The first printable characters of something that was not understood.
fn beginning(held: &[u8]) -> String {
    held.iter().take(40).map(|&b| if b.is_ascii_graphic() || b == b' ' { char::from(b) } else { '.' }).collect()
}

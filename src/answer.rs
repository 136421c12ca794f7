//! What a provider can say, whatever protocol it said it in, and the words of the dyndns2 protocol.
//!
//! Pure; shared with the server, which says the same words. Contract section 5 is the source of the classes.
#![forbid(unsafe_code)]

use std::net::Ipv6Addr;
use std::time::Duration;

/// A provider's answer, sorted by what the updater does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The record now holds the address.
    Accepted,
    /// The record held it already (`nochg`).
    Unchanged,
    /// Refused until the owner changes something.
    Refused(Refusal),
    /// Told to slow down, for this long if the provider said so.
    SlowDown(Option<Duration>),
    /// The provider has trouble of its own; it may say when to come back.
    ServerTrouble(Option<Duration>),
    /// Something answered, but what it said means nothing to us; or an update script says that the update was not accepted.
    Unclear,
    /// Nothing was asked: the request could not be made (script returned 127, template without a host, ...).
    NotSent,
    /// No answer: no connection, no name, no TLS, no time.
    Unreachable,
    /// A signal asked the process to end while the provider was being asked.
    Interrupted,
}

/// Why a provider refuses for good; each is the owner's to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `badauth`, HTTP 401: user name or password are wrong.
    BadAuth,
    /// `!donator`: a feature that must be paid for.
    NotDonator,
    /// `notfqdn`: the domain is not a full name.
    NotFqdn,
    /// `nohost`, HTTP 404: the name is not in this account, or the URL is wrong.
    NoHost,
    /// `numhost`: too many or too few hosts in one request.
    NumHost,
    /// `badagent`: this client is not welcome.
    BadAgent,
    /// HTTP 403: logged in, but not allowed.
    Forbidden,
}

impl Refusal {
    /// The dyndns2 word; a server says it, a client reads it.
    pub fn word(self) -> &'static str {
        match self {
            Self::BadAuth | Self::Forbidden => "badauth",
            Self::NotDonator => "!donator",
            Self::NotFqdn => "notfqdn",
            Self::NoHost => "nohost",
            Self::NumHost => "numhost",
            Self::BadAgent => "badagent",
        }
    }
}

/// An answer together with what the log shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The class that decides what happens next.
    pub answer: Answer,
    /// What the provider or the network literally said, shortened; may still hold secrets, the log masks them.
    pub said: String,
    /// The body for `SECTION.dat` (last transfer's answer), as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// Nobody answered; `said` tells why.
    pub fn unreachable(said: String) -> Self {
        Self { answer: Answer::Unreachable, said, body: Vec::new() }
    }
}

/// Only so much of a body is looked at: an answer is a line or two.
const LOOKED_AT: usize = 16 * 1024;

const REFUSALS: [Refusal; 6] =
    [Refusal::BadAuth, Refusal::NotDonator, Refusal::NotFqdn, Refusal::NoHost, Refusal::NumHost, Refusal::BadAgent];

/// Sorts an HTTP answer. `words` is the provider's own list of success; without one, any 2xx without a refusing word and without the word
/// `error` is success. Words count, not substrings: `nogood` is not `good`, and the words of the protocol count at the head of a line only.
pub fn judge(status: u16, retry_after: Option<Duration>, body: &[u8], words: &[String]) -> Answer {
    // a NUL ends a word like a blank does
    let text = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body)).to_lowercase().replace('\0', " ");
    let said = protocol_words(&text, retry_after);
    match status {
        429 => Answer::SlowDown(retry_after),
        500..=599 => Answer::ServerTrouble(retry_after),
        200..=299 => judge_success(said, &text, words),
        _ => said.filter(|answer| !answer.is_good()).unwrap_or(match status {
            401 => Answer::Refused(Refusal::BadAuth),
            403 => Answer::Refused(Refusal::Forbidden),
            404 => Answer::Refused(Refusal::NoHost),
            _ => Answer::Unclear,
        }),
    }
}

/// The same for a request about several names, where each may have a line of its own, in the order of the request: one answer for each name
/// then, and else one for all of them (source: the update protocol of Dyn and No-IP).
pub fn judge_each(
    status: u16,
    retry_after: Option<Duration>,
    body: &[u8],
    words: &[String],
    names: usize,
) -> Vec<Answer> {
    let lines: Vec<&[u8]> = lines(body).collect();
    if names < 2 || lines.len() != names || !(200..300).contains(&status) {
        return vec![judge(status, retry_after, body, words)];
    }
    lines.into_iter().map(|line| judge(status, retry_after, line, words)).collect()
}

/// The lines of an answer that hold anything.
pub fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = body.get(..LOOKED_AT).unwrap_or(body);
    body.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

impl Answer {
    /// How much an answer weighs beside others about the same update: the one that asks for the longest silence comes first.
    pub fn weight(&self) -> u8 {
        match self {
            Self::Interrupted => 0,
            Self::SlowDown(_) => 1,
            Self::Refused(_) => 2,
            Self::ServerTrouble(_) => 3,
            Self::Unclear => 4,
            Self::NotSent => 5,
            Self::Unreachable => 6,
            Self::Accepted => 7,
            Self::Unchanged => 8,
        }
    }

    /// The provider has the address now.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Accepted | Self::Unchanged)
    }
}

fn judge_success(said: Option<Answer>, text: &str, words: &[String]) -> Answer {
    match said {
        // `nochg` means the same to everybody, listed or not: the record is right. `good` of a list without it is somebody else's word.
        Some(Answer::Accepted) if !words.is_empty() && !listed(text, words) => Answer::Unclear,
        Some(answer) => answer,
        None if listed(text, words) => Answer::Accepted,
        None if !words.is_empty() => Answer::Unclear,
        None if !has_phrase(text, "error") => Answer::Accepted,
        // afraid.org: "ERROR: Address 192.0.2.1 has not changed."
        None if has_phrase(text, "has not changed") => Answer::Unchanged,
        None => Answer::Unclear,
    }
}

/// The answer of the dyndns2 words; a bad one beats a good one, since one of several names was not updated, and among bad ones the one that
/// asks for the longest silence wins.
fn protocol_words(text: &str, retry_after: Option<Duration>) -> Option<Answer> {
    heads(text).filter_map(|word| protocol_word(word, retry_after)).min_by_key(|answer| match answer {
        Answer::SlowDown(_) => 0,
        Answer::Refused(_) => 1,
        Answer::Unchanged => 3,
        Answer::Accepted => 4,
        _ => 2,
    })
}

/// The first word of each line, and of each value of a JSON object on it.
fn heads(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).flat_map(|line| {
        let values = line.split(':').skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
        std::iter::once(line).chain(values).map(head)
    })
}

fn head(line: &str) -> &str {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\u{feff}');
    let end = line.find(|c: char| !(c == '!' || is_word(c))).unwrap_or(line.len());
    &line[..end]
}

/// Words of the protocol, and those of well-known providers that mean the same.
fn protocol_word(word: &str, retry_after: Option<Duration>) -> Option<Answer> {
    match word {
        "good" => Some(Answer::Accepted),
        "nochg" => Some(Answer::Unchanged),
        // the second is easydns.com's
        "abuse" | "toosoon" => Some(Answer::SlowDown(retry_after)),
        "911" | "dnserr" => Some(Answer::ServerTrouble(retry_after)),
        "badsys" => Some(Answer::Refused(Refusal::BadAgent)),
        // easydns.com and duckdns.org
        "noaccess" | "ko" => Some(Answer::Refused(Refusal::BadAuth)),
        // a name of another account, and one that is not set up for updates, in older answers of the protocol
        "!yours" | "!active" => Some(Answer::Refused(Refusal::NoHost)),
        _ => REFUSALS.into_iter().find(|refusal| refusal.word() == word).map(Answer::Refused),
    }
}

/// Whether one of a provider's own words or phrases stands in the text. The protocol's `good` and `nochg` count at the head of a line only.
fn listed(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| {
        let word = word.trim().to_lowercase();
        match word.as_str() {
            "" => false,
            "good" | "nochg" => heads(text).any(|head| head == word),
            phrase => has_phrase(text, phrase),
        }
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Whether `phrase` stands in `text` as whole words, and not as a part of a number or an address: the `0` of 192.0.2.1 is no answer.
fn has_phrase(text: &str, phrase: &str) -> bool {
    let starts = phrase.starts_with(is_word);
    let ends = phrase.ends_with(is_word);
    text.match_indices(phrase).any(|(at, found)| {
        let mut before = text[..at].chars().rev();
        let mut behind = text[at + found.len()..].chars();
        let glued =
            (starts && goes_on(before.next(), before.next())) || (ends && goes_on(behind.next(), behind.next()));
        !glued && !in_address(text, at)
    })
}

fn goes_on(next: Option<char>, one_further: Option<char>) -> bool {
    next.is_some_and(is_word) || (next == Some('.') && one_further.is_some_and(|c| c.is_ascii_digit()))
}

fn in_address(text: &str, at: usize) -> bool {
    let part = |c: char| c.is_ascii_hexdigit() || c == ':';
    let start = text[..at]
        .rfind(|c| !part(c))
        .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(|c| !part(c)).map_or(text.len(), |length| at + length);
    text.get(start..end).is_some_and(|word| word.contains(':') && word.parse::<Ipv6Addr>().is_ok())
}

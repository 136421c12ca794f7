//! What a provider can say, whatever protocol it said it in, and the words of the dyndns2 protocol.
//!
//! Pure; shared with the server, which says the same words. Contract section 5 is the source of the classes.
#![forbid(unsafe_code)]

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
    /// Something answered, but what it said means nothing to us.
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
    /// An update script returned non-zero, or the provider used refusing words of its own.
    ByProvider,
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

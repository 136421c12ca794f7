//! What is said of one host, or of the account as a whole.

use std::net::IpAddr;

use crate::pair::Pair;
use crate::tally::Answer;

/// The words of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    /// All was so.
    NoChange,
    /// The DNS has it now.
    Good,
    /// A name that is none.
    NotFqdn,
    /// A name that is not this account's.
    NoHost,
    /// Too many names.
    NumHost,
    /// Wrong credentials.
    BadAuth,
    /// Too often.
    Abuse,
    /// The DNS is not known to have it.
    DnsErr,
    /// Trouble here.
    Trouble,
}

impl Word {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoChange => "nochg",
            Self::Good => "good",
            Self::NotFqdn => "notfqdn",
            Self::NoHost => "nohost",
            Self::NumHost => "numhost",
            Self::BadAuth => "badauth",
            Self::Abuse => "abuse",
            Self::DnsErr => "dnserr",
            Self::Trouble => "911",
        }
    }

    /// For people, in JSON.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::NoChange => "the address was so already",
            Self::Good => "the DNS has the address",
            Self::NotFqdn => "a full host name is wanted",
            Self::NoHost => "this account has no such host",
            Self::NumHost => "too many names in one request",
            Self::BadAuth => "wrong user name or password",
            Self::Abuse => "too many requests; wait a minute",
            Self::DnsErr => "the DNS could not be changed; the change is kept and tried again",
            Self::Trouble => "the service has trouble; try again later",
        }
    }

    /// How it is counted.
    pub(super) fn counted(self) -> Answer {
        match self {
            Self::NoChange => Answer::NoChange,
            Self::Good => Answer::Good,
            Self::NotFqdn => Answer::NotFqdn,
            Self::NoHost => Answer::NoHost,
            Self::NumHost => Answer::NumHost,
            Self::BadAuth => Answer::BadAuth,
            Self::Abuse => Answer::Abuse,
            Self::DnsErr => Answer::DnsErr,
            Self::Trouble => Answer::Trouble,
        }
    }

    /// HTTP status in JSON mode; in text mode clients want 200 for all but a refused login.
    pub(super) fn status(self) -> u16 {
        match self {
            Self::NoChange | Self::Good => 200,
            Self::NotFqdn | Self::NumHost => 400,
            Self::NoHost => 404,
            Self::BadAuth => 401,
            Self::Abuse => 429,
            Self::DnsErr => 502,
            Self::Trouble => 503,
        }
    }
}

/// What is said of one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) word: Word,
    /// The addresses that the request spoke of, where they hold now.
    pub(super) addresses: Pair<Option<IpAddr>>,
}

/// An outcome with the host's name as the request wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) outcome: Outcome,
}

impl Outcome {
    pub(super) fn word(word: Word) -> Self {
        Self { word, addresses: Pair::default() }
    }

    pub(super) fn with(word: Word, addresses: Pair<Option<IpAddr>>) -> Self {
        Self { word, addresses }
    }

    pub(super) fn of(self, name: String) -> Named {
        Named { name, outcome: self }
    }

    /// With spaces between, IPv4 first.
    pub(super) fn addresses_text(&self) -> String {
        let texts: Vec<String> = self.addresses.present().map(|address| address.to_string()).collect();
        texts.join(" ")
    }

    /// One line of the answer: `good 192.0.2.1 2001:db8::1`.
    pub(super) fn line(&self) -> String {
        let addresses = self.addresses_text();
        if addresses.is_empty() { self.word.text().to_owned() } else { format!("{} {addresses}", self.word.text()) }
    }
}

//! Letters to users, and who carries them.
#![forbid(unsafe_code)]

use std::fmt;

/// A letter as it waits in the outbox. It is written out in full when it is put there, in the transaction of the change that it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Unique for ever: made of host, generation and kind; also the letter's `Message-ID`, so that one sent twice is seen as one.
    pub key: String,
    /// The host it is about.
    pub host: i64,
    /// It leaves only after the DNS is known to have this generation.
    pub generation: i64,
    /// Mail address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why a letter did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterFault {
    /// Try again later: no connection, no time, 4xx.
    Later(String),
    /// Never: 5xx, an address that is none.
    Never(String),
}

impl fmt::Display for LetterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later(said) => write!(f, "not now: {said}"),
            Self::Never(said) => write!(f, "refused: {said}"),
        }
    }
}

impl std::error::Error for LetterFault {}

/// The mail server.
#[async_trait::async_trait]
pub trait Mail: Send + Sync {
    /// Hands one letter over; `Ok` means that the server has taken responsibility for it.
    async fn send(&self, letter: &Letter) -> Result<(), LetterFault>;

    /// Whether the server can be reached and would take mail from us; sends nothing.
    async fn check(&self) -> Result<String, LetterFault>;
}

//! What is wrong with the options of `[email]`, and what an answer of the server means for a letter.

use std::error::Error as _;
use std::fmt;

use ddns::secret::Mask;
use lettre::transport::smtp::Error;

use crate::world::LetterFault;

/// The operator mends the configuration; each names table, key and value, and never the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailFault {
    /// `from_address` is not one mail address.
    Sender {
        /// As it was written.
        value: String,
        /// What is wrong.
        said: String,
    },
    /// `smtp_password` is no text.
    Password,
    /// Certificates of authorities that cannot be read.
    Authority(String),
}

impl fmt::Display for MailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sender { value, said } => write!(
                f,
                "[email] from_address = \"{value}\" is no mail address ({said}); wanted is user@example.com or Name <user@example.com>"
            ),
            Self::Password => f.write_str("[email] smtp_password is not UTF-8"),
            Self::Authority(said) => write!(f, "[email] smtp_starttls: certificates cannot be read: {said}"),
        }
    }
}

impl std::error::Error for MailFault {}

/// A step of the exchange: its name in sentences, and whether a refusal there is of the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Resolve,
    Connect,
    Greeting,
    Starttls,
    Login,
    Noop,
    Sender,
    Recipient,
    Data,
    Text,
}

impl Step {
    fn said(self) -> &'static str {
        match self {
            Self::Resolve => "looking up its name",
            Self::Connect => "connecting",
            Self::Greeting => "its greeting",
            Self::Starttls => "STARTTLS",
            Self::Login => "the login",
            Self::Noop => "NOOP",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Text => "the text",
        }
    }

    /// A "no" before the recipient is named is about us or the configuration: letters wait until that is mended.
    fn is_about_the_letter(self) -> bool {
        matches!(self, Self::Recipient | Self::Data | Self::Text)
    }
}

/// The time of a step, or of all of them, is over.
pub(super) fn late(server: &str, step: Step) -> LetterFault {
    LetterFault::Later(format!("mail server {server}: no answer in time at {}", step.said()))
}

/// Something this program finds wrong at a step.
pub(super) fn refused(server: &str, step: Step, said: &str) -> LetterFault {
    LetterFault::Later(format!("mail server {server}: {}: {said}", step.said()))
}

/// What an error of the exchange means; secrets that the server said back are covered.
pub(super) fn judge(server: &str, step: Step, error: &Error, mask: &Mask) -> LetterFault {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let said = match error.status() {
        Some(code) => format!("{code} {cause}"),
        None if cause.is_empty() => error.to_string(),
        None => cause,
    };
    let said: String = mask.cover(&said).chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let sentence = format!("mail server {server}: {}: {}", step.said(), said.trim());
    if error.is_permanent() && step.is_about_the_letter() {
        LetterFault::Never(sentence)
    } else {
        LetterFault::Later(sentence)
    }
}

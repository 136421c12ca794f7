//! A letter as it goes over the wire (RFC 5322): headers, and the body as quoted-printable UTF-8.

use std::fmt::Write as _;

use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message};

use super::fault::MailFault;
use crate::world::{Letter, LetterFault};

/// Envelope and text, ready to be sent.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) text: Vec<u8>,
}

impl Sheet {
    /// Whether the addresses need a server that knows SMTPUTF8 (RFC 6531). Domains never do: they go as A-labels.
    pub(super) fn needs_utf8(&self) -> bool {
        !self.from.user().is_ascii() || !self.to.user().is_ascii()
    }
}

/// `user@example.com` or `Name <user@example.com>`.
pub(super) fn sender(value: &str) -> Result<Mailbox, MailFault> {
    let fault = |said: String| MailFault::Sender { value: value.escape_debug().to_string(), said };
    let mailbox: Mailbox = value.trim().parse().map_err(|e: lettre::address::AddressError| fault(e.to_string()))?;
    let email = as_in_dns(&mailbox.email).ok_or_else(|| fault("its domain is none".to_owned()))?;
    Ok(Mailbox::new(mailbox.name, email))
}

/// The address with its domain as A-labels, so that every server understands it.
fn as_in_dns(address: &Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address.clone());
    }
    let domain = idna::domain_to_ascii(address.domain()).ok()?;
    Address::new(address.user(), domain).ok()
}

/// The letter as a message; `Never` when its recipient is none.
pub(super) fn write(from: &Mailbox, letter: &Letter) -> Result<Sheet, LetterFault> {
    let none = |said: &str| LetterFault::Never(format!("\"{}\" is no mail address: {said}", letter.to.escape_debug()));
    let to: Address = letter.to.trim().parse().map_err(|e: lettre::address::AddressError| none(&e.to_string()))?;
    let to = as_in_dns(&to).ok_or_else(|| none("its domain is none"))?;
    // the library ends the text with a line end of its own
    let text = letter.body.trim_end_matches(['\r', '\n']).to_owned();
    let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| LetterFault::Never("the text cannot be encoded".to_owned()))?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()])
        .map_err(|fault| LetterFault::Never(fault.to_string()))?;
    let message = Message::builder()
        .envelope(envelope)
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(one_line(&letter.subject))
        .message_id(Some(message_id(from.email.domain(), letter)))
        .date_now()
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("MIME-Version"), "1.0".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(|fault| LetterFault::Never(format!("the letter cannot be written: {fault}")))?;
    Ok(Sheet { from: from.email.clone(), to, text: message.formatted() })
}

/// A row of the outbox may be older than the rule that subjects are one line.
fn one_line(subject: &str) -> String {
    subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same for the same letter, however often and by whichever instance it is sent; another one for the letters of another database, whose
/// hosts have the same numbers.
fn message_id(domain: &str, letter: &Letter) -> String {
    let key: String = letter.key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let content = [&letter.key, &letter.to, &letter.subject, &letter.body].map(String::as_str).join("\0");
    let digest = ring::digest::digest(&ring::digest::SHA256, content.as_bytes());
    let mut hex = String::new();
    for byte in &digest.as_ref()[..8] {
        let _ = write!(hex, "{byte:02x}");
    }
    format!("<ddns.{key}.{hex}@{domain}>")
}

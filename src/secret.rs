//! Values that must never be read by a stranger, and the mask that keeps them out of every text that leaves the program.
//!
//! Pure. Contract section 3: `***PW***` stands wherever a password, or anything made of it, would have stood.
#![forbid(unsafe_code)]

mod mask;

use std::fmt::{self, Write as _};

pub use mask::Mask;

/// What stands in place of a secret.
pub const MASK: &str = "***PW***";

/// Bytes of an option that must not be shown. Any byte may occur: passwords are not always UTF-8.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one place that sends them.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// True when there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Percent-encoding as ddns-scripts does it: A-Z a-z 0-9 `- _ . ~` stay, every other byte becomes `%xx` with lower-case digits.
pub fn percent_encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

/// Base64 (RFC 4648 section 4), for Basic authentication and for masking it.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &b| word << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place)) & 63;
            out.push(if place > chunk.len() { '=' } else { char::from(DIGITS[digit as usize]) });
        }
    }
    out
}

/// The bytes behind a text in base64 (RFC 4648 section 4), with or without `=` at its end; `None` when it is none.
pub fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let padded = digits.len() == text.len() || text.len().is_multiple_of(4);
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.chunks(4) {
        let mut word = 0;
        for &digit in chunk {
            word = word << 6 | u32::from(value(digit)?);
        }
        let [_, bytes @ ..] = (word << (6 * (4 - chunk.len()))).to_be_bytes();
        out.extend_from_slice(&bytes[..chunk.len() - 1]);
    }
    (padded && digits.len() % 4 != 1).then_some(out)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_it_is_written_and_nothing_else_is() {
        for bytes in [&b""[..], b"f", b"fo", b"foo", b"foob", b"\xff\xfe\x00\x3e\x3f"] {
            let text = base64(bytes);
            assert_eq!(from_base64(text.as_bytes()).as_deref(), Some(bytes), "{text}");
            assert_eq!(from_base64(text.trim_end_matches('=').as_bytes()).as_deref(), Some(bytes), "{text}");
        }
        for none in ["Z", "Zg=", "Zm8==", "Zm9v=", "Zm9v Zm9v", "Zm9\u{e9}", "Zg-_", "=", "===="] {
            assert_eq!(from_base64(none.as_bytes()), None, "{none}");
        }
    }
}

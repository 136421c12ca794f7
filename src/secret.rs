//! Values that must never be read by a stranger, and the mask that keeps them out of every text that leaves the program.
//!
//! Pure. Contract section 3: `***PW***` stands wherever a password, or anything made of it, would have stood.
#![forbid(unsafe_code)]

use std::fmt;

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
            out.push_str(&format!("%{byte:02x}"));
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

/// Secrets shorter than this are covered only where they stand alone, or a password `1` would make every number unreadable.
const SHORT: usize = 4;

/// The secrets of a section in every form in which they may turn up, to be covered in every text that leaves the program.
#[derive(Clone, Default)]
pub struct Mask(Vec<Vec<u8>>);

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask of {} forms", self.0.len())
    }
}

impl Mask {
    /// Covers these secrets. A login `user:password` covers its password and its Basic form too.
    pub fn new<'s>(
        secrets: impl IntoIterator<Item = &'s Secret>,
        logins: impl IntoIterator<Item = &'s Secret>,
    ) -> Self {
        let mut forms: Vec<Vec<u8>> = secrets.into_iter().flat_map(|secret| forms_of(secret.reveal())).collect();
        for login in logins {
            forms.push(base64(login.reveal()).into_bytes());
            if let Some(colon) = login.reveal().iter().position(|byte| *byte == b':') {
                forms.extend(forms_of(&login.reveal()[colon + 1..]));
            }
        }
        forms.retain(|form| !form.is_empty());
        // the longest first: a password may be a part of another secret
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self(forms)
    }

    /// `text` with [`MASK`] in place of every secret.
    pub fn cover(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.cover_bytes(text.as_bytes())).into_owned()
    }

    /// As [`Mask::cover`], for bytes of any kind.
    pub fn cover_bytes(&self, text: &[u8]) -> Vec<u8> {
        let mut covered = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            match self.0.iter().find(|form| stands_at(text, at, form)) {
                Some(form) => {
                    covered.extend_from_slice(MASK.as_bytes());
                    at += form.len();
                }
                None => {
                    covered.push(text[at]);
                    at += 1;
                }
            }
        }
        covered
    }
}

fn stands_at(text: &[u8], at: usize, form: &[u8]) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    text[at..].starts_with(form)
        && (form.len() >= SHORT
            || (!letter(at.checked_sub(1).and_then(|before| text.get(before))) && !letter(text.get(at + form.len()))))
}

/// A secret as it is, in URLs, in forms, in JSON, in a shell's quotes, in Basic authentication, and as text with broken UTF-8 replaced.
fn forms_of(secret: &[u8]) -> Vec<Vec<u8>> {
    let encoded = percent_encoded(secret);
    let lossy = String::from_utf8_lossy(secret);
    let json = lossy.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    vec![
        secret.to_vec(),
        encoded.replace("%20", "+").into_bytes(),
        upper_hex(&encoded).into_bytes(),
        upper_hex(&encoded).replace("%20", "+").into_bytes(),
        encoded.into_bytes(),
        json.into_bytes(),
        lossy.replace('\'', "'\\''").into_bytes(),
        base64(secret).into_bytes(),
        lossy.into_owned().into_bytes(),
    ]
}

/// `%c3` becomes `%C3`: both spellings are in use (RFC 3986 section 2.1).
fn upper_hex(encoded: &str) -> String {
    let mut out = String::with_capacity(encoded.len());
    let mut digits = 0_u8;
    for c in encoded.chars() {
        digits = if c == '%' { 3 } else { digits };
        out.push(if digits > 0 { c.to_ascii_uppercase() } else { c });
        digits = digits.saturating_sub(1);
    }
    out
}

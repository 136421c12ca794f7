//! The mask: finds secrets in whatever form a provider, a script or an error message writes them.
//!
//! Pure bytes. A page that quotes our request may write a password percent-encoded, a JSON error escaped, an HTML page as entities, a shell
//! in quotes, and none of them agrees on which characters need it. So a text is read unit by unit against the secret, each unit in any of
//! those spellings, instead of being searched for a list of finished forms.
#![forbid(unsafe_code)]

use std::fmt;
use std::ops::Range;

use super::{MASK, Secret, base64};

/// Secrets shorter than this are covered only where they stand alone, or a password `1` would make every number unreadable.
const SHORT: usize = 4;
/// A line of a longer secret (a key file) is a secret of its own from this length on: logs are written by lines.
const LINE: usize = 8;

/// The secrets of a section, to be covered in every text that leaves the program.
#[derive(Clone, Default)]
pub struct Mask(Vec<Vec<u8>>);

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask of {} secrets", self.0.len())
    }
}

impl Mask {
    /// Covers these secrets. A login `user:password` covers its password and its Basic form; the user's name is no secret.
    pub fn new<'s>(
        secrets: impl IntoIterator<Item = &'s Secret>,
        logins: impl IntoIterator<Item = &'s Secret>,
    ) -> Self {
        let mut all = Vec::new();
        for secret in secrets {
            add(&mut all, secret.reveal());
        }
        for login in logins {
            let login = login.reveal();
            add_token(&mut all, login);
            if let Some(colon) = login.iter().position(|byte| *byte == b':') {
                add(&mut all, &login[colon + 1..]);
            }
        }
        all.retain(|secret| !secret.is_empty());
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// `text` with [`MASK`] in place of every secret.
    pub fn cover(&self, text: &str) -> String {
        let hits = self.hits(text.as_bytes());
        if hits.is_empty() {
            text.to_owned()
        } else {
            String::from_utf8_lossy(&covered(text.as_bytes(), &hits)).into_owned()
        }
    }

    /// As [`Mask::cover`], for bytes of any kind.
    pub fn cover_bytes(&self, text: &[u8]) -> Vec<u8> {
        covered(text, &self.hits(text))
    }

    /// Where secrets stand, in order; what overlaps is one place, so that no rest of a secret is left between two others.
    fn hits(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut hits: Vec<Range<usize>> = Vec::new();
        for at in 0..text.len() {
            let ends = self.0.iter().filter_map(|secret| end_of(text, at, secret));
            let Some(end) = ends.max() else { continue };
            match hits.last_mut() {
                Some(last) if at < last.end => last.end = last.end.max(end),
                _ => hits.push(at..end),
            }
        }
        hits
    }
}

fn add(all: &mut Vec<Vec<u8>>, secret: &[u8]) {
    all.push(secret.to_vec());
    // where bytes become text, what is no UTF-8 is replaced
    all.push(String::from_utf8_lossy(secret).into_owned().into_bytes());
    if secret.len() >= SHORT {
        add_token(all, secret);
    }
    let lines = secret.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    all.extend(lines.filter(|line| line.len() >= LINE && line.len() < secret.len()).map(<[u8]>::to_vec));
}

/// Base64 without its padding, which some writers leave out.
fn add_token(all: &mut Vec<Vec<u8>>, secret: &[u8]) {
    all.push(base64(secret).trim_end_matches('=').as_bytes().to_vec());
}

fn covered(text: &[u8], hits: &[Range<usize>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for hit in hits {
        out.extend_from_slice(&text[from..hit.start]);
        out.extend_from_slice(MASK.as_bytes());
        from = hit.end;
    }
    out.extend_from_slice(&text[from..]);
    out
}

/// Where `secret` ends if it begins at `at`.
fn end_of(text: &[u8], at: usize, secret: &[u8]) -> Option<usize> {
    let first = text[at];
    // nearly every byte ends here
    if first != secret[0] && !matches!(first, b'%' | b'+' | b'\\' | b'&' | b'\'') {
        return None;
    }
    let end = if text[at..].starts_with(secret) { at + secret.len() } else { spelled(text, at, secret)? };
    (secret.len() >= SHORT || alone(text, at, end)).then_some(end)
}

/// No letter or digit on either side, and not a part of an address or a decimal number.
fn alone(text: &[u8], at: usize, end: usize) -> bool {
    let byte = |place: Option<usize>| place.and_then(|place| text.get(place)).copied().unwrap_or(b' ');
    let digit = |place: Option<usize>| byte(place).is_ascii_digit();
    let before = byte(at.checked_sub(1));
    let behind = byte(Some(end));
    let glued = (before == b'.' && digit(at.checked_sub(2))) || (behind == b'.' && digit(Some(end + 1)));
    !before.is_ascii_alphanumeric() && !behind.is_ascii_alphanumeric() && !glued
}

/// Tells how many bytes of text spell how many bytes of the secret, at the head of both.
type Style = fn(&[u8], &[u8]) -> Option<(usize, usize)>;

/// The rules by which writers spell the characters that mean something to their readers. One writer keeps to one rule, so that nothing is
/// ambiguous: what may be read in two ways has been tried as it stands already.
const STYLES: [Style; 4] = [percent, backslash, entity, quote];

/// Where `secret` ends if it stands at `at` in one of the styles.
fn spelled(text: &[u8], at: usize, secret: &[u8]) -> Option<usize> {
    STYLES.iter().filter_map(|style| spelled_by(*style, text, at, secret)).max()
}

fn spelled_by(style: Style, text: &[u8], mut at: usize, secret: &[u8]) -> Option<usize> {
    let mut matched = 0;
    while matched < secret.len() {
        let (read, bytes) = style(text.get(at..)?, &secret[matched..])?;
        at += read;
        matched += bytes;
    }
    Some(at)
}

fn plain(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    (text.first()? == secret.first()?).then_some((1, 1))
}

/// URLs and forms: `%xx`, and `+` for a blank.
fn percent(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    match (text.first()?, hex(text.get(1..3))) {
        (b'%', Some(code)) => (code == u32::from(secret[0])).then_some((3, 1)),
        (b'+', _) if secret[0] == b' ' => Some((1, 1)),
        _ => plain(text, secret),
    }
}

/// The number that some hexadecimal digits say.
fn hex(digits: Option<&[u8]>) -> Option<u32> {
    digits?.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// `\"` and the like of shells and JSON, `\n`, `\u00e9` (RFC 8259 section 7).
fn backslash(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    if *text.first()? != b'\\' {
        return plain(text, secret);
    }
    let letter = *text.get(1)?;
    let control = match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        other => other,
    };
    if control == secret[0] || letter == secret[0] {
        return Some((2, 1));
    }
    if letter != b'u' {
        return None;
    }
    let high = hex(text.get(2..6))?;
    let paired = || (text.get(6..8)? == br"\u").then(|| hex(text.get(8..12)))?;
    let (length, code) = match (high, paired()) {
        (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => (12, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
        _ => (6, high),
    };
    let mut buffer = [0; 4];
    let spelled = char::from_u32(code)?.encode_utf8(&mut buffer).as_bytes();
    secret.starts_with(spelled).then_some((length, spelled.len()))
}

/// HTML and XML: `&lt;`, `&#60;`.
fn entity(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    let forms: &[&[u8]] = match secret[0] {
        b'&' => &[b"&amp;", b"&#38;", b"&#038;", b"&#x26;"],
        b'<' => &[b"&lt;", b"&#60;", b"&#x3C;"],
        b'>' => &[b"&gt;", b"&#62;", b"&#x3E;"],
        b'"' => &[b"&quot;", b"&#34;", b"&#034;", b"&#x22;"],
        b'\'' => &[b"&#39;", b"&#039;", b"&apos;", b"&#x27;"],
        _ => &[],
    };
    let found = forms.iter().find(|form| text.get(..form.len()).is_some_and(|head| head.eq_ignore_ascii_case(form)));
    found.map_or_else(|| plain(text, secret), |form| Some((form.len(), 1)))
}

/// A shell's quotes: `'\''`, or `'"'"'` as dash writes it.
fn quote(text: &[u8], secret: &[u8]) -> Option<(usize, usize)> {
    let forms: [&[u8]; 2] = [br"'\''", br#"'"'"'"#];
    match forms.iter().find(|form| secret[0] == b'\'' && text.starts_with(form)) {
        Some(form) => Some((form.len(), 1)),
        None => plain(text, secret),
    }
}

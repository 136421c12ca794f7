//! One-time codes of a second factor (RFC 6238), made of a shared secret as sites show it, in base32 (RFC 4648 section 6).
//!
//! Pure.

use ring::hmac;

/// The code of six digits for this second since 1970; `None` when the secret is no base32.
pub(super) fn code(secret: &str, seconds: u64) -> Option<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret)?);
    let tag = hmac::sign(&key, &(seconds / 30).to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag.last()? & 15);
    let word = tag.get(at..at + 4)?.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    Some(format!("{:06}", (word & 0x7fff_ffff) % 1_000_000))
}

/// Blanks and padding are passed over; letters may be small.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0u32, 0);
    for digit in text.bytes().filter(|digit| !b" -=".contains(digit)) {
        let value = match digit.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => letter - b'A',
            number @ b'2'..=b'7' => number - b'2' + 26,
            _ => return None,
        };
        held = held << 5 | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 255) as u8);
        }
    }
    Some(out).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B; its codes have eight digits, the last six are the code of six.
    #[test]
    fn the_codes_of_the_rfc_come_out() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, wanted) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code(secret, seconds).as_deref(), Some(wanted));
        }
    }

    /// RFC 4648 section 10.
    #[test]
    fn base32_is_read_as_people_copy_it() {
        assert_eq!(base32("MZXW6YTBOI======").as_deref(), Some(&b"foobar"[..]));
        assert_eq!(base32("mzxw 6ytb-oi").as_deref(), Some(&b"foobar"[..]));
        assert_eq!(base32("MZXW1"), None);
        assert_eq!(base32("="), None);
    }
}

//! Keyed hashes of signed messages (RFC 2104), by the names DNS has for them (RFC 8945 section 6).
//!
//! Pure. SHA-1 is sound as a keyed hash (RFC 6151 says even MD5 is not broken as one), but MD5 is for old keys only.
#![forbid(unsafe_code)]

use md5::{Digest as _, Md5};
use ring::hmac;
use sha2::Sha224;

/// Octets that one step of MD5 or SHA-224 eats (RFC 2104 section 2).
const BLOCK: usize = 64;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// For old keys only.
    Md5,
    /// Still wanted by old servers.
    Sha1,
    /// SHA-2, cut to 28 octets.
    Sha224,
    /// What everybody has.
    Sha256,
    /// SHA-2, 48 octets.
    Sha384,
    /// SHA-2, 64 octets.
    Sha512,
}

/// All of them, with their names in DNS.
const NAMES: [(Algorithm, &str); 6] = [
    (Algorithm::Sha256, "hmac-sha256"),
    (Algorithm::Sha512, "hmac-sha512"),
    (Algorithm::Sha384, "hmac-sha384"),
    (Algorithm::Sha224, "hmac-sha224"),
    (Algorithm::Sha1, "hmac-sha1"),
    (Algorithm::Md5, "hmac-md5.sig-alg.reg.int"),
];

impl Algorithm {
    /// By its name in DNS, or the short one of MD5; capitals do not matter.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.eq_ignore_ascii_case("hmac-md5") {
            return Some(Self::Md5);
        }
        NAMES.into_iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(algorithm, _)| algorithm)
    }

    /// Its name in DNS, lower case, without a dot at its end.
    pub fn name(self) -> &'static str {
        NAMES.into_iter().find(|(algorithm, _)| *algorithm == self).map_or("", |(_, name)| name)
    }

    /// The keyed hash of these pieces, one behind the other.
    pub(super) fn hash(self, secret: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
        let by_ring = match self {
            Self::Md5 => return without_ring(|text| Md5::digest(text).to_vec(), secret, pieces),
            Self::Sha224 => return without_ring(|text| Sha224::digest(text).to_vec(), secret, pieces),
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        };
        let mut context = hmac::Context::with_key(&hmac::Key::new(by_ring, secret));
        for piece in pieces {
            context.update(piece);
        }
        context.sign().as_ref().to_vec()
    }
}

/// RFC 2104 over a hash that ring does not have.
fn without_ring(hash: fn(&[u8]) -> Vec<u8>, secret: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
    let mut key = if secret.len() > BLOCK { hash(secret) } else { secret.to_vec() };
    key.resize(BLOCK, 0);
    let padded = |pad: u8| key.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = hash(&[padded(0x36), pieces.concat()].concat());
    hash(&[padded(0x5c), inner].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn hash(algorithm: Algorithm, secret: &[u8], text: &str) -> String {
        let (head, tail) = text.as_bytes().split_at(text.len() / 2);
        algorithm.hash(secret, &[head, tail]).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    #[test]
    fn the_hashes_are_those_of_rfc_2202_and_rfc_4231() {
        let jefe = |algorithm| hash(algorithm, b"Jefe", "what do ya want for nothing?");
        assert_eq!(jefe(Algorithm::Md5), "750c783e6ab0b503eaa86e310a5db738");
        assert_eq!(jefe(Algorithm::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(jefe(Algorithm::Sha224), "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
        assert_eq!(jefe(Algorithm::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let sha384 = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649";
        assert_eq!(jefe(Algorithm::Sha384), sha384);
        let sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737";
        assert_eq!(jefe(Algorithm::Sha512), sha512);
        // keys longer than a block
        let long = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hash(Algorithm::Md5, &[0xaa; 80], long), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
        let sha224 = "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e";
        assert_eq!(hash(Algorithm::Sha224, &[0xaa; 131], long), sha224);
    }

    #[test]
    fn an_algorithm_is_known_by_its_name_in_dns_and_md5_by_its_short_one_too() {
        for (algorithm, name) in NAMES {
            assert_eq!((Algorithm::named(name), algorithm.name()), (Some(algorithm), name));
        }
        assert_eq!(Algorithm::named("HMAC-SHA1."), Some(Algorithm::Sha1));
        assert_eq!(Algorithm::named("hmac-md5"), Some(Algorithm::Md5));
        for none in ["", "sha256", "gss-tsig", "hmac-sha256-128"] {
            assert_eq!(Algorithm::named(none), None, "{none}");
        }
    }
}

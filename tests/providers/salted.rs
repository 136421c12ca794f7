//! Signatures that are never the same twice can only be verified.

use ring::signature::{RSA_PSS_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

fn digits(text: &str, last: [u8; 2]) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        _ => 62 + u8::from(letter == last[1]),
    };
    let bits: Vec<u8> = text.bytes().flat_map(|b| (0..6).rev().map(move |bit| value(b) >> bit & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}

/// What was signed in a token, if the key of `rsa.pem` signed it.
pub(crate) fn verified(token: &str) -> Option<&str> {
    let pem: String = include_str!("rsa.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&digits(pem.trim_end_matches('='), *b"+/")).unwrap();
    let public = ring::signature::KeyPair::public_key(&key).as_ref().to_vec();
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = digits(signature, *b"-_");
    let held = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, public).verify(signed.as_bytes(), &signature);
    held.is_ok().then_some(signed)
}

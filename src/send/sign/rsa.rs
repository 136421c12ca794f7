//! RSA: private keys as owners have them in an option, signatures and the tokens made of them (JWT, RFC 7519).
//!
//! Knows no provider. Nothing of a key is ever told, not even what could not be read of it.

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use serde_json::Value;

use crate::secret::base64;
use crate::send::json::Step;
use crate::send::not_sent;

/// How a text is signed (RFC 7518 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::send) enum Scheme {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256; never the same twice.
    Ps256,
}

/// A private key of 2048 to 4096 bits.
pub(in crate::send) struct PrivateKey(RsaKeyPair);

impl PrivateKey {
    /// Reads PEM (RFC 7468), PKCS#8 or PKCS#1, with whatever became of its line breaks: blanks, `\n` as two characters, nothing at all.
    /// Text around it is skipped. `option` is where it stands, for the sentence that says what was wanted.
    pub(in crate::send) fn read(option: &str, text: &str) -> Step<Self> {
        pem(text).map(Self).map_err(|why| not_sent(format!("option '{option}': {why}")))
    }

    /// The signature of `text`; empty if the machine has no random numbers.
    pub(in crate::send) fn sign(&self, way: Scheme, text: &str) -> Vec<u8> {
        let padding: &dyn RsaEncoding = match way {
            Scheme::Rs256 => &RSA_PKCS1_SHA256,
            Scheme::Rs512 => &RSA_PKCS1_SHA512,
            Scheme::Ps256 => &RSA_PSS_SHA256,
        };
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(padding, &SystemRandom::new(), text.as_bytes(), &mut signature);
        if signed.is_ok() { signature } else { Vec::new() }
    }

    /// A signed token: `header` without `typ` and `alg`, which are told here.
    pub(in crate::send) fn token(&self, way: Scheme, mut header: Value, claims: &Value) -> String {
        header["typ"] = "JWT".into();
        header["alg"] = if way == Scheme::Ps256 { "PS256" } else { "RS256" }.into();
        let signed = [header.to_string(), claims.to_string()].map(|part| base64url(part.as_bytes())).join(".");
        let signature = base64url(&self.sign(way, &signed));
        signed + "." + &signature
    }
}

const WANTED: &str = "wanted an RSA private key in PEM, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----";

fn pem(text: &str) -> Result<RsaKeyPair, String> {
    let (label, rest) = text
        .split_once("-----BEGIN ")
        .and_then(|(_, rest)| rest.split_once("-----"))
        .ok_or_else(|| WANTED.to_owned())?;
    let (body, _) = rest.split_once("-----END").ok_or_else(|| format!("the end of the key is missing: {WANTED}"))?;
    let broken = || format!("the key is damaged: {WANTED}");
    let der = decoded(body).ok_or_else(broken)?;
    let read = match label {
        "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
        "ENCRYPTED PRIVATE KEY" => return Err(format!("the key has a passphrase: {WANTED}, without one")),
        _ => return Err(format!("what is there is no private key: {WANTED}")),
    };
    read.map_err(|rejected| match rejected.to_string().as_str() {
        "WrongAlgorithm" => format!("the key is not an RSA key: {WANTED}"),
        "TooSmall" | "TooLarge" => "the key's size: wanted an RSA key of 2048 to 4096 bits".to_owned(),
        _ => broken(),
    })
}

/// Base64 (RFC 4648 section 4) with blanks, line breaks and what became of line breaks in it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut word, mut bits) = (Vec::new(), 0u32, 0);
    let mut letters = text.bytes();
    while let Some(letter) = letters.next() {
        let digit = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'\\' => {
                letters.next().filter(|letter| b"nr".contains(letter))?;
                continue;
            }
            b'=' | b' ' | b'\n' | b'\r' | b'\t' => continue,
            _ => return None,
        };
        word = word << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(word >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Base64 for URLs without padding (RFC 4648 section 5).
fn base64url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use ring::signature::{self, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters};

    use super::*;

    const KEY: &str = include_str!("../../../tests/providers/rsa.pem");

    fn signed(text: &str, way: Scheme) -> Vec<u8> {
        PrivateKey::read("password", text).map_err(|reply| reply.said).unwrap().sign(way, "header.claims")
    }

    /// Both made and verified with `openssl dgst -sha256` and `-sha512` (OpenSSL 3.0).
    #[test]
    fn signatures_are_those_that_openssl_makes() {
        let sha256 = "ZxQCTX1oUCoGdyY5ptZO8SVvx1/3N/WVHjqjlLId35Iva7xNGm/Z9iTMqwRmEIK8Ajew+BQhlHlvwrByAFDUwLJ7M7eZVarEyY6IFUS8fdnDKAxGjgB+8BZuGfBJFfxVN9y7n4fbCNioAXUHSdL9sYoV8nw2kW5JKXZ+E5h0wdGjuGXMZHiQEwZr1nenbcuecneVH/9x1Js3/yGk4OIMPlpJTm1nGLbb8aPb6/W065WFRtoIuaptIxSYSNanIY/jJidX1so7PZhz/gP3yRO823/I6DGn6G3iOiZ/SzDlxK6vT7z7k2ZhfRBzB/s17HJzC9qJKCePMyRujHhcuyLEVQ==";
        let sha512 = "XxPiItkRbYMT1UbZYDZBNnkUxMqb1x6G3hk5qaulIK9rTz443PE34PnLY6D0zkYje5cNnFhGowFv+JW1M8WCcSQ38qzvlCaO9jvgLcUwKdMy41k/A3MO3C83BUT6vnezdJjMVrKmkOJgCk2+OJeDBRaCcTtQgiWsmwSxmihw4BvCUERaDzx01GjZa5Jq8FY+wirvFjMPm4nXsIpW4BTXeQbpLYOwoJs6vsLuXxOlyYLfDvyTrCKC0SZ8/49qXBKs41rLy/DHsHWlqYSUkTsDGU1Q5kChOoW7v6k7D7okxS1UGk5rCdsTwN2Yl/90b1YVzLPGpmlETlAqQX06CuueTw==";
        assert_eq!(base64(&signed(KEY, Scheme::Rs256)), sha256);
        assert_eq!(base64(&signed(KEY, Scheme::Rs512)), sha512);
    }

    #[test]
    fn salted_signatures_hold_and_are_never_the_same() {
        let (one, other) = (signed(KEY, Scheme::Ps256), signed(KEY, Scheme::Ps256));
        assert_ne!(one, other);
        let key = PrivateKey::read("password", KEY).map_err(|reply| reply.said).unwrap();
        let held = |way: &'static RsaParameters, signature: &[u8]| {
            signature::UnparsedPublicKey::new(way, key.0.public()).verify(b"header.claims", signature).is_ok()
        };
        assert!(held(&RSA_PSS_2048_8192_SHA256, &one) && held(&RSA_PSS_2048_8192_SHA256, &other));
        assert!(held(&RSA_PKCS1_2048_8192_SHA256, &signed(KEY, Scheme::Rs256)));
        assert!(!held(&RSA_PSS_2048_8192_SHA256, &signed(KEY, Scheme::Rs256)));
    }

    #[test]
    fn a_token_has_three_parts_without_padding() {
        let key = PrivateKey::read("password", KEY).map_err(|reply| reply.said).unwrap();
        let token = key.token(Scheme::Rs256, serde_json::json!({ "kid": "k" }), &serde_json::json!({ "iss": "a>?" }));
        let parts: Vec<&str> = token.split('.').collect();
        let head = base64url(br#"{"alg":"RS256","kid":"k","typ":"JWT"}"#);
        assert_eq!(parts[..2], [head.as_str(), "eyJpc3MiOiJhPj8ifQ"]);
        let signature = base64url(&key.sign(Scheme::Rs256, &parts[..2].join(".")));
        assert!(parts[2] == signature && !token.contains(['=', '+', '/']) && parts.len() == 3);
    }

    #[test]
    fn a_key_is_read_whatever_became_of_its_line_breaks() {
        let right = signed(KEY, Scheme::Rs256);
        for between in [" ", r"\n", r"\r\n", "\r\n", "", "\t"] {
            assert_eq!(signed(&KEY.trim().replace('\n', between), Scheme::Rs256), right, "{between:?}");
        }
        assert_eq!(signed(&format!("DO NOT REMOVE this line\n{KEY}more"), Scheme::Rs256), right);
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said_without_a_byte_of_it() {
        let body = KEY.lines().nth(1).unwrap();
        let elliptic = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJ1cpFM28JPnOSQKZ7Jqloa3ESjjnUiAudUitqS78XGqhRANCAATnnc0wPabbU/USmQ/8VLxFFNqOI26qUNETcwPEZlXoYnAmT2XUlyga163UltVueUa+dMR/WDJ9Ffzf9YytJfLY";
        let cases = [
            (String::new(), "wanted an RSA private key in PEM"),
            (body.to_owned(), "wanted an RSA private key in PEM"),
            (KEY.replace("-----END", "END"), "the end of the key is missing"),
            (KEY.replace(body, &body[..40]), "the key is damaged"),
            (KEY.replace(body, &body.replace('A', "*")), "the key is damaged"),
            (KEY.replace(" PRIVATE", " PUBLIC"), "no private key"),
            (KEY.replace(" PRIVATE", " ENCRYPTED PRIVATE"), "has a passphrase"),
            (format!("-----BEGIN PRIVATE KEY-----{elliptic}-----END PRIVATE KEY-----"), "not an RSA key"),
            ("-----BEGIN RSA PRIVATE KEY-----MIIBOgIBAAJBAKuNp+xtA3BuLs1i58hYrrCGJaKd7NzjEJQUbPM6wpq/SQ1CFG0B4DSfBhovF1T9PWtdRYCqx28QuITAEINRxl8CAwEAAQJAYCLT9aPph3nXdHV2mklIK9ghAw4pDGeahMElhPBq2bhpSUCpcbBfNlX+k32O4GOUDlaflPNQINaTlMdQ6GrZIQIhANeCWFuXzB7PdiZ9u+K/roLHxi7j8zVbHDBFtQ+kS0lnAiEAy8kav3djR92obZARxMaylf0PLWUV//0EaH40KN64aEkCIQC6jvaoS48DOPsBtSSZ1O9f/Uqduu0GSlnrm9xyrvoRjwIgJhzhjMemYM1676rPN+81fUnL6eCLAcpvZZ+c37vv30kCICdO7/NRdV+Wq6/SdUiiNtE3xrC2Rc6/Lxt2C5s4kwtq-----END RSA PRIVATE KEY-----".to_owned(), "2048 to 4096 bits"),
        ];
        for (key, why) in cases {
            let reply = PrivateKey::read("param_x", &key).err().unwrap();
            assert!(reply.said.starts_with("option 'param_x': ") && reply.said.contains(why), "{why}: {}", reply.said);
            assert!(!reply.said.contains(&body[..8]) && reply.body.is_empty(), "{}", reply.said);
        }
    }
}

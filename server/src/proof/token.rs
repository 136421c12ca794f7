//! Tokens: random letters and digits only, so that every router's form and every URL carries them as they are.

use ddns::secret::Secret;
use ring::digest::{SHA256, digest as sha};
use ring::rand::{SecureRandom, SystemRandom};

use super::HashFault;
use crate::account::Digest;

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// 32 of 62 letters: 190 bits. A hash without salt and stretching is enough for that much.
const LENGTH: usize = 32;

/// A new one.
pub fn new_token() -> Result<String, HashFault> {
    let random = SystemRandom::new();
    let mut token = String::with_capacity(LENGTH);
    while token.len() < LENGTH {
        let mut byte = [0];
        random.fill(&mut byte).map_err(|_| HashFault::Random)?;
        // 248 is four times 62: what lies above would make some letters likelier than others
        if byte[0] < 248 {
            token.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    Ok(token)
}

/// The digest to look a token up by; `None` for what cannot be one.
#[must_use]
pub fn digest(password: &Secret) -> Option<Digest> {
    let bytes = password.reveal();
    let fits = bytes.len() == LENGTH && bytes.iter().all(u8::is_ascii_alphanumeric);
    fits.then(|| sha(&SHA256, bytes).as_ref().try_into().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_letters_and_digits_and_never_alike() {
        let mut seen = std::collections::HashSet::new();
        let mut letters = std::collections::HashMap::new();
        for _ in 0..1000 {
            let token = new_token().unwrap();
            assert!(digest(&Secret::new(token.clone())).is_some());
            token.chars().for_each(|c| *letters.entry(c).or_insert(0) += 1);
            assert!(seen.insert(token));
        }
        assert_eq!(letters.len(), 62);
        // 32,000 letters: 516 of each, more or less; one that came twice as often would not be even
        assert!(letters.values().all(|&count| (350..700).contains(&count)), "{letters:?}");
        assert_eq!(digest(&Secret::new("short")), None);
        assert_eq!(digest(&Secret::new("-".repeat(32))), None);
    }
}

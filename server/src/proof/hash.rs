//! Argon2id (RFC 9106) at the crate's recommended parameters; stored hashes carry their own, so those of other programs hold as well.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use ddns::secret::Secret;
use ring::rand::{SecureRandom, SystemRandom};

/// No hash could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashFault {
    /// The system has no random numbers to give.
    Random,
    /// The password is empty or over 256 octets, or there is no memory.
    Password,
}

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "the system gives no random numbers",
            Self::Password => "a password has 1 to 256 octets",
        })
    }
}

impl std::error::Error for HashFault {}

/// A PHC string for a password, with a salt of its own.
pub fn hash(password: &Secret) -> Result<Secret, HashFault> {
    if password.is_empty() || password.reveal().len() > 256 {
        return Err(HashFault::Password);
    }
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| HashFault::Random)?;
    let hash = Argon2::default().hash_password_with_salt(password.reveal(), &salt).map_err(|_| HashFault::Password)?;
    Ok(Secret::new(hash.to_string()))
}

/// Whether the password is the one of the hash; a hash that cannot be read is nobody's.
pub(super) fn matches(hash: &Secret, password: &Secret) -> bool {
    let Ok(text) = std::str::from_utf8(hash.reveal()) else { return false };
    PasswordHash::new(text).is_ok_and(|hash| Argon2::default().verify_password(password.reveal(), &hash).is_ok())
}

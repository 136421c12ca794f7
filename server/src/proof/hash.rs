//! Argon2id (RFC 9106) at the crate's recommended parameters; stored hashes carry their own, so those of other programs hold as well.

use std::fmt;

use argon2::password_hash::phc::{Output, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use ddns::secret::Secret;
use ring::rand::{SecureRandom, SystemRandom};

/// No hash could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashFault {
    /// The system has no random numbers to give.
    Random,
    /// The password is empty or over 256 octets, or there is no memory.
    Password,
    /// The system starts no thread.
    Thread,
}

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random => "the system gives no random numbers",
            Self::Password => "a password has 1 to 256 octets",
            Self::Thread => "no thread can be started for passwords",
        })
    }
}

impl std::error::Error for HashFault {}

/// Room for one hash at a time, some nineteen megabytes once it was used.
#[derive(Default)]
pub(super) struct Room(Vec<Block>);

/// What is larger goes straight back to the system when it is freed, whatever was allocated before; of smaller blocks glibc learns to keep
/// them in its heap (`M_MMAP_THRESHOLD` in mallopt(3): at most 32 MiB on 64 bits). Only what is used of it takes memory.
const KEPT_BY_NOBODY: usize = 33 * 1024 * 1024 / Block::SIZE;

impl Room {
    fn of(&mut self, blocks: usize) -> Option<&mut [Block]> {
        if self.0.capacity() < blocks.max(KEPT_BY_NOBODY) {
            self.0 = Vec::new();
            self.0.try_reserve_exact(blocks.max(KEPT_BY_NOBODY)).ok()?;
        }
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        self.0.get_mut(..blocks)
    }

    /// Whether it takes no memory.
    pub(super) fn is_empty(&self) -> bool {
        self.0.capacity() == 0
    }

    /// Gives the memory back.
    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }
}

/// A PHC string for a password, with a salt of its own.
pub fn hash(password: &Secret) -> Result<Secret, HashFault> {
    made(password, &mut Room::default())
}

/// The same, in this room.
pub(super) fn made(password: &Secret, room: &mut Room) -> Result<Secret, HashFault> {
    if password.is_empty() || password.reveal().len() > 256 {
        return Err(HashFault::Password);
    }
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| HashFault::Random)?;
    let mut made = || {
        let params = Params::default();
        let hash = PasswordHash {
            algorithm: Algorithm::default().ident(),
            version: Some(Version::default().into()),
            params: (&params).try_into().ok()?,
            salt: Some(Salt::new(&salt).ok()?),
            hash: None,
        };
        let output = computed(&hash, params, Params::DEFAULT_OUTPUT_LEN, password, room)?;
        Some(PasswordHash { hash: Some(output), ..hash })
    };
    made().map(|hash| Secret::new(hash.to_string())).ok_or(HashFault::Password)
}

/// Whether the password is the one of the hash; a hash that cannot be read is nobody's.
pub(super) fn matches(hash: &Secret, password: &Secret, room: &mut Room) -> bool {
    let mut same = || {
        let hash = PasswordHash::new(std::str::from_utf8(hash.reveal()).ok()?).ok()?;
        let expected = hash.hash?;
        let output = computed(&hash, Params::try_from(&hash).ok()?, expected.len(), password, room)?;
        // it takes the same time wherever they differ
        Some(expected == output)
    };
    same().unwrap_or(false)
}

/// What the crate's own verifier does, but in our room.
fn computed(hash: &PasswordHash, params: Params, length: usize, password: &Secret, room: &mut Room) -> Option<Output> {
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
    let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
    let blocks = room.of(params.block_count())?;
    let mut bytes = [0; Output::MAX_LENGTH];
    let output = bytes.get_mut(..length)?;
    let argon2 = Argon2::new(algorithm, version, params);
    argon2.hash_password_into_with_memory(password.reveal(), hash.salt.as_ref()?, output, blocks).ok()?;
    Output::new(output).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_other_programs_hold_and_a_room_serves_any_of_them() {
        // of the reference implementation's own tests
        let theirs = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let mut room = Room::default();
        let own = hash(&Secret::new("right")).unwrap();
        assert!(matches(&Secret::new(theirs), &Secret::new("password"), &mut room));
        assert!(!matches(&Secret::new(theirs), &Secret::new("passwort"), &mut room));
        assert!(matches(&own, &Secret::new("right"), &mut room));
        assert!(!matches(&own, &Secret::new("wrong"), &mut room));
        let cut = theirs.rsplit_once('$').unwrap().0;
        assert!(!matches(&Secret::new(cut), &Secret::new("password"), &mut room), "no output");
        assert!(!matches(&Secret::new("right"), &Secret::new("right"), &mut room), "no hash at all");
        assert!(!room.is_empty());
        room.clear();
        assert!(room.is_empty());
        assert!(matches(&own, &Secret::new("right"), &mut room));
    }
}

//! What was proven lately, as keyed hashes with a key that dies with the process. The stored hash is part of what is hashed, so a changed
//! password or a deleted user is forgotten at once. Only successes are in it.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ddns::secret::Secret;
use ring::hmac;
use ring::rand::SystemRandom;

use super::HashFault;
use crate::account::User;

/// How long a proof is good.
const SPAN: Duration = Duration::from_mins(10);

/// As many are remembered.
const MOST: usize = 16_384;

type Seal = [u8; 32];

pub(super) struct Cache {
    key: hmac::Key,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    until: HashMap<Seal, Instant>,
    order: VecDeque<Seal>,
}

impl Cache {
    pub(super) fn new() -> Result<Self, HashFault> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| HashFault::Random)?;
        Ok(Self { key, known: Mutex::default() })
    }

    pub(super) fn knows(&self, user: &User, password: &Secret) -> bool {
        let (seal, now) = (self.seal(user, password), Instant::now());
        // the table's own comparison may leak time, but of a keyed hash: nothing to be learnt from it
        self.known.lock().is_ok_and(|known| known.until.get(&seal).is_some_and(|until| now < *until))
    }

    pub(super) fn remember(&self, user: &User, password: &Secret) {
        let (seal, until) = (self.seal(user, password), Instant::now() + SPAN);
        let Ok(mut known) = self.known.lock() else { return };
        if known.until.insert(seal, until).is_none() {
            known.order.push_back(seal);
        }
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.until.remove(&oldest);
        }
    }

    /// Lengths go in too: no two triples make the same bytes.
    fn seal(&self, user: &User, password: &Secret) -> Seal {
        let mut context = hmac::Context::with_key(&self.key);
        for part in [user.name.as_bytes(), user.password.reveal(), password.reveal()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut seal = Seal::default();
        seal.copy_from_slice(context.sign().as_ref());
        seal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(hash: &str) -> User {
        User { id: 1, name: "ann".into(), email: String::new(), password: Secret::new(hash), host_limit: None }
    }

    #[test]
    fn a_proof_holds_for_that_password_and_that_stored_hash_only() {
        let cache = Cache::new().unwrap();
        let password = Secret::new("right");
        assert!(!cache.knows(&user("a"), &password));
        cache.remember(&user("a"), &password);
        assert!(cache.knows(&user("a"), &password));
        assert!(!cache.knows(&user("a"), &Secret::new("wrong")));
        assert!(!cache.knows(&user("b"), &password), "the password was changed");
        for number in 0..MOST {
            cache.remember(&user("a"), &Secret::new(number.to_string()));
        }
        assert!(!cache.knows(&user("a"), &password), "no more than so many are remembered");
        assert_eq!(cache.known.lock().unwrap().until.len(), MOST);
    }
}

//! Who has sent too many wrong passwords, as far as this instance saw it: by network, and by the user that was asked for.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::config::{RateLimit, Window};
use crate::limit::{Windows, network};

/// Wrong passwords for one user, from wherever, in multiples of what one network may send: then networks that the user was never seen in
/// have to wait.
const USER_FACTOR: u32 = 10;

/// Counters. Names of users are kept as hashes: whatever is sent as one costs eight bytes.
#[derive(Default)]
pub(super) struct Gate {
    counts: Mutex<Counts>,
    hasher: RandomState,
}

#[derive(Default)]
struct Counts {
    networks: Windows<IpAddr>,
    users: Windows<u64>,
}

fn per_user(limit: &RateLimit) -> Window {
    Window { most: limit.bad.most.saturating_mul(USER_FACTOR), ..limit.bad }
}

impl Gate {
    /// Whether this network has sent too many wrong passwords.
    pub(super) fn network_full(&self, client: IpAddr, limit: &RateLimit, now: Instant) -> bool {
        self.counts().networks.full(&network(client), limit.bad, now)
    }

    /// Whether too many wrong passwords were sent for this user, by whomever.
    pub(super) fn user_full(&self, user: &str, limit: &RateLimit, now: Instant) -> bool {
        let user = self.hasher.hash_one(user);
        self.counts().users.full(&user, per_user(limit), now)
    }

    /// A wrong password.
    pub(super) fn wrong(&self, client: IpAddr, user: &str, limit: &RateLimit, now: Instant) {
        let user = self.hasher.hash_one(user);
        let mut counts = self.counts();
        counts.networks.note(&network(client), limit.bad, now);
        counts.users.note(&user, per_user(limit), now);
    }

    /// Forgets what is over.
    pub(super) fn clean(&self, limit: &RateLimit, now: Instant) {
        let mut counts = self.counts();
        counts.networks.clean(limit.bad, now);
        counts.users.clean(per_user(limit), now);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Who has asked too often, as far as this instance saw it: by network, by the user that was asked for, by host.

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
    bad_networks: Windows<IpAddr>,
    bad_users: Windows<u64>,
    fruitless: Windows<u64>,
    good: Windows<i64>,
}

fn per_user(limit: &RateLimit) -> Window {
    Window { most: limit.bad.most.saturating_mul(USER_FACTOR), ..limit.bad }
}

impl Gate {
    /// Whether this network has sent too many wrong passwords.
    pub(super) fn network_full(&self, client: IpAddr, limit: &RateLimit, now: Instant) -> bool {
        self.counts().bad_networks.full(&network(client), limit.bad, now)
    }

    /// Whether too many wrong passwords were sent for this user, by whomever.
    pub(super) fn user_full(&self, user: &str, limit: &RateLimit, now: Instant) -> bool {
        let user = self.hasher.hash_one(user);
        self.counts().bad_users.full(&user, per_user(limit), now)
    }

    /// A wrong password.
    pub(super) fn wrong(&self, client: IpAddr, user: &str, limit: &RateLimit, now: Instant) {
        let user = self.hasher.hash_one(user);
        let mut counts = self.counts();
        counts.bad_networks.note(&network(client), limit.bad, now);
        counts.bad_users.note(&user, per_user(limit), now);
    }

    /// A right password for something that cannot be done; `true` when it was one too many.
    pub(super) fn fruitless(&self, user: &str, name: &str, limit: &RateLimit, now: Instant) -> bool {
        let key = self.hasher.hash_one((user, name));
        let mut counts = self.counts();
        let full = counts.fruitless.full(&key, limit.bad, now);
        counts.fruitless.note(&key, limit.bad, now);
        full
    }

    /// Whether this host has been updated or confirmed too often.
    pub(super) fn good_full(&self, host: i64, limit: &RateLimit, now: Instant) -> bool {
        self.counts().good.full(&host, limit.good, now)
    }

    /// It was, once more.
    pub(super) fn good(&self, host: i64, limit: &RateLimit, now: Instant) {
        self.counts().good.note(&host, limit.good, now);
    }

    /// Forgets what is over.
    pub(super) fn clean(&self, limit: &RateLimit, now: Instant) {
        let mut counts = self.counts();
        counts.bad_networks.clean(limit.bad, now);
        counts.bad_users.clean(per_user(limit), now);
        counts.fruitless.clean(limit.bad, now);
        counts.good.clean(limit.good, now);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

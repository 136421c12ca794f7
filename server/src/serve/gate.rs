//! Who has asked too often with the right password, as far as this instance saw it: by user and name, by host.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::config::{RateLimit, Window};
use crate::limit::Windows;

/// Counters. Names are kept as hashes: whatever is sent as one costs eight bytes.
#[derive(Default)]
pub(super) struct Gate {
    counts: Mutex<Counts>,
    hasher: RandomState,
}

#[derive(Default)]
struct Counts {
    fruitless: Windows<u64>,
    good: Windows<i64>,
    /// What of these was said in the log.
    told: Windows<u64>,
}

/// Whose requests are too many.
#[derive(Clone, Copy, Hash)]
pub(super) enum Flood<'a> {
    /// Of a host that is asked for too often.
    Host(i64),
    /// Of a user, for whatever names: who makes up names makes no more lines.
    User(&'a str),
}

fn once(limit: &RateLimit) -> Window {
    Window { most: 1, span: limit.good.span.max(limit.bad.span) }
}

impl Gate {
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

    /// Whether a line of the log is due: one for each flood in the time of a window, however many requests it has.
    pub(super) fn telling(&self, flood: Flood<'_>, limit: &RateLimit, now: Instant) -> bool {
        let key = self.hasher.hash_one(flood);
        let once = once(limit);
        let mut counts = self.counts();
        let silent = counts.told.full(&key, once, now);
        counts.told.note(&key, once, now);
        !silent
    }

    /// Forgets what is over.
    pub(super) fn clean(&self, limit: &RateLimit, now: Instant) {
        let mut counts = self.counts();
        counts.fruitless.clean(limit.bad, now);
        counts.good.clean(limit.good, now);
        counts.told.clean(once(limit), now);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

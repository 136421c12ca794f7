//! What happened since the start, in numbers: whoever does a thing adds to it here, whoever shows them reads here, and neither knows the
//! other.
//!
//! Plain atomics: nothing here waits, and no number depends on another.
#![forbid(unsafe_code)]

mod counts;
mod histogram;
mod words;

use std::sync::atomic::{AtomicU64, Ordering};

pub use counts::{Counts, Label};
pub use histogram::{BOUNDS, Histogram, Reading};
pub use words::{Answer, Post, Push, Refused, Seen};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// All numbers of one run of the service.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests, by what was answered; of several hosts in one request the worst answer counts.
    pub answers: Counts<Answer>,
    /// From a request's whole head and body to its answer.
    pub request_time: Histogram,
    /// Requests for the owners' page.
    pub pages: Counts<Seen>,
    /// Logins that were not let in.
    pub refused: Counts<Refused>,
    /// Hosts pushed to the DNS, by what came of it.
    pub pushes: Counts<Push>,
    /// From a push to the name server's verified answer, or to the fault in its place.
    pub push_time: Histogram,
    /// Looks for expired hosts that came to an end.
    pub sweeps: Count,
    /// Looks that the database broke off.
    pub broken_sweeps: Count,
    /// Hosts whose records went because they had expired.
    pub expired: Count,
    /// Expired hosts whose records could not be removed in the sweep that found them.
    pub not_expired: Count,
    /// Letters, by what came of handing them to the mail server.
    pub letters: Counts<Post>,
}

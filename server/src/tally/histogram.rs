//! How long things took, sorted into spans.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds: from a `nochg` out of memory to `request_timeout`.
pub const BOUNDS: [Duration; 14] = [
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2500),
    Duration::from_secs(10),
];

/// Times, counted by [`BOUNDS`]; the last one has those above all of them.
#[derive(Debug, Default)]
pub struct Histogram {
    spans: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

/// A histogram at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// For each bound, how many took no longer.
    pub within: [u64; BOUNDS.len()],
    /// How many there were.
    pub count: u64,
    /// How long all of them took together.
    pub sum: Duration,
}

impl Histogram {
    /// One that took so long.
    pub fn add(&self, took: Duration) {
        let place = BOUNDS.partition_point(|bound| *bound < took);
        if let Some(span) = self.spans.get(place) {
            span.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// The numbers so far; the count is made of the spans, so that the two never differ.
    pub fn read(&self) -> Reading {
        let mut reading = Reading::default();
        for (place, span) in self.spans.iter().enumerate() {
            reading.count += span.load(Ordering::Relaxed);
            if let Some(within) = reading.within.get_mut(place) {
                *within = reading.count;
            }
        }
        reading.sum = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed));
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_for_every_bound_that_it_does_not_pass() {
        let histogram = Histogram::default();
        for micros in [0, 250, 251, 999, 1000, 60_000_000] {
            histogram.add(Duration::from_micros(micros));
        }
        let read = histogram.read();
        assert_eq!(read.within[..4], [2, 3, 5, 5]);
        assert_eq!((read.within[BOUNDS.len() - 1], read.count), (5, 6));
        assert_eq!(read.sum, Duration::from_micros(60_002_500));
    }

    #[test]
    fn bounds_rise() {
        assert!(BOUNDS.is_sorted());
    }
}

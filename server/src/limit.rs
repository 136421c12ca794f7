//! How many requests in how much time: sliding windows, as the specification says (a bucket that refills would give other answers).
//!
//! Pure: the time comes from outside, and is one that nobody sets back.
#![forbid(unsafe_code)]

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use crate::config::Window;

/// As many keys as are remembered; the attacker who makes more of them makes the oldest forgotten.
const KEYS: usize = 65_536;

/// Counts by key.
#[derive(Debug)]
pub struct Windows<K> {
    seen: HashMap<K, VecDeque<Instant>>,
    order: VecDeque<K>,
}

impl<K> Default for Windows<K> {
    fn default() -> Self {
        Self { seen: HashMap::new(), order: VecDeque::new() }
    }
}

impl<K: Hash + Eq + Clone> Windows<K> {
    /// Whether the window of `key` is full: the next one is one too many.
    pub fn full(&mut self, key: &K, window: Window, now: Instant) -> bool {
        let Some(times) = self.seen.get_mut(key) else { return false };
        slide(times, window, now);
        times.len() >= window.most as usize
    }

    /// One more. What is already full does not grow: who goes on knocking is let in again when the window has moved on.
    pub fn note(&mut self, key: &K, window: Window, now: Instant) {
        if !self.seen.contains_key(key) {
            if self.seen.len() >= KEYS {
                self.forget_oldest();
            }
            self.order.push_back(key.clone());
        }
        let times = self.seen.entry(key.clone()).or_default();
        slide(times, window, now);
        if times.len() < window.most as usize {
            times.push_back(now);
        }
    }

    /// Forgets keys whose windows are empty.
    pub fn clean(&mut self, window: Window, now: Instant) {
        self.seen.retain(|_, times| {
            slide(times, window, now);
            !times.is_empty()
        });
        self.order.retain(|key| self.seen.contains_key(key));
        self.seen.shrink_to_fit();
        self.order.shrink_to_fit();
    }

    /// How many keys are remembered.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn forget_oldest(&mut self) {
        if let Some(key) = self.order.pop_front() {
            self.seen.remove(&key);
        }
    }
}

fn slide(times: &mut VecDeque<Instant>, window: Window, now: Instant) {
    while times.front().is_some_and(|time| now.duration_since(*time) >= window.span) {
        times.pop_front();
    }
}

/// The network that counts as one client: an IPv4 address, an IPv6 /64, which is the least that a home gets.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const WINDOW: Window = Window { span: Duration::from_mins(1), most: 3 };

    #[test]
    fn the_fourth_within_the_window_is_one_too_many_and_the_window_slides() {
        let (mut windows, start) = (Windows::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for second in [0, 10, 20] {
            assert!(!windows.full(&1, WINDOW, at(second)));
            windows.note(&1, WINDOW, at(second));
        }
        assert!(windows.full(&1, WINDOW, at(59)));
        assert!(!windows.full(&2, WINDOW, at(59)), "another key");
        assert!(!windows.full(&1, WINDOW, at(60)), "the first has left the window");
        windows.note(&1, WINDOW, at(60));
        assert!(windows.full(&1, WINDOW, at(69)));
        windows.clean(WINDOW, at(1000));
        assert!(windows.is_empty());
    }

    #[test]
    fn a_million_keys_need_no_more_memory_than_the_limit() {
        let (mut windows, now) = (Windows::default(), Instant::now());
        for key in 0..1_000_000 {
            windows.note(&key, WINDOW, now);
        }
        assert_eq!(windows.len(), KEYS);
        assert_eq!(windows.order.len(), KEYS);
    }

    #[test]
    fn a_home_is_one_address_or_one_64() {
        let net = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(net("192.0.2.1"), "192.0.2.1");
        assert_eq!(net("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(net("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}

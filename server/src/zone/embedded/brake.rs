//! Response rate limiting: so many answers a second to one network over UDP, where the asker's address may be forged.
//!
//! Pure but for the clock. Memory is fixed: networks share counters by hashes with keys of this run, and each has two, of which the lower
//! counts, so that a busy neighbour in one of them does no harm.
#![forbid(unsafe_code)]

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

/// Counters for each of the two hashes; 256 KiB each.
const COUNTERS: usize = 1 << 15;
/// Of answers that are too many, one in so many is sent with TC, so that a true asker comes back over TCP.
const SLIP: u32 = 2;
/// Bits of a count; the second stands above them.
const COUNT: u32 = 32;

/// What is done with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// It goes.
    Go,
    /// Only its head goes, with TC.
    Slip,
    /// It does not go.
    Drop,
}

/// The counters.
pub(super) struct Brake {
    counters: [Box<[AtomicU64]>; 2],
    keys: [RandomState; 2],
    begun: Instant,
    limit: AtomicU32,
}

impl Brake {
    /// Without a limit yet.
    pub(super) fn new() -> Self {
        let counters = || (0..COUNTERS).map(|_| AtomicU64::new(0)).collect();
        Self {
            counters: [counters(), counters()],
            keys: [RandomState::new(), RandomState::new()],
            begun: Instant::now(),
            limit: AtomicU32::new(0),
        }
    }

    /// Answers a second to one network; 0 is no limit.
    pub(super) fn set(&self, limit: u32) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Counts one answer to this address.
    pub(super) fn pace(&self, address: IpAddr) -> Pace {
        match self.limit.load(Ordering::Relaxed) {
            0 => Pace::Go,
            limit => self.count(network(address), limit, self.begun.elapsed().as_secs()),
        }
    }

    fn count(&self, network: IpAddr, limit: u32, second: u64) -> Pace {
        let both = self.counters.iter().zip(&self.keys).map(|(counters, key)| {
            let at = usize::try_from(key.hash_one(network)).unwrap_or(0) % COUNTERS;
            counters.get(at).map_or(0, |counter| increased(counter, second))
        });
        let count = both.min().unwrap_or(0);
        match count.checked_sub(limit) {
            None | Some(0) => Pace::Go,
            Some(over) if over % SLIP == 0 => Pace::Slip,
            Some(_) => Pace::Drop,
        }
    }
}

/// The count of this second, this one included.
fn increased(counter: &AtomicU64, second: u64) -> u32 {
    let next = |old: u64| if old >> COUNT == second { old + 1 } else { (second << COUNT) | 1 };
    let old = counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| Some(next(old)));
    let (Ok(old) | Err(old)) = old;
    u32::try_from(next(old) & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// A /24, a /56: what one asker, or one forger's aim, is likely to have.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & !0xff).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !((1 << 72) - 1)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::Pace::{Drop, Go, Slip};
    use super::*;

    #[test]
    fn one_network_is_braked_and_its_neighbour_is_not() {
        let brake = Brake::new();
        let paces = |address: &str, second| {
            let network = network(address.parse().unwrap());
            (0..10).map(|_| brake.count(network, 5, second)).collect::<Vec<_>>()
        };
        let braked = vec![Go, Go, Go, Go, Go, Drop, Slip, Drop, Slip, Drop];
        assert_eq!(paces("192.0.2.1", 1), braked);
        assert_ne!(paces("192.0.2.255", 1)[0], Go);
        assert_eq!(paces("192.0.3.1", 1), braked);
        assert_eq!(paces("192.0.2.1", 2), braked);
        assert_eq!(paces("2001:db8::1", 2), braked);
        assert_ne!(paces("2001:db8:0:ff::1", 2)[0], Go);
        assert_eq!(paces("2001:db8:0:100::1", 2), braked);
    }
}

//! How many TCP connections are open, in all and from one network.
//!
//! Pure counting.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Open at once.
const ALL: usize = 512;
/// Open at once from one address, one /64.
const EACH: usize = 32;

/// Who is in.
#[derive(Default)]
pub(super) struct Guests {
    counts: Mutex<HashMap<IpAddr, usize>>,
}

/// One open connection.
pub(super) struct Guest {
    of: Arc<Guests>,
    network: IpAddr,
}

impl Guests {
    /// `None` when there are too many. Whoever is `awaited`, a secondary that comes for a transfer, finds a place however many strangers are in.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, awaited: bool) -> Option<Guest> {
        let network = network(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if !awaited && counts.values().sum::<usize>() >= ALL {
            return None;
        }
        let count = counts.entry(network).or_insert(0);
        if *count >= EACH {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Guest { of: Arc::clone(self), network })
    }

    /// The connection is closed.
    pub(super) fn leave(guest: Guest) {
        drop(guest);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.of.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_keep_a_secondary_out() {
        let guests = Arc::<Guests>::default();
        let from = |number: usize| IpAddr::from([192, 0, 2, u8::try_from(number).unwrap()]);
        let all: Vec<_> = (0..ALL).map(|number| guests.enter(from(number / EACH), false)).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(guests.enter(from(100), false).is_none());
        let secondary: Vec<_> = (0..EACH).map(|_| guests.enter(from(200), true)).collect();
        assert!(secondary.iter().all(Option::is_some));
        assert!(guests.enter(from(200), true).is_none(), "nor has it more than its own");
        drop(all);
        assert!(guests.enter(from(100), false).is_some());
    }
}

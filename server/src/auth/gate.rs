//! Who has sent too many wrong passwords, as far as this instance saw it: by network, by the user that was asked for, and by both together.
//!
//! Nobody is to be locked out by what others do. A user's own network has a count of its own for that user, so that neighbours behind one
//! address who do not know the name do no harm; and a user whom many networks try to guess is let in from any network that has not been wrong
//! yet, for a router whose address has just changed comes from a network that nobody knows.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::config::{RateLimit, Window};
use crate::limit::{Windows, network};

/// Wrong passwords for one user, from wherever, in multiples of what one network may send: then each network that the user was not seen in
/// last has one try in a window.
const USER_FACTOR: u32 = 10;

/// Why a password is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// This network has sent too many wrong ones.
    Network,
    /// Too many were sent for this user, and one of them from this network.
    User,
}

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
    /// Of one network for one user.
    pairs: Windows<u64>,
}

fn per_user(limit: &RateLimit) -> Window {
    Window { most: limit.bad.most.saturating_mul(USER_FACTOR), ..limit.bad }
}

impl Gate {
    /// Whether a password for this user may be looked at, in a hash or in memory; `home` is whether the user was last seen in this network.
    /// For a user there is none of the answer is the same as for a stranger.
    pub(super) fn wait(&self, client: IpAddr, user: &str, home: bool, limit: &RateLimit, now: Instant) -> Option<Wait> {
        let (network, user, pair) = self.keys(client, user);
        let mut counts = self.counts();
        if home {
            return counts.pairs.full(&pair, limit.bad, now).then_some(Wait::Network);
        }
        if counts.networks.full(&network, limit.bad, now) {
            return Some(Wait::Network);
        }
        let once = Window { most: 1, ..limit.bad };
        let guessed = counts.users.full(&user, per_user(limit), now) && counts.pairs.full(&pair, once, now);
        guessed.then_some(Wait::User)
    }

    /// A wrong password.
    pub(super) fn wrong(&self, client: IpAddr, user: &str, limit: &RateLimit, now: Instant) {
        let (network, user, pair) = self.keys(client, user);
        let mut counts = self.counts();
        counts.networks.note(&network, limit.bad, now);
        counts.users.note(&user, per_user(limit), now);
        counts.pairs.note(&pair, limit.bad, now);
    }

    fn keys(&self, client: IpAddr, user: &str) -> (IpAddr, u64, u64) {
        let network = network(client);
        (network, self.hasher.hash_one(user), self.hasher.hash_one((network, user)))
    }

    /// Forgets what is over.
    pub(super) fn clean(&self, limit: &RateLimit, now: Instant) {
        let mut counts = self.counts();
        counts.networks.clean(limit.bad, now);
        counts.users.clean(per_user(limit), now);
        counts.pairs.clean(limit.bad, now);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMIT: RateLimit = RateLimit {
        good: Window { span: Duration::from_mins(1), most: 5 },
        bad: Window { span: Duration::from_mins(1), most: 3 },
        cleanup_interval: Duration::from_mins(1),
    };

    fn at(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn a_network_that_was_wrong_three_times_waits_for_all_users_but_those_at_home_there() {
        let (gate, now) = (Gate::default(), Instant::now());
        for _ in 0..3 {
            assert_eq!(gate.wait(at(1), "ann", false, &LIMIT, now), None);
            gate.wrong(at(1), "ann", &LIMIT, now);
        }
        assert_eq!(gate.wait(at(1), "ann", false, &LIMIT, now), Some(Wait::Network));
        assert_eq!(gate.wait(at(1), "ben", false, &LIMIT, now), Some(Wait::Network));
        assert_eq!(gate.wait(at(1), "ben", true, &LIMIT, now), None, "a neighbour does no harm");
        assert_eq!(gate.wait(at(1), "ann", true, &LIMIT, now), Some(Wait::Network), "but her own name was tried");
        assert_eq!(gate.wait(at(2), "ann", false, &LIMIT, now), None);
        assert_eq!(gate.wait(at(1), "ann", false, &LIMIT, now + Duration::from_mins(1)), None);
    }

    #[test]
    fn a_user_whom_many_guess_is_let_in_from_any_network_that_was_not_wrong_yet() {
        let (gate, now) = (Gate::default(), Instant::now());
        for network in 0..100 {
            assert_eq!(gate.wait(at(network), "ann", false, &LIMIT, now), None);
            gate.wrong(at(network), "ann", &LIMIT, now);
        }
        assert_eq!(gate.wait(at(200), "ann", false, &LIMIT, now), None, "her router has a new address");
        for network in 0..100 {
            let wait = gate.wait(at(network), "ann", false, &LIMIT, now);
            assert_eq!(wait, Some(Wait::User), "one try for each of those who guess");
            assert_eq!(gate.wait(at(network), "ben", false, &LIMIT, now), None);
        }
    }
}

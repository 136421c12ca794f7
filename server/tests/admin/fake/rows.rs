//! The rows of the database in memory, and when they may be written.

use std::collections::BTreeMap;

use ddns_service::account::{Digest, Host, Token, User};
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{Event, Lease, Rejected, Settled, StoreFault, Want, Wanted};

use super::{NOW, no};

#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) hosts: BTreeMap<i64, Host>,
    pub(crate) tokens: BTreeMap<i64, (Token, Digest)>,
    pub(crate) events: Vec<(i64, Event)>,
    /// Owner and end of each host's lease.
    pub(crate) leases: BTreeMap<i64, (String, Moment)>,
    /// Late messages may come: no row goes at once.
    pub(crate) doubt: bool,
    last: i64,
}

impl Rows {
    pub(super) fn next(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    pub(super) fn user(&mut self, name: &str) -> Result<&mut User, StoreFault> {
        self.users.get_mut(name).ok_or(no(Rejected::NoUser))
    }

    pub(super) fn count(&self, user: i64) -> u32 {
        u32::try_from(self.hosts.values().filter(|host| host.user == user).count()).unwrap()
    }

    /// Whether the lease is free or this owner's; takes it then.
    pub(super) fn lease(&mut self, host: i64, lease: &Lease) -> bool {
        let free = self.leases.get(&host).is_none_or(|(owner, until)| *owner == lease.owner || *until <= NOW);
        if free {
            self.leases.insert(host, (lease.owner.clone(), NOW.plus(lease.span)));
        }
        free
    }

    pub(super) fn want(&mut self, want: &Want) -> Wanted {
        let Some(row) = self.hosts.get(&want.host.id) else { return Wanted::Gone };
        let seen = Pair::of(|family| row.held.get(family).seen);
        if row.generation != want.host.generation - i64::from(want.lease.is_some()) || seen != want.seen {
            return Wanted::Stale(Box::new(row.clone()));
        }
        let applied = row.applied;
        self.hosts.insert(want.host.id, Host { applied, ..want.host.clone() });
        self.events.extend(want.events.iter().map(|event| (want.host.id, event.clone())));
        let Some(lease) = &want.lease else { return Wanted::Noted };
        if self.lease(want.host.id, lease) { Wanted::Ours } else { Wanted::Others }
    }

    pub(super) fn settle(&mut self, id: i64, generation: i64, lease: &Lease) -> Settled {
        if self.leases.get(&id).is_none_or(|(owner, _)| *owner != lease.owner) {
            return Settled::Lost;
        }
        let Some(host) = self.hosts.get_mut(&id) else { return Settled::Gone };
        host.applied = host.applied.max(generation);
        if host.generation > generation {
            return Settled::MovedOn(Box::new(host.clone()));
        }
        let left = host.leaving && !self.doubt;
        self.leases.remove(&id);
        if left {
            self.delete(id);
        }
        Settled::Done
    }

    pub(super) fn delete(&mut self, id: i64) {
        self.hosts.remove(&id);
        self.tokens.retain(|_, (token, _)| token.host != id);
        self.events.retain(|(host, _)| *host != id);
    }
}

//! All open connections of one listener: who is let in, who goes when others need the place. Knows nothing of HTTP.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::limits::Limits;
use super::pulse::{Phase, Pulse};

/// A head that takes longer than this may lose its place to another connection.
const SLOW_HEAD: Duration = Duration::from_secs(1);

/// What a listener has seen, for the status page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections open now.
    pub open: usize,
    /// Connections let in since the start.
    pub accepted: u64,
    /// Connections closed at once, because all places or those of their address were taken.
    pub refused: u64,
    /// Idle connections closed because another needed the place.
    pub displaced: u64,
    /// Connections closed because they were too slow.
    pub late: u64,
}

#[derive(Debug, Default)]
pub(super) struct Crowd {
    seats: Mutex<Seats>,
    living: AtomicUsize,
    accepted: AtomicU64,
    refused: AtomicU64,
    displaced: AtomicU64,
    late: AtomicU64,
}

#[derive(Debug, Default)]
struct Seats {
    next: u64,
    taken: HashMap<u64, Seat>,
    from: HashMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Seat {
    pulse: Arc<Pulse>,
    task: Option<AbortHandle>,
    counted: Option<IpAddr>,
    request_timeout: Duration,
}

/// One connection's place; given back when dropped, also by a task that is aborted.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    id: u64,
    pub(super) pulse: Arc<Pulse>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.seats().leave(self.id);
        self.crowd.living.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Seats {
    fn leave(&mut self, id: u64) {
        let Some(seat) = self.taken.remove(&id) else { return };
        let Some(from) = seat.counted else { return };
        if let Some(count) = self.from.get_mut(&from) {
            *count -= 1;
            if *count == 0 {
                self.from.remove(&from);
            }
        }
    }

    fn end(&mut self, id: u64) {
        if let Some(task) = self.taken.get(&id).and_then(|seat| seat.task.as_ref()) {
            task.abort();
            self.leave(id);
        }
    }

    /// Closes the connections that are idle longest, one of so many; if none is idle, slow heads.
    fn displace(&mut self, of: usize) -> usize {
        let some = self.taken.len() / of + 1;
        let idle = |phase, _| matches!(phase, Phase::Idle | Phase::Opening);
        match self.displace_if(some, idle) {
            0 => self.displace_if(some, |phase, age| phase == Phase::Head && age > SLOW_HEAD),
            closed => closed,
        }
    }

    fn displace_if(&mut self, some: usize, wanted: impl Fn(Phase, Duration) -> bool) -> usize {
        let mut found: Vec<(Duration, u64)> = Vec::new();
        for (id, seat) in &self.taken {
            let (phase, age) = seat.pulse.now();
            if wanted(phase, age) {
                found.push((age, *id));
            }
        }
        if found.len() > some {
            found.select_nth_unstable_by(some, |one, other| other.cmp(one));
            found.truncate(some);
        }
        found.retain(|(_, id)| self.taken.get(id).is_some_and(|seat| seat.pulse.close_idle()));
        for (_, id) in &found {
            self.end(*id);
        }
        found.len()
    }
}

impl Crowd {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `peer`, if there is one or one can be made.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr, limits: &Limits) -> Option<Place> {
        let mut seats = self.seats();
        let counted = limits.counted(peer);
        let from = counted.and_then(|from| seats.from.get(&from)).copied().unwrap_or(0);
        let crowded = counted.is_some() && from >= limits.max_connections_per_address;
        if crowded || !self.room(&mut seats, limits.max_connections) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        if let Some(from) = counted {
            *seats.from.entry(from).or_default() += 1;
        }
        let pulse = Arc::new(Pulse::new());
        let id = seats.next;
        seats.next += 1;
        let request_timeout = limits.request_timeout;
        seats.taken.insert(id, Seat { pulse: Arc::clone(&pulse), task: None, counted, request_timeout });
        self.living.fetch_add(1, Ordering::AcqRel);
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Some(Place { crowd: Arc::clone(self), id, pulse })
    }

    fn room(&self, seats: &mut Seats, most: usize) -> bool {
        if seats.taken.len() < most {
            return true;
        }
        // some at once, so that looking for them costs each newcomer little
        self.displaced.fetch_add(seats.displace(64) as u64, Ordering::Relaxed);
        seats.taken.len() < most
    }

    /// Notes the task that serves the connection at a place, if it has not ended already.
    pub(super) fn seat(&self, id: u64, task: AbortHandle) {
        if let Some(seat) = self.seats().taken.get_mut(&id) {
            seat.task = Some(task);
        }
    }

    /// The system has no file descriptors left: closes some idle connections.
    pub(super) fn shrink(&self) {
        let closed = self.seats().displace(8);
        self.displaced.fetch_add(closed as u64, Ordering::Relaxed);
    }

    /// Closes every connection whose time `late` says is up: it is given phase, age and the request timeout.
    pub(super) fn close_late(&self, late: impl Fn(Phase, Duration, Duration) -> bool) {
        let mut seats = self.seats();
        let mut gone = Vec::new();
        for (id, seat) in &seats.taken {
            let (phase, age) = seat.pulse.now();
            if late(phase, age, seat.request_timeout) {
                gone.push(*id);
            }
        }
        for id in &gone {
            if let Some(seat) = seats.taken.get(id) {
                seat.pulse.close();
            }
            seats.end(*id);
        }
        self.late.fetch_add(gone.len() as u64, Ordering::Relaxed);
    }

    /// Asks connections that have been idle so long to give their buffers back.
    pub(super) fn lull(&self, after: Duration) {
        for seat in self.seats().taken.values() {
            let (phase, age) = seat.pulse.now();
            if phase == Phase::Idle && age > after {
                seat.pulse.lull();
            }
        }
    }

    /// Closes every connection without an active request.
    pub(super) fn close_idle(&self) {
        let mut seats = self.seats();
        let idle: Vec<u64> =
            seats.taken.iter().filter(|(_, seat)| seat.pulse.close_idle()).map(|(id, _)| *id).collect();
        for id in idle {
            seats.end(id);
        }
    }

    /// Connections whose sockets are still open.
    pub(super) fn living(&self) -> usize {
        self.living.load(Ordering::Acquire)
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            open: self.living(),
            accepted: self.accepted.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            displaced: self.displaced.load(Ordering::Relaxed),
            late: self.late.load(Ordering::Relaxed),
        }
    }
}

impl Place {
    /// The number under which the crowd knows it.
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

//! From what is wanted to what the DNS has: writes a change down, pushes it while no other instance may, and notes it as applied only after a
//! verified answer. What came to an unknown end is pushed again.
//!
//! A host has one flight at most: a task of its own, which outlives the request that began it. A change that comes while it is under way is
//! written down at once and flown by the same flight, so two updates of one name are never under way together.

mod again;
mod flight;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use crate::account::Host;
use crate::desk::Desk;
use crate::pair::Pair;
use crate::tally::Tally;
use crate::world::{Event, Lease, Letter, StoreFault, Want, Wanted, Zone, ZoneFault};
use flight::{Flight, News};

pub use again::run as again;

/// How often a row may move on under a change before it is given up: each time somebody else got through.
const TRIES: usize = 16;

/// How often another instance's push is looked after.
const LOOK: Duration = Duration::from_millis(40);

/// What a host is to become.
#[derive(Debug)]
pub struct Step {
    /// The row as it is to be, its generation one higher.
    pub host: Host,
    /// Lines of its history.
    pub events: Vec<Event>,
    /// A letter that goes with it.
    pub letter: Option<Letter>,
}

impl Step {
    /// The same once more, so that it is pushed again.
    #[must_use]
    pub fn anew(row: &Host) -> Self {
        let host = Host { generation: row.generation + 1, ..row.clone() };
        Self { host, events: Vec::new(), letter: None }
    }
}

/// What came of a change that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed<N> {
    /// The DNS has it, by a verified answer; the row as it was pushed.
    Applied(Box<Host>),
    /// Nothing had to be written: what the deciding function said instead.
    Nothing(N),
    /// There is no such host any more.
    Gone,
    /// It is written down and will be pushed again; for now the DNS is not known to have it.
    Pending(ZoneFault),
}

/// The database failed, or the row would not hold still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushFault {
    /// What the database said.
    Store(StoreFault),
    /// Others changed the host as often as we tried.
    Crowded,
}

impl fmt::Display for PushFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(f),
            Self::Crowded => f.write_str("too many changes of one host at once"),
        }
    }
}

impl std::error::Error for PushFault {}

impl From<StoreFault> for PushFault {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

/// Brings hosts to the DNS.
pub struct Pusher {
    desk: Arc<Desk>,
    zone: ArcSwap<Arc<dyn Zone>>,
    lease: Lease,
    tally: Arc<Tally>,
    flights: Mutex<HashMap<i64, Flight>>,
    /// How often hosts that are not in the DNS failed so far.
    failures: Mutex<HashMap<i64, u32>>,
}

impl Pusher {
    /// Under this lease, whose span is several times what one exchange with the name server may take.
    #[must_use]
    pub fn new(desk: Arc<Desk>, zone: Arc<dyn Zone>, lease: Lease) -> Arc<Self> {
        let zone = ArcSwap::from_pointee(zone);
        let (flights, failures) = (Mutex::default(), Mutex::default());
        Arc::new(Self { desk, zone, lease, tally: Arc::default(), flights, failures })
    }

    /// Where pushes are counted, and what else is done through this pusher.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// From now on to this one; what is under way ends at the old one.
    pub fn change_zone(&self, zone: Arc<dyn Zone>) {
        self.zone.store(Arc::new(zone));
    }

    /// Decides on the row as it is, writes what it is to become, and brings it to the DNS; decides anew when the row has moved on meanwhile.
    pub async fn change<N>(
        self: &Arc<Self>,
        host: Host,
        mut decide: impl FnMut(&Host) -> Result<Step, N>,
    ) -> Result<Pushed<N>, PushFault> {
        let mut row = host;
        for _ in 0..TRIES {
            let step = match decide(&row) {
                Ok(step) => step,
                Err(nothing) => return Ok(Pushed::Nothing(nothing)),
            };
            let seen = Pair::of(|family| row.held.get(family).seen);
            let Step { host, events, letter } = step;
            let want = Want { host: host.clone(), seen, lease: Some(self.lease.clone()), letter, events };
            match self.written(want).await? {
                Written::Aboard(news) => return Ok(arrival(host, news).await),
                Written::Not(Wanted::Stale(now)) => row = *now,
                Written::Not(Wanted::Gone) => return Ok(Pushed::Gone),
                Written::Not(_) => return self.watch_others(host).await,
            }
        }
        Err(PushFault::Crowded)
    }

    /// Writes and boards in a task of its own: a client that hangs up between the two would leave a leased host without a flight, and others
    /// would wait until the lease ends.
    async fn written(self: &Arc<Self>, want: Want) -> Result<Written, StoreFault> {
        let pusher = Arc::clone(self);
        let task = tokio::spawn(async move {
            // before the database takes it: however long the answer takes, the lease is not younger than we think
            let (leased, host) = (Instant::now(), want.host.clone());
            Ok(match pusher.desk.want(want).await? {
                Wanted::Ours => Written::Aboard(pusher.board(&host, leased)),
                other => Written::Not(other),
            })
        });
        task.await.unwrap_or_else(|_| Err(StoreFault::Away("the service is stopping".to_owned())))
    }

    /// Returns when nothing is under way any more: who ends the program then leaves no lease for others to wait for.
    pub async fn rest(&self) {
        while self.under_way() > 0 {
            sleep(LOOK).await;
        }
    }

    fn under_way(&self) -> usize {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Begins a flight, or makes the one under way go as far as this row.
    fn board(self: &Arc<Self>, host: &Host, leased: Instant) -> watch::Receiver<News> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get_mut(&host.id) {
            flight.wanted = flight.wanted.max(host.generation);
            return flight.news.subscribe();
        }
        let (news, seen) = watch::channel(News::Applied(host.generation - 1));
        flights.insert(host.id, Flight { wanted: host.generation, news });
        tokio::spawn(flight::fly(Arc::clone(self), host.clone(), leased));
        seen
    }

    /// Another instance holds the lease and will find our generation when it is done with its own.
    async fn watch_others<N>(&self, host: Host) -> Result<Pushed<N>, PushFault> {
        let until = Instant::now() + self.lease.span;
        while Instant::now() < until {
            sleep(LOOK).await;
            match self.desk.host(host.id).await? {
                None => return Ok(Pushed::Gone),
                Some(now) if now.applied >= host.generation => return Ok(Pushed::Applied(Box::new(host))),
                Some(_) => {}
            }
        }
        Ok(Pushed::Pending(ZoneFault::Unknown(
            "another instance of this service did not say that it is done".to_owned(),
        )))
    }
}

/// What became of a [`Want`], and the news of the flight where there is one.
enum Written {
    Aboard(watch::Receiver<News>),
    Not(Wanted),
}

/// Waits until the flight has come as far as this row.
async fn arrival<N>(host: Host, mut news: watch::Receiver<News>) -> Pushed<N> {
    loop {
        match news.borrow_and_update().of(host.generation) {
            Some(News::Applied(_)) => return Pushed::Applied(Box::new(host)),
            Some(News::Gone) => return Pushed::Gone,
            Some(News::Failed(_, fault)) => return Pushed::Pending(fault),
            None => {}
        }
        if news.changed().await.is_err() {
            return Pushed::Pending(ZoneFault::Unknown("the service is stopping".to_owned()));
        }
    }
}

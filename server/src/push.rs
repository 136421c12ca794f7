//! From what is wanted to what the DNS has: writes a change down, pushes it while no other instance may, and notes it as applied only after a
//! verified answer. What came to an unknown end is pushed again.
//!
//! A host is in one flight at most: a task of its own, which outlives the request that began it. A change that comes while it is under way is
//! written down at once and flown by the same flight, so two updates of one name are never under way together. Hosts of one
//! zone that were written down together fly together, as long as they keep step.

mod again;
mod flight;
mod under_way;

use std::collections::{BTreeMap, HashMap};
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
use under_way::Course;

pub use again::run as again;
pub use under_way::UnderWay;

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
        decide: impl FnMut(&Host) -> Result<Step, N>,
    ) -> Result<Pushed<N>, PushFault> {
        self.begin(vec![host], decide).await.ended().await.pop().unwrap_or(Err(PushFault::Crowded))
    }

    /// As [`Self::change`], for many hosts, which go together; returns when it is written down. Who is in the way of one of them hinders no
    /// other.
    pub async fn begin<N>(
        self: &Arc<Self>,
        hosts: Vec<Host>,
        mut decide: impl FnMut(&Host) -> Result<Step, N>,
    ) -> UnderWay<N> {
        let mut courses: Vec<_> = hosts.iter().map(|_| Course::Over(Err(PushFault::Crowded))).collect();
        let mut rows: Vec<(usize, Host)> = hosts.into_iter().enumerate().collect();
        for _ in 0..TRIES {
            let (mut places, mut wants) = (Vec::new(), Vec::new());
            for (place, row) in rows.drain(..) {
                match decide(&row) {
                    Ok(step) => {
                        places.push(place);
                        wants.push(self.want(&row, step));
                    }
                    Err(nothing) => courses[place] = Course::Over(Ok(Pushed::Nothing(nothing))),
                }
            }
            if wants.is_empty() {
                break;
            }
            for (place, written) in places.into_iter().zip(self.written(wants).await) {
                courses[place] = match written {
                    Written::Aboard(host, news) => Course::Ours(host, news),
                    Written::Others(host) => Course::Others(host, Instant::now() + self.lease.span),
                    Written::Stale(now) => {
                        rows.push((place, now));
                        continue;
                    }
                    Written::Gone => Course::Over(Ok(Pushed::Gone)),
                    Written::Not(fault) => Course::Over(Err(fault.into())),
                };
            }
        }
        UnderWay { pusher: Arc::clone(self), courses }
    }

    fn want(&self, row: &Host, step: Step) -> Want {
        let seen = Pair::of(|family| row.held.get(family).seen);
        let Step { host, events, letter } = step;
        Want { host, seen, lease: Some(self.lease.clone()), letter, events }
    }

    /// Writes and boards in a task of its own: a client that hangs up between the two would leave a leased host without a flight, and others
    /// would wait until the lease ends.
    async fn written(self: &Arc<Self>, wants: Vec<Want>) -> Vec<Written> {
        let (pusher, count) = (Arc::clone(self), wants.len());
        let task = tokio::spawn(async move {
            // before the database takes it: however long the answer takes, the lease is not younger than we think
            let leased = Instant::now();
            let hosts: Vec<Host> = wants.iter().map(|want| want.host.clone()).collect();
            Ok::<_, StoreFault>(pusher.aboard(hosts, pusher.desk.want(wants).await?, leased))
        });
        let written = task.await.unwrap_or_else(|_| Err(StoreFault::Away("the service is stopping".to_owned())));
        written.unwrap_or_else(|fault| (0..count).map(|_| Written::Not(fault.clone())).collect())
    }

    /// Boards those of the hosts that are ours to push.
    fn aboard(self: &Arc<Self>, hosts: Vec<Host>, wanted: Vec<Wanted>, leased: Instant) -> Vec<Written> {
        let is_ours = |(_, wanted): &(&Host, &Wanted)| **wanted == Wanted::Ours;
        let ours = hosts.iter().zip(&wanted).filter(is_ours).map(|(host, _)| host.clone()).collect();
        let mut boarded = self.board(ours, leased).into_iter();
        let written = hosts.into_iter().zip(wanted).map(|(host, wanted)| match wanted {
            Wanted::Ours => boarded.next().map_or(Written::Gone, |news| Written::Aboard(host, news)),
            Wanted::Others | Wanted::Noted => Written::Others(host),
            Wanted::Stale(now) => Written::Stale(*now),
            Wanted::Gone => Written::Gone,
        });
        written.collect()
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

    /// Begins a flight, or makes the ones under way go as far as these rows; news of each.
    fn board(self: &Arc<Self>, hosts: Vec<Host>, leased: Instant) -> Vec<watch::Receiver<News>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut seen, mut fresh) = (Vec::with_capacity(hosts.len()), BTreeMap::<_, Vec<Host>>::new());
        for host in hosts {
            if let Some(flight) = flights.get_mut(&host.id) {
                flight.wanted = flight.wanted.max(host.generation);
                seen.push(flight.news.subscribe());
                continue;
            }
            let (news, receiver) = watch::channel(News::Applied(host.generation - 1));
            flights.insert(host.id, Flight { wanted: host.generation, news });
            seen.push(receiver);
            fresh.entry(host.name.zone.clone()).or_default().push(host);
        }
        // a zone whose server hangs keeps no other waiting
        for (_, hosts) in fresh {
            tokio::spawn(flight::fly(Arc::clone(self), hosts, leased));
        }
        seen
    }
}

/// What became of a [`Want`], and the news of the flight where there is one.
enum Written {
    Aboard(Host, watch::Receiver<News>),
    Others(Host),
    Stale(Host),
    Gone,
    Not(StoreFault),
}

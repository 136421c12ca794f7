//! Hosts on their way to the DNS, until the newest of what is wanted is there.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};

use super::{Pusher, Step};
use crate::account::Host;
use crate::decide;
use crate::tally::Push;
use crate::world::{Settled, Undone, ZoneFault};

/// How far a flight has come.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// The DNS has this generation.
    Applied(i64),
    /// This one, and those before it that were not applied, are not known to be in the DNS.
    Failed(i64, ZoneFault),
    /// The host was deleted.
    Gone,
}

impl News {
    /// What they say of a generation; `None` while it is under way.
    pub(super) fn of(&self, generation: i64) -> Option<Self> {
        match self {
            Self::Applied(applied) if *applied < generation => None,
            Self::Failed(failed, _) if *failed < generation => None,
            news => Some(news.clone()),
        }
    }
}

/// A flight under way.
pub(super) struct Flight {
    /// The newest generation that somebody waits for.
    pub(super) wanted: i64,
    /// For those who wait.
    pub(super) news: watch::Sender<News>,
}

/// Between two tries to have something written down.
const ANEW: Duration = Duration::from_secs(1);

/// Pause before the next try, by the number of failures before.
fn pause(failures: u32) -> Duration {
    // a server that is back must not wait long for what it missed
    const LONGEST: Duration = Duration::from_secs(16);
    Duration::from_secs(1 << failures.min(16)).min(LONGEST)
}

/// Pushes hosts that are leased to us since `leased` at the latest, and what they become meanwhile.
pub(super) async fn fly(pusher: Arc<Pusher>, mut hosts: Vec<Host>, mut leased: Instant) {
    while !hosts.is_empty() {
        // a lease must not run out while a message is under way: another instance could push a newer one before it
        if leased.elapsed() > pusher.lease.span / 2 {
            let fault = ZoneFault::NotSent("it waited too long for its turn".to_owned());
            return pusher.give_up(hosts.into_iter().map(|host| (host, fault.clone())).collect()).await;
        }
        let begun = leased;
        let pushed = join_all(hosts.iter().map(|host| pusher.delivered(host))).await;
        leased = Instant::now();
        let (mut there, mut failed) = (Vec::new(), Vec::new());
        for (host, pushed) in hosts.into_iter().zip(pushed) {
            match pushed {
                Ok(()) => there.push(host),
                Err(fault) => failed.push((host, fault)),
            }
        }
        if !failed.is_empty() {
            tokio::spawn(fall_out(Arc::clone(&pusher), failed, begun));
        }
        hosts = pusher.noted(there, begun).await;
    }
}

/// Ends the flight of hosts that did not arrive; the others fly on without them.
async fn fall_out(pusher: Arc<Pusher>, failed: Vec<(Host, ZoneFault)>, begun: Instant) {
    // a stop of this program may have made these messages late ones: then they may stand in the DNS over newer ones
    let late = begun.elapsed() > pusher.lease.span;
    let ids: Vec<i64> = failed.iter().map(|(host, _)| host.id).collect();
    pusher.give_up(failed).await;
    if late {
        for host in ids {
            pusher.say_anew(host);
        }
    }
}

fn outcome(pushed: &Result<(), ZoneFault>) -> Push {
    match pushed {
        Ok(()) => Push::Applied,
        Err(ZoneFault::Refused(_)) => Push::Refused,
        Err(ZoneFault::Alias) => Push::Alias,
        Err(ZoneFault::Signature(_)) => Push::Signature,
        Err(ZoneFault::Unproven(_)) => Push::Unproven,
        Err(ZoneFault::Unknown(_)) => Push::Unknown,
        Err(ZoneFault::NotSent(_)) => Push::NotSent,
        Err(ZoneFault::NotAsked(_)) => Push::NotAsked,
    }
}

impl Pusher {
    /// Brings a host's records to the name server; of one that never had an address here, nothing is ours to change.
    async fn delivered(&self, host: &Host) -> Result<(), ZoneFault> {
        let records = decide::records(host);
        if records.idle() {
            return Ok(());
        }
        let (zone, sent) = (self.zone.load_full(), Instant::now());
        let pushed = zone.push(&records).await;
        self.tally.push_time.add(sent.elapsed());
        self.tally.pushes.add(outcome(&pushed));
        pushed
    }

    /// Has it written down that the DNS has these; those of which a newer generation is wanted by now come back as they are.
    async fn noted(self: &Arc<Self>, hosts: Vec<Host>, begun: Instant) -> Vec<Host> {
        if hosts.is_empty() {
            return hosts;
        }
        let mut newer = Vec::new();
        match self.desk.applied(hosts.iter().map(|host| (host.id, host.generation)).collect()).await {
            Ok(settled) => {
                for (host, settled) in hosts.iter().zip(settled) {
                    newer.extend(self.settled(host, settled).await);
                }
            }
            Err(fault) => {
                for host in &hosts {
                    // the lease runs out by itself, and then it is pushed again
                    warn!(host = %host.name, %fault, "the DNS has a change that the database could not be told of; it will be pushed again");
                    self.end(host.id, News::Failed(i64::MAX, ZoneFault::Unknown(fault.to_string())));
                    if begun.elapsed() > self.lease.span {
                        self.say_anew(host.id);
                    }
                }
            }
        }
        newer
    }

    /// What is to be flown next of a host that the DNS has.
    async fn settled(self: &Arc<Self>, host: &Host, settled: Settled) -> Option<Host> {
        match settled {
            Settled::Done => return self.landed(host).await,
            Settled::MovedOn(newer) => {
                self.tell(host.id, News::Applied(host.generation));
                return Some(*newer);
            }
            Settled::Gone => {
                self.forget(host.id);
                self.end(host.id, News::Gone);
            }
            Settled::Lost => {
                let fault = ZoneFault::Unknown("another instance took the host over meanwhile".to_owned());
                self.end(host.id, News::Failed(i64::MAX, fault));
                self.say_anew(host.id);
            }
        }
        None
    }

    /// Who pushed without a lease may have put an older truth over a newer one, which the database counts as applied: the newest is wanted
    /// once more, as another generation, by whoever holds the host now. Goes on until the database has taken it.
    fn say_anew(self: &Arc<Self>, host: i64) {
        let pusher = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let said = match pusher.desk.host(host).await {
                    Ok(None) => return,
                    Ok(Some(row)) => pusher.change::<()>(row, |row| Ok(Step::anew(row))).await,
                    Err(fault) => Err(fault.into()),
                };
                match said {
                    Ok(_) => return,
                    Err(fault) => warn!(%fault, "a late push is not made good yet"),
                }
                sleep(ANEW).await;
            }
        });
    }

    /// All is done; or somebody wrote a newer generation after the database had been told, and counts on this flight.
    async fn landed(&self, host: &Host) -> Option<Host> {
        self.forget(host.id);
        debug!(host = %host.name, generation = host.generation, "in the DNS");
        {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            let flight = flights.get(&host.id)?;
            flight.news.send_replace(News::Applied(host.generation));
            if flight.wanted <= host.generation {
                flights.remove(&host.id);
                return None;
            }
        }
        match self.desk.host(host.id).await {
            Ok(Some(newer)) => Some(newer),
            Ok(None) => {
                self.end(host.id, News::Gone);
                None
            }
            Err(fault) => {
                self.end(host.id, News::Failed(i64::MAX, ZoneFault::Unknown(fault.to_string())));
                None
            }
        }
    }

    fn forget(&self, host: i64) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&host);
    }

    /// They will be tried again after a pause, by whoever claims them then. Who waits is told at once; the flight lasts until the database has
    /// it, so that no newer one takes off before it is written down that this one's message may come late.
    async fn give_up(&self, failed: Vec<(Host, ZoneFault)>) {
        let (mut undone, mut news) = (Vec::new(), Vec::new());
        for (host, fault) in failed {
            let pause = pause(self.failed_before(host.id));
            warn!(host = %host.name, %fault, again_in = pause.as_secs(), "not in the DNS");
            undone.push(Undone { host: host.id, after: pause, late: fault.late() });
            self.tell(host.id, News::Failed(i64::MAX, fault.clone()));
            news.push((host.id, News::Failed(i64::MAX, fault)));
        }
        while let Err(fault) = self.desk.released(undone.clone()).await {
            debug!(hosts = undone.len(), %fault, "leases are not given back yet");
            sleep(ANEW).await;
        }
        for (host, news) in news {
            self.end(host, news);
        }
    }

    /// How often the host failed before this time, which is counted.
    fn failed_before(&self, host: i64) -> u32 {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry(host).or_insert(0);
        *count = count.saturating_add(1);
        *count - 1
    }

    fn tell(&self, host: i64, news: News) {
        if let Some(flight) = self.flights.lock().unwrap_or_else(PoisonError::into_inner).get(&host) {
            flight.news.send_replace(news);
        }
    }

    fn end(&self, host: i64, news: News) {
        if let Some(flight) = self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&host) {
            flight.news.send_replace(news);
        }
    }
}

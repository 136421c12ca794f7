//! One zone's pushes: those that come together share a message, and one bad host does not spoil the others.
//!
//! Never two messages with one name are under way: who gave up waiting for a push may push again while the first is still at the server, and
//! the newer one then waits here for the end of the older. It must not know of connections or signatures.

mod course;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::message;
use crate::world::{Records, ZoneFault};
pub(super) use course::Course;

/// Hosts in one message at most.
const HOSTS: usize = 64;

/// Messages of one zone under way: servers take a zone's updates one after the other, so that a second would only wait there with few hosts
/// instead of here, where it grows. Measured at BIND: 1.5 to 2.5 times the updates of two messages, with 3 callers and with 64.
const UNDER_WAY: usize = 1;

/// How long a host waits at most for as many as went together last: those who push again and again come back within it. A lone one goes at
/// once.
const WINDOW: Duration = Duration::from_millis(3);

/// Pushes that are looked through for the next message.
const QUEUE: usize = 1024;

/// A push that waits.
pub(super) struct Job {
    /// What is to be.
    pub(super) records: Records,
    /// When it came.
    pub(super) since: Instant,
    /// When it is of no use any more to begin with it.
    pub(super) until: Instant,
    /// Who waits.
    pub(super) tell: oneshot::Sender<Result<(), ZoneFault>>,
}

impl Job {
    fn end(self, result: Result<(), ZoneFault>) {
        // who pushed may be gone
        let _ = self.tell.send(result);
    }
}

/// What became of a message, for the size of the next.
enum Outcome {
    /// The server answered.
    Heard,
    /// Nothing came: the next one is smaller, in case it was something in this one, or too much at once.
    Silent,
}

/// A zone.
pub(super) struct Lane {
    course: Arc<Course>,
    inbox: mpsc::Receiver<Job>,
    queue: VecDeque<Job>,
    /// Labels under way.
    busy: HashSet<String>,
    flights: JoinSet<(Vec<String>, Outcome)>,
    /// Hosts in one message at most, for now.
    most: usize,
    /// How many went together last.
    last: usize,
}

impl Lane {
    pub(super) fn new(course: Course, inbox: mpsc::Receiver<Job>) -> Self {
        let (queue, busy, flights) = (VecDeque::new(), HashSet::new(), JoinSet::new());
        Self { course: Arc::new(course), inbox, queue, busy, flights, most: HOSTS, last: 0 }
    }

    /// Ends when nobody can push any more and all is told.
    pub(super) async fn run(mut self) {
        let mut open = true;
        while open || !self.queue.is_empty() || !self.flights.is_empty() {
            let due = self.launch();
            tokio::select! {
                job = self.inbox.recv(), if open && self.queue.len() < QUEUE => match job {
                    Some(job) => self.queue.push_back(job),
                    None => open = false,
                },
                Some(landed) = self.flights.join_next() => {
                    if let Ok((labels, outcome)) = landed {
                        self.landed(&labels, &outcome);
                    }
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
        }
    }

    fn landed(&mut self, labels: &[String], outcome: &Outcome) {
        for label in labels {
            self.busy.remove(label);
        }
        self.most = match outcome {
            Outcome::Heard => (self.most * 2).min(HOSTS),
            Outcome::Silent => (self.most / 2).max(1),
        };
    }

    /// Sends what can be sent; when to look again, if not for another reason.
    fn launch(&mut self) -> Option<Instant> {
        let now = Instant::now();
        while self.flights.len() < UNDER_WAY && !self.queue.is_empty() {
            if let Some(due) = self.company(now) {
                return Some(due);
            }
            let batch = self.batch(now);
            if batch.is_empty() {
                return None;
            }
            self.last = batch.len();
            let labels = batch.iter().map(|job| job.records.name.label.clone()).collect::<Vec<_>>();
            self.busy.extend(labels.iter().cloned());
            let course = self.course.clone();
            self.flights.spawn(async move { (labels, course.deliver(batch).await) });
        }
        None
    }

    /// Until when those who wait should wait for more.
    fn company(&self, now: Instant) -> Option<Instant> {
        let due = self.queue.front()?.since + WINDOW;
        (self.queue.len() < self.most.min(self.last) && due > now).then_some(due)
    }

    /// Takes the next message's hosts out of the queue, the oldest first, each name once.
    fn batch(&mut self, now: Instant) -> Vec<Job> {
        let (mut batch, mut left, mut room) = (Vec::new(), VecDeque::new(), message::ROOM);
        let mut held = HashSet::new();
        while let Some(job) = self.queue.pop_front() {
            if job.tell.is_closed() {
                continue;
            }
            if job.until <= now {
                job.end(Err(ZoneFault::Unknown("the name server is so far behind that this was not sent".to_owned())));
                continue;
            }
            let label = &job.records.name.label;
            let size = message::size(&job.records);
            let fits = batch.len() < self.most && size <= room;
            if fits && !self.busy.contains(label) && !held.contains(label) {
                room -= size;
                held.insert(label.clone());
                batch.push(job);
            } else {
                // what comes later for this name must not overtake it
                held.insert(label.clone());
                left.push_back(job);
            }
            if batch.len() >= self.most {
                break;
            }
        }
        left.append(&mut self.queue);
        self.queue = left;
        batch
    }
}

//! One zone's pushes: those that come together share a message, and one bad host does not spoil the others.
//!
//! One message of the zone is under way, and the next begins when it has ended. So there are never two with one name, even when who pushed
//! gave up waiting and pushes again while the first is still at the server: the newer one waits here for the end of the older. And servers
//! take a zone's updates one after the other anyway: a second message would only wait there with few hosts instead of here, where it grows
//! (measured at BIND: 1.5 to 2.5 times the updates that two at once bring, with 3 callers and with 64).
//!
//! It must not know of connections or signatures.

mod course;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::message;
use crate::world::{Records, ZoneFault};
pub(super) use course::Course;

/// Hosts in one message at most.
const HOSTS: usize = 64;

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
    course: Course,
    inbox: mpsc::Receiver<Job>,
    queue: VecDeque<Job>,
    /// Hosts in one message at most, for now.
    most: usize,
    /// How many went together last.
    last: usize,
}

impl Lane {
    pub(super) fn new(course: Course, inbox: mpsc::Receiver<Job>) -> Self {
        Self { course, inbox, queue: VecDeque::new(), most: HOSTS, last: 0 }
    }

    /// Ends when nobody can push any more and all is told.
    pub(super) async fn run(mut self) {
        while self.gather().await {
            let batch = self.batch(Instant::now());
            if batch.is_empty() {
                continue;
            }
            self.last = batch.len();
            self.most = match self.course.deliver(batch).await {
                Outcome::Heard => (self.most * 2).min(HOSTS),
                Outcome::Silent => (self.most / 2).max(1),
            };
        }
    }

    /// Waits for somebody, and then for company as long as that pays; false when nobody will ever come.
    async fn gather(&mut self) -> bool {
        if self.queue.is_empty() {
            let Some(first) = self.inbox.recv().await else { return false };
            self.queue.push_back(first);
        }
        while self.queue.len() < QUEUE
            && let Ok(next) = self.inbox.try_recv()
        {
            self.queue.push_back(next);
        }
        while let Some(due) = self.company()
            && let Ok(Some(next)) = timeout_at(due, self.inbox.recv()).await
        {
            self.queue.push_back(next);
        }
        true
    }

    /// Until when those who wait should wait for more.
    fn company(&self) -> Option<Instant> {
        let wanted = self.queue.len() < self.most.min(self.last);
        self.queue.front().filter(|_| wanted).map(|first| first.since + WINDOW)
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
                job.end(Err(ZoneFault::NotSent("too many were before it".to_owned())));
                continue;
            }
            let label = &job.records.name.label;
            let size = message::size(&job.records);
            let fits = batch.len() < self.most && size <= room;
            // once a name has to wait, what comes later for it must not overtake it
            if held.insert(label.clone()) && fits {
                room -= size;
                batch.push(job);
            } else {
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

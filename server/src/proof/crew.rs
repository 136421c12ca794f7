//! Threads that look at passwords: one for each core, behind everything else that wants the core, so that a flood of wrong passwords takes
//! time from itself and from nobody who needs no hash. Their memory goes back when there is nothing to do.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use ddns::secret::Secret;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::HashFault;
use super::hash::{self, Room};

/// How long a thread without work keeps its memory.
const REST: Duration = Duration::from_secs(1);

/// A password, and the hash it may be of.
pub(super) struct Job {
    pub(super) known: Secret,
    pub(super) given: Secret,
    /// The place on a core is given back when the work is done, not when a client has gone away.
    pub(super) core: OwnedSemaphorePermit,
    pub(super) tell: oneshot::Sender<bool>,
}

#[derive(Default)]
struct Queue {
    jobs: Mutex<(VecDeque<Job>, bool)>,
    changed: Condvar,
}

/// The threads; they end when this is dropped.
pub(super) struct Crew(Arc<Queue>);

impl Crew {
    pub(super) fn start(threads: usize) -> Result<Self, HashFault> {
        let crew = Self(Arc::default());
        for _ in 0..threads {
            let queue = Arc::clone(&crew.0);
            let begun = std::thread::Builder::new().name("passwords".to_owned()).spawn(move || work(&queue));
            begun.map_err(|_| HashFault::Thread)?;
        }
        Ok(crew)
    }

    pub(super) fn give(&self, job: Job) {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(job);
        self.0.changed.notify_one();
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.0.changed.notify_all();
    }
}

fn work(queue: &Queue) {
    // of this thread only, on Linux (setpriority(2)); where it is forbidden, hashing is just as fast, and others are slower
    let _ = rustix::process::setpriority_process(None, 19);
    let mut room = Room::default();
    while let Some(job) = queue.next(&mut room) {
        let matches = hash::matches(&job.known, &job.given, &mut room);
        drop(job.core);
        // who asked may have gone away
        let _ = job.tell.send(matches);
    }
}

impl Queue {
    /// Waits for work; `None` at the end.
    fn next(&self, room: &mut Room) -> Option<Job> {
        let mut state = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.1 {
                return None;
            }
            if let Some(job) = state.0.pop_front() {
                return Some(job);
            }
            if room.is_empty() {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (now, waited) = self.changed.wait_timeout(state, REST).unwrap_or_else(PoisonError::into_inner);
            state = now;
            if waited.timed_out() {
                room.clear();
            }
        }
    }
}

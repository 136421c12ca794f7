//! Threads that hash passwords, behind everything else that wants the core, so that a flood of wrong passwords takes time from itself and from
//! nobody who needs no hash. Their memory goes back when there is nothing to do.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::HashFault;
use super::hash::Room;

/// How long a thread without work keeps its memory.
const REST: Duration = Duration::from_secs(1);

/// What one of them is to do.
type Job = Box<dyn FnOnce(&mut Room) + Send>;

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

    /// Has one of them do this; what came of it, or an error when they are gone. The place on a core is given back when the work is done, not
    /// when a client has gone away.
    pub(super) async fn done<T: Send + 'static>(
        &self,
        core: OwnedSemaphorePermit,
        work: impl FnOnce(&mut Room) -> T + Send + 'static,
    ) -> Result<T, oneshot::error::RecvError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |room| {
            let done = work(room);
            drop(core);
            // who asked may have gone away
            let _ = tell.send(done);
        });
        self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner).0.push_back(job);
        self.0.changed.notify_one();
        told.await
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
        job(&mut room);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::Crew;

    #[tokio::test]
    async fn work_comes_back_from_a_thread_of_its_own_and_its_place_is_free_then() {
        let (crew, cores) = (Crew::start(1).unwrap(), Arc::new(Semaphore::new(1)));
        let here = std::thread::current().id();
        for _ in 0..3 {
            let core = Arc::clone(&cores).acquire_owned().await.unwrap();
            let thread = crew.done(core, |_| std::thread::current()).await.unwrap();
            assert!(thread.id() != here && thread.name() == Some("passwords"));
            assert_eq!(cores.available_permits(), 1);
        }
    }

    #[tokio::test]
    async fn who_went_away_keeps_no_place() {
        let (crew, cores) = (Crew::start(1).unwrap(), Arc::new(Semaphore::new(1)));
        let core = Arc::clone(&cores).acquire_owned().await.unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let gone = crew.done(core, move |_| wait.recv());
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), gone).await.is_err());
        assert_eq!(cores.available_permits(), 0, "the work goes on");
        go.send(()).unwrap();
        drop(cores.acquire().await.unwrap());
    }
}

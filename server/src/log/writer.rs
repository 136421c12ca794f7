//! The thread that writes, and the queue before it. A full queue loses lines and counts them: the service goes on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{self, sleep};
use std::time::{Duration, Instant, SystemTime};

use tracing::Level;

use super::line::Line;
use super::sink::Sink;

/// Lines that wait at most: some hundred kilobytes.
const WAITING: usize = 4096;
/// Between two looks whether the queue has room again.
const LOOK: Duration = Duration::from_millis(5);

enum Job {
    Line(Line),
    Change(Box<Sink>),
    Flush(Sender<()>),
}

/// The near end of the queue. The thread ends when the last of them is gone.
#[derive(Clone)]
pub(super) struct Queue {
    jobs: SyncSender<Job>,
    lost: Arc<AtomicU64>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Queue {
    pub(super) fn start(sink: Sink) -> io::Result<Self> {
        let (jobs, todo) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let mut writer = Writer { sink, lost: Arc::clone(&lost), told: 0 };
        thread::Builder::new().name("log".to_owned()).spawn(move || writer.run(&todo))?;
        Ok(Self { jobs, lost })
    }

    /// Never waits.
    pub(super) fn push(&self, line: Line) {
        if self.jobs.try_send(Job::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn change(&self, sink: Sink, patience: Duration) -> bool {
        self.send(Job::Change(Box::new(sink)), Instant::now() + patience)
    }

    pub(super) fn flush(&self, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        let (done, wait) = channel();
        self.send(Job::Flush(done), end) && wait.recv_timeout(end.saturating_duration_since(Instant::now())).is_ok()
    }

    /// Of the number alone: who holds it does not keep the queue open.
    pub(super) fn lost_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn send(&self, mut job: Job, end: Instant) -> bool {
        loop {
            match self.jobs.try_send(job) {
                Ok(()) => return true,
                Err(TrySendError::Full(back)) if Instant::now() < end => job = back,
                Err(_) => return false,
            }
            sleep(LOOK);
        }
    }
}

struct Writer {
    sink: Sink,
    lost: Arc<AtomicU64>,
    /// Of the lost lines, those that the log tells of.
    told: u64,
}

impl Writer {
    fn run(&mut self, todo: &Receiver<Job>) {
        while let Ok(job) = todo.recv() {
            match job {
                Job::Line(line) => self.write(&line),
                Job::Change(sink) => self.sink = *sink,
                Job::Flush(done) => {
                    self.tell_lost();
                    // who asked may have lost patience
                    let _ = done.send(());
                }
            }
        }
    }

    fn write(&mut self, line: &Line) {
        self.tell_lost();
        if self.sink.write(line).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn tell_lost(&mut self) {
        let lost = self.lost.load(Ordering::Relaxed);
        if lost == self.told {
            return;
        }
        let text = format!("log lines could not be written lines={}", lost - self.told);
        if self.sink.write(&Line { at: SystemTime::now(), level: Level::WARN, text }).is_ok() {
            self.told = lost;
        }
    }
}

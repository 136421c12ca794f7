//! Letters from the outbox to the mail server, in their own time: no update waits for mail.
//!
//! The outbox is the store's, and so is the rule that a letter leaves only after its change is in the DNS. Here is only: take a few under a
//! lease, send them, note what became of each. Two instances never hold one letter at once; one that dies loses none, because its leases run
//! out. A letter that was sent but could not be noted is remembered, so that this run sends it only once.

mod pace;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::{debug, error, info, warn};

use crate::tally::{self, Tally};
use crate::world::{Lease, Letter, LetterFault, Mail, Posted, Store, StoreFault};

pub use pace::{LEASE, gives_up, pause};

/// Letters under way at once.
pub const AT_ONCE: u32 = 4;
/// Between two looks into the outbox when nobody wakes us: other instances put letters there too.
const IDLE: Duration = Duration::from_secs(5);
/// How long letters under way may take after the order to stop; the program ends within five seconds.
const GRACE: Duration = Duration::from_secs(4);

/// Where letters go. Asked for each batch, so that a reload counts at once; `None` while mail is switched off, and letters wait.
pub type Outlet = dyn Fn() -> Option<Arc<dyn Mail>> + Send + Sync;

/// What the loop works with.
#[derive(Clone)]
pub struct Post {
    /// The outbox.
    pub store: Arc<dyn Store>,
    /// The mail server of the moment.
    pub outlet: Arc<Outlet>,
    /// This run of this program, as in [`Lease::owner`].
    pub owner: String,
    /// To be told when a letter may have become ready.
    pub wake: Arc<Notify>,
    /// Where letters are counted.
    pub tally: Arc<Tally>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Post({})", self.owner)
    }
}

/// Sends letters until `stop` is true (or its sender gone), then ends within four seconds.
pub async fn run(post: Post, mut stop: watch::Receiver<bool>) {
    let worker = Arc::new(Worker { post, unnoted: Mutex::default() });
    let mut bad = 0;
    while !over(&stop) {
        let outcome = worker.round(&mut stop).await;
        bad = match outcome {
            Round::Bad => bad + 1,
            Round::More | Round::Empty => 0,
        };
        let wait = match outcome {
            Round::More => continue,
            // whoever wakes us cannot know that the mail server is away: a rest is a rest
            Round::Bad => pace::rest(bad),
            Round::Empty => IDLE,
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = worker.post.wake.notified(), if bad == 0 => {}
            () = stopped(&mut stop) => {}
        }
    }
}

/// How a look into the outbox ended.
enum Round {
    /// There may be more.
    More,
    /// That was all.
    Empty,
    /// Nothing that was tried went; the mail server or the database is away.
    Bad,
}

/// What became of one letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Settled,
    Postponed,
}

struct Worker {
    post: Post,
    /// Rows whose letters left, or never will, but are not noted to: they are not sent again.
    unnoted: Mutex<HashSet<i64>>,
}

impl Worker {
    async fn round(self: &Arc<Self>, stop: &mut watch::Receiver<bool>) -> Round {
        self.note_all().await;
        let Some(mail) = (self.post.outlet)() else { return Round::Empty };
        let lease = Lease { owner: self.post.owner.clone(), span: LEASE };
        let taken = match self.post.store.letters(&lease, AT_ONCE).await {
            Ok(taken) => taken,
            Err(fault) => {
                warn!("mail waits: {fault}");
                return Round::Bad;
            }
        };
        if taken.is_empty() {
            return Round::Empty;
        }
        let mut under_way = JoinSet::new();
        for posted in taken {
            let (worker, mail) = (Arc::clone(self), Arc::clone(&mail));
            under_way.spawn(async move { worker.one(mail.as_ref(), posted).await });
        }
        let ended = async {
            let mut settled = false;
            while let Some(fate) = under_way.join_next().await {
                settled |= matches!(fate, Ok(Fate::Settled));
            }
            if settled { Round::More } else { Round::Bad }
        };
        // what is still under way after the grace is dropped; its lease runs out, and another run sends it
        tokio::select! {
            round = ended => round,
            () = async { stopped(stop).await; sleep(GRACE).await } => Round::Empty,
        }
    }

    async fn one(&self, mail: &dyn Mail, posted: Posted) -> Fate {
        let Posted { id, tries, letter } = posted;
        if self.is_unnoted(id) {
            return self.note(id).await;
        }
        match send(mail, &letter).await {
            Ok(()) => {
                info!("mail {} sent", letter.key);
                self.post.tally.letters.add(tally::Post::Sent);
                self.done(id).await
            }
            Err(LetterFault::Never(said)) => {
                error!("mail about {} cannot be delivered: {said}", self.host(&letter).await);
                self.post.tally.letters.add(tally::Post::GivenUp);
                self.done(id).await
            }
            Err(LetterFault::Later(said)) if gives_up(tries) => {
                error!("mail about {} given up after {} tries: {said}", self.host(&letter).await, tries + 1);
                self.post.tally.letters.add(tally::Post::GivenUp);
                self.done(id).await
            }
            Err(LetterFault::Later(said)) => self.postpone(id, tries, &letter, &said).await,
        }
    }

    async fn postpone(&self, id: i64, tries: u32, letter: &Letter, said: &str) -> Fate {
        let after = pause(tries);
        self.post.tally.letters.add(tally::Post::Postponed);
        warn!("mail about {} waits {} s: {said}", self.host(letter).await, after.as_secs());
        if let Err(fault) = self.post.store.postponed(id, after).await {
            warn!("mail {} is tried again when its lease ends: {fault}", letter.key);
        }
        Fate::Postponed
    }

    /// Nothing more is to be done with this row; if that cannot be written down, it is remembered here.
    async fn done(&self, id: i64) -> Fate {
        self.unnoted.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        self.note(id).await
    }

    /// Long before the leases end: another instance would send these letters once more.
    async fn note_all(&self) {
        let left: Vec<i64> = self.unnoted.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        for id in left {
            if self.note(id).await == Fate::Postponed {
                return;
            }
        }
    }

    async fn note(&self, id: i64) -> Fate {
        match self.post.store.posted(id).await {
            Ok(()) | Err(StoreFault::Rejected(_)) => {
                self.unnoted.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                Fate::Settled
            }
            Err(fault) => {
                debug!("mail row {id} is noted later: {fault}");
                Fate::Postponed
            }
        }
    }

    fn is_unnoted(&self, id: i64) -> bool {
        self.unnoted.lock().unwrap_or_else(PoisonError::into_inner).contains(&id)
    }

    /// The host as the operator calls it.
    async fn host(&self, letter: &Letter) -> String {
        match self.post.store.host(letter.host).await {
            Ok(Some(host)) => host.name.fqdn(),
            _ => format!("host number {}", letter.host),
        }
    }
}

/// A mail server has half a lease, whatever it keeps to itself: the other half is for noting what became of it.
async fn send(mail: &dyn Mail, letter: &Letter) -> Result<(), LetterFault> {
    match timeout(LEASE / 2, mail.send(letter)).await {
        Ok(done) => done,
        Err(_) => Err(LetterFault::Later("the mail server did not answer in time".to_owned())),
    }
}

fn over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Returns when the order to stop has come.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

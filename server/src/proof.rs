//! Whether who asks is who they say: passwords, tokens, and the memory of what was proven lately.
//!
//! It knows no database and no request. A password costs a core some twenty milliseconds, whoever sends it, so how many are hashed at once,
//! and how many wait for that, is bounded here.

mod cache;
mod crew;
mod hash;
mod token;

use std::sync::Arc;
use std::time::Duration;

use ddns::secret::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::account::User;
use cache::Cache;
use crew::Crew;

pub use hash::{HashFault, hash};
pub use token::{digest, new_token};

/// Requests that may wait for a hash to be made; more are told to come again.
const WAITING: usize = 256;

/// Those of users at home that may wait beside them: a flood from elsewhere takes none of these places.
const WAITING_AT_HOME: usize = 64;

/// How long one may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proven {
    /// It is the user's.
    Yes,
    /// It is not, or there is no such user: nobody can tell which, not by the time it took either.
    No,
    /// Too many others are being looked at.
    Busy,
}

/// Checks passwords.
pub struct Proof {
    cache: Cache,
    crew: Crew,
    cores: Arc<Semaphore>,
    waiting: Semaphore,
    waiting_at_home: Semaphore,
    nobody: Secret,
}

impl Proof {
    /// With a fresh memory; the hash that stands for users there are none of is made here.
    pub fn new() -> Result<Self, HashFault> {
        // one core is left to everybody else: a thread that wants to go on finds it free, instead of waiting for a hashing one to be put aside
        let cores = std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
        Ok(Self {
            cache: Cache::new()?,
            crew: Crew::start(cores)?,
            cores: Arc::new(Semaphore::new(cores)),
            waiting: Semaphore::new(WAITING),
            waiting_at_home: Semaphore::new(WAITING_AT_HOME),
            nobody: hash(&Secret::new(new_token()?))?,
        })
    }

    /// Passwords that are being looked at or wait for it.
    pub fn waiting(&self) -> usize {
        WAITING - self.waiting.available_permits().min(WAITING)
    }

    /// Whether this password was proven to be the user's a short while ago: no hash is made for that.
    pub fn remembered(&self, user: &User, password: &Secret) -> bool {
        self.cache.knows(user, password)
    }

    /// Whether it is the user's. For `None`, a user there is none of, it takes the same time. Who asks from the user's own network (`home`)
    /// has other places to wait at than all the world.
    pub async fn password(&self, user: Option<&User>, password: &Secret, home: bool) -> Proven {
        let waiting = if home { &self.waiting_at_home } else { &self.waiting };
        let Ok(_place) = waiting.try_acquire() else { return Proven::Busy };
        let Some(core) = self.core().await else { return Proven::Busy };
        let known = user.map_or_else(|| self.nobody.clone(), |user| user.password.clone());
        let given = password.clone();
        let matches = self.crew.done(core, move |room| hash::matches(&known, &given, room)).await;
        match (matches, user) {
            (Ok(true), Some(user)) => {
                self.cache.remember(user, password);
                Proven::Yes
            }
            (Ok(_), _) => Proven::No,
            (Err(_), _) => Proven::Busy,
        }
    }

    /// Whether a hash takes as long as those that are made here; one of another program may take less time or more, and tell by it that there
    /// is such a user.
    pub fn is_own(&self, hash: &Secret) -> bool {
        // `$algorithm$version$parameters$salt$hash`
        let cost =
            |hash: &Secret| hash.reveal().split(|byte| *byte == b'$').take(4).map(<[u8]>::to_vec).collect::<Vec<_>>();
        cost(hash) == cost(&self.nobody)
    }

    /// As [`hash`], in its turn with those that are looked at; `None` when too many wait.
    pub async fn hashed(&self, password: &Secret) -> Option<Result<Secret, HashFault>> {
        let _place = self.waiting.try_acquire().ok()?;
        let (core, password) = (self.core().await?, password.clone());
        self.crew.done(core, move |room| hash::made(&password, room)).await.ok()
    }

    async fn core(&self) -> Option<OwnedSemaphorePermit> {
        tokio::time::timeout(PATIENCE, Arc::clone(&self.cores).acquire_owned()).await.ok()?.ok()
    }
}

//! Whether connections to a server are still good for anything. One that went silent, or whose node left its cluster, would be lent again and
//! again; the driver only finds out what was closed. Knows no statement.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::{Connection as _, MySqlConnection};
use tokio::time::{Instant, timeout};

use super::fault::{Told, silence};
use super::{Pools, Sql};

/// How long a server may take for what requests wait for: a cluster finds out within fifteen seconds that a node of it is gone, and nothing is
/// committed until then.
pub(super) const LIMIT: Duration = Duration::from_secs(20);

/// What an operator asked for takes as long as it takes.
pub(super) const UNLIMITED: Duration = Duration::MAX;

/// How long one may take to say that it is there.
const THERE: Duration = Duration::from_secs(1);

/// When it was last found that connections lead nowhere.
#[derive(Debug, Default)]
pub(super) struct Trust(Mutex<Option<Instant>>);

impl Trust {
    /// None that is open now is used again.
    fn lose(&self) {
        *self.lost() = Some(Instant::now());
    }

    /// Whether a connection of this age may be used.
    pub(super) fn holds(&self, age: Duration) -> bool {
        self.lost().is_none_or(|lost| age < lost.elapsed())
    }

    /// Asks one, before it is lent, whether it is there.
    pub(super) async fn asked(&self, link: &mut MySqlConnection, age: Duration) -> Result<bool, sqlx::Error> {
        if !self.holds(age) {
            return Ok(false);
        }
        if let Ok(said) = timeout(THERE, link.ping()).await {
            return said.map(|()| true);
        }
        self.lose();
        Ok(false)
    }

    fn lost(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sql {
    /// Waits for what a server is asked, but not for ever: one that lost its power closes no connection, and who waits for its answer sends
    /// nothing that would find that out.
    pub(super) async fn within<T, E: Told>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Pools::Sqlite { .. } = self.pools {
            return work.await;
        }
        let done = timeout(limit, work).await.unwrap_or_else(|_| Err(silence().into()));
        if done.as_ref().is_err_and(Told::leads_nowhere) {
            self.trust.lose();
        }
        done
    }
}

//! Transactions: begun, committed, run again when another one was in the way. Knows no table.

use std::time::{Duration, SystemTime};

use super::fault::{Halt, Told as _, at_commit, away, collided};
use super::link::{Loan, Work};
use super::{Pools, Sql};
use crate::world::StoreFault;

/// How often a transaction is run before its collisions are told.
const TRIES: u32 = 10;

/// How often it has been run, and how long each step of it may take.
pub(super) struct Tries {
    done: u32,
    pub(super) limit: Duration,
}

impl Tries {
    pub(super) fn within(limit: Duration) -> Self {
        Self { done: 0, limit }
    }

    /// Waits longer each time, and not as long as the one it collided with. False when it was enough.
    async fn again(&mut self) -> bool {
        self.done += 1;
        if self.done < TRIES {
            let chance = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_micros() % 16);
            tokio::time::sleep(Duration::from_millis((1 << self.done.min(7)) + u64::from(chance))).await;
        }
        self.done < TRIES
    }
}

/// Runs a body in a transaction, again when it collides. The body is an expression, because a closure that borrows the connection and is
/// `Send` cannot be written down.
macro_rules! transact {
    ($sql:expr, $link:ident => $body:expr) => {
        transact!($sql, $crate::store::trust::LIMIT, $link => $body)
    };
    ($sql:expr, $limit:expr, $link:ident => $body:expr) => {{
        let mut tries = $crate::store::transact::Tries::within($limit);
        loop {
            let mut work = $sql.begin(tries.limit).await?;
            let done = {
                let $link = &mut work.link();
                $sql.within(tries.limit, $body).await
            };
            if let Some(done) = $sql.end(work, done, &mut tries).await? {
                break Ok::<_, $crate::world::StoreFault>(done);
            }
        }
    }};
}
pub(super) use transact;

impl Sql {
    /// Commits what is done; `None` when it is to be done again.
    pub(super) async fn end<T>(
        &self,
        work: Work,
        done: Result<T, Halt>,
        tries: &mut Tries,
    ) -> Result<Option<T>, StoreFault> {
        match done {
            Ok(done) => match self.within(tries.limit, work.commit()).await {
                Ok(()) => Ok(Some(done)),
                Err(error) if collided(&error) && tries.again().await => Ok(None),
                Err(error) if collided(&error) => Err(away(&error)),
                Err(error) => Err(at_commit(&error)),
            },
            Err(halt) => {
                // who leads nowhere would not answer this either; the server rolls back what loses its connection
                if !halt.leads_nowhere() {
                    let _ = self.within(tries.limit, work.rollback()).await;
                }
                match &halt {
                    Halt::Sql(error) if collided(error) && tries.again().await => Ok(None),
                    _ => Err(halt.into()),
                }
            }
        }
    }

    /// A transaction that may write.
    pub(super) async fn begin(&self, limit: Duration) -> Result<Work, StoreFault> {
        let begun = async {
            match &self.pools {
                // IMMEDIATE: the lock is waited for here; one that turns from reading to writing would fail without waiting
                Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Work::Sqlite),
                Pools::Mariadb(pool) => pool.begin().await.map(Work::Mariadb),
            }
        };
        self.within(limit, begun).await.map_err(|error| away(&error))
    }

    /// A connection for single questions.
    pub(super) async fn reader(&self) -> Result<Loan, StoreFault> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => readers.acquire().await.map(Loan::Sqlite),
            Pools::Mariadb(pool) => pool.acquire().await.map(Loan::Mariadb),
        }
        .map_err(|error| away(&error))
    }
}

//! Transactions: begun, committed, run again when another one was in the way. Knows no table.

use std::time::{Duration, SystemTime};

use super::fault::{Halt, at_commit, away, collided};
use super::link::{Loan, Work};
use super::{Pools, Sql};
use crate::world::StoreFault;

/// How often a transaction is run before its collisions are told.
const TRIES: u32 = 10;

/// How often it has been run.
#[derive(Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// Waits longer each time, and not as long as the one it collided with. False when it was enough.
    async fn again(&mut self) -> bool {
        self.0 += 1;
        if self.0 < TRIES {
            let chance = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.subsec_micros() % 16);
            tokio::time::sleep(Duration::from_millis((1 << self.0.min(7)) + u64::from(chance))).await;
        }
        self.0 < TRIES
    }
}

/// Runs a body in a transaction, again when it collides. The body is an expression, because a closure that borrows the connection and is
/// `Send` cannot be written down.
macro_rules! transact {
    ($sql:expr, $link:ident => $body:expr) => {{
        let mut tries = $crate::store::transact::Tries::default();
        loop {
            let mut work = $sql.begin().await?;
            let done = {
                let $link = &mut work.link();
                $body.await
            };
            if let Some(done) = $crate::store::transact::end(work, done, &mut tries).await? {
                break Ok::<_, $crate::world::StoreFault>(done);
            }
        }
    }};
}
pub(super) use transact;

/// Commits what is done; `None` when it is to be done again.
pub(super) async fn end<T>(work: Work, done: Result<T, Halt>, tries: &mut Tries) -> Result<Option<T>, StoreFault> {
    match done {
        Ok(done) => match work.commit().await {
            Ok(()) => Ok(Some(done)),
            Err(error) if collided(&error) && tries.again().await => Ok(None),
            Err(error) if collided(&error) => Err(away(&error)),
            Err(error) => Err(at_commit(&error)),
        },
        Err(halt) => {
            work.rollback().await;
            match &halt {
                Halt::Sql(error) if collided(error) && tries.again().await => Ok(None),
                _ => Err(halt.into()),
            }
        }
    }
}

impl Sql {
    /// A transaction that may write.
    pub(super) async fn begin(&self) -> Result<Work, StoreFault> {
        match &self.pools {
            // IMMEDIATE: the lock is waited for here; one that turns from reading to writing would fail without waiting
            Pools::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Work::Sqlite),
            Pools::Mariadb(pool) => pool.begin().await.map(Work::Mariadb),
        }
        .map_err(|error| away(&error))
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

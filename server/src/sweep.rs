//! Addresses that nobody confirmed for `expiry_ttl` go: from what is wanted first, with the letter that tells of it in the same transaction,
//! then from the DNS.
//!
//! Any number of instances may sweep at once, without a leader: the row is written by whoever comes first, and only if no client confirmed
//! the address meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, stream};
use tracing::{info, warn};

use crate::account::{Host, User};
use crate::decide;
use crate::desk::Desk;
use crate::push::{Pushed, Pusher, Step};
use crate::world::{Clock, Letter, StoreFault};

/// Rows looked at together.
const TOGETHER: u32 = 512;

/// Hosts on their way to the DNS at once.
const AT_ONCE: usize = 128;

/// Makes the letter about an expiry: for whom, what it was, what it is. `None` when no such letters are wanted.
pub type Letters = dyn Fn(&User, &Host, &Host) -> Option<Letter> + Send + Sync;

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Hosts whose records went.
    pub removed: usize,
    /// Hosts that are expired, but still in the DNS, each with the reason: the first hundred.
    pub failed: Vec<(String, String)>,
    /// How many of them there are.
    pub failures: usize,
}

/// Reasons that are kept.
const REASONS: usize = 100;

/// Sweeps until nothing expired is left.
pub async fn once(
    desk: &Desk,
    pusher: &Arc<Pusher>,
    clock: &dyn Clock,
    letters: &Letters,
) -> Result<Swept, StoreFault> {
    let swept = all(desk, pusher, clock, letters).await;
    let tally = pusher.tally();
    match &swept {
        Ok(swept) => {
            tally.sweeps.add(1);
            tally.expired.add(swept.removed as u64);
            tally.not_expired.add(swept.failures as u64);
        }
        Err(_) => tally.broken_sweeps.add(1),
    }
    swept
}

async fn all(desk: &Desk, pusher: &Arc<Pusher>, clock: &dyn Clock, letters: &Letters) -> Result<Swept, StoreFault> {
    let mut swept = Swept::default();
    loop {
        let found = desk.store().expired(clock.now(), TOGETHER).await?;
        let (full, moved) = (found.len() >= TOGETHER as usize, AtomicUsize::new(0));
        let ends = stream::iter(found)
            .map(|(host, user)| async {
                let name = host.name.fqdn();
                let end = one(pusher, clock, letters, host, user).await;
                if !matches!(end, Ok(None) | Err(Failed::Database(_))) {
                    moved.fetch_add(1, Ordering::Relaxed);
                }
                (name, end)
            })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        for (name, end) in ends {
            match end {
                Ok(Some(())) => swept.removed += 1,
                Ok(None) => {}
                Err(Failed::Dns(why) | Failed::Database(why)) => {
                    swept.failures += 1;
                    if swept.failed.len() < REASONS {
                        swept.failed.push((name, why));
                    }
                }
            }
        }
        // what would not move now will not do so by being looked at once more
        if !full || moved.into_inner() == 0 {
            return Ok(swept);
        }
    }
}

enum Failed {
    Dns(String),
    Database(String),
}

/// `None` when it had not expired after all.
async fn one(
    pusher: &Arc<Pusher>,
    clock: &dyn Clock,
    letters: &Letters,
    host: Host,
    user: User,
) -> Result<Option<()>, Failed> {
    let change = pusher.change(host, |row| match decide::expire(row, clock.now()) {
        Some((next, events)) => {
            let letter = letters(&user, row, &next);
            Ok(Step { host: next, events, letter })
        }
        None => Err(()),
    });
    match change.await {
        Ok(Pushed::Applied(host)) => {
            info!(host = %host.name, user = user.name, "expired");
            Ok(Some(()))
        }
        Ok(Pushed::Nothing(()) | Pushed::Gone) => Ok(None),
        Ok(Pushed::Pending(fault)) => Err(Failed::Dns(fault.to_string())),
        Err(fault) => {
            warn!(%fault, "an expired host was not swept");
            Err(Failed::Database(fault.to_string()))
        }
    }
}

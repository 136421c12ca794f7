//! Addresses that nobody confirmed for `expiry_ttl` go: from what is wanted first, with the letter that tells of it in the same transaction,
//! then from the DNS.
//!
//! Any number of instances may sweep at once, without a leader: the row is written by whoever comes first, and only if no client confirmed
//! the address meanwhile.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tracing::{info, warn};

use crate::account::{Host, Name, User};
use crate::decide;
use crate::desk::Desk;
use crate::push::{PushFault, Pushed, Pusher, Step, UnderWay};
use crate::world::{Clock, Letter, StoreFault};

/// Rows looked at together.
const TOGETHER: u32 = 512;

/// Hosts that are written down together, and fly together.
const GROUP: usize = 128;

/// Groups on their way to the DNS at once: one is there, one waits for it, one is being noted as there, while the next is written down.
const AT_ONCE: usize = 3;

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
    let (mut swept, mut under_way) = (Swept::default(), FuturesUnordered::new());
    let ended = loop {
        let mut found = match desk.store().expired(clock.now(), TOGETHER).await {
            Ok(found) => found,
            Err(fault) => break Err(fault),
        };
        let (full, mut moved) = (found.len() >= TOGETHER as usize, 0);
        while !found.is_empty() {
            if under_way.len() >= AT_ONCE
                && let Some(ends) = under_way.next().await
            {
                count(&mut swept, ends);
            }
            let rest = found.split_off(found.len().min(GROUP));
            let group = begin(pusher, clock, letters, std::mem::replace(&mut found, rest)).await;
            moved += group.changes.written();
            under_way.push(group.ended());
        }
        // what would not move now will not do so by being looked at once more
        if !full || moved == 0 {
            break Ok(());
        }
    };
    while let Some(ends) = under_way.next().await {
        count(&mut swept, ends);
    }
    ended.map(|()| swept)
}

/// Hosts that expired, written down together; each with its name and its user's.
struct Group {
    names: Vec<(Name, String)>,
    changes: UnderWay<()>,
}

type End = (Name, String, Result<Pushed<()>, PushFault>);

async fn begin(pusher: &Arc<Pusher>, clock: &dyn Clock, letters: &Letters, found: Vec<(Host, User)>) -> Group {
    let names = found.iter().map(|(host, user)| (host.name.clone(), user.name.clone())).collect();
    let (hosts, users): (Vec<Host>, Vec<User>) = found.into_iter().unzip();
    let users: HashMap<i64, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let changes = pusher.begin(hosts, |row| {
        let (next, events) = decide::expire(row, clock.now()).ok_or(())?;
        let letter = users.get(&row.user).and_then(|user| letters(user, row, &next));
        Ok(Step { host: next, events, letter })
    });
    Group { names, changes: changes.await }
}

impl Group {
    async fn ended(self) -> Vec<End> {
        let ends = self.changes.ended().await;
        self.names.into_iter().zip(ends).map(|((host, user), end)| (host, user, end)).collect()
    }
}

fn count(swept: &mut Swept, ends: Vec<End>) {
    for (host, user, end) in ends {
        let why = match end {
            Ok(Pushed::Applied(_)) => {
                info!(%host, user, "expired");
                swept.removed += 1;
                continue;
            }
            // it had not expired after all
            Ok(Pushed::Nothing(()) | Pushed::Gone) => continue,
            Ok(Pushed::Pending(fault)) => fault.to_string(),
            Err(fault) => {
                warn!(%host, %fault, "an expired host was not swept");
                fault.to_string()
            }
        };
        swept.failures += 1;
        if swept.failed.len() < REASONS {
            swept.failed.push((host.fqdn(), why));
        }
    }
}

//! Who pushes which host to the DNS, and what is known to be there.

use std::collections::BTreeSet;
use std::time::Duration;

use super::fault::Halt;
use super::link::Link;
use super::row::{strange, values};
use super::standing::{self, Standing};
use super::want::write;
use crate::account::Host;
use crate::world::{Lease, Settled, Waiting};

pub(super) async fn applied(link: &mut Link<'_>, done: &[(i64, i64)], lease: &Lease) -> Result<Vec<Settled>, Halt> {
    let mut rows = standing::lock(link, done.iter().map(|(host, _)| *host)).await?;
    let mut changed = BTreeSet::new();
    let mut settled = Vec::with_capacity(done.len());
    for &(host, generation) in done {
        let Some(row) = rows.get_mut(&host) else {
            settled.push(Settled::Gone);
            continue;
        };
        if row.owner.as_ref() == Some(&lease.owner) {
            changed.insert(host);
        }
        settled.push(settle(row, generation, lease));
    }
    write(link, &rows, changed).await?;
    Ok(settled)
}

/// A lease that ran out and that nobody took is still good. One that is free, with nothing left to do, was given back by this same call
/// before its answer got lost.
fn settle(row: &mut Standing, generation: i64, lease: &Lease) -> Settled {
    if row.owner.as_ref() != Some(&lease.owner) {
        let known = row.owner.is_none() && row.host.applied == row.host.generation && generation == row.host.applied;
        return if known { Settled::Done } else { Settled::Lost };
    }
    row.host.applied = row.host.applied.max(generation.min(row.host.generation));
    if row.host.applied == row.host.generation {
        row.free(Duration::ZERO);
        return Settled::Done;
    }
    row.lease(lease);
    Settled::MovedOn(Box::new(row.host.clone()))
}

pub(super) async fn released(link: &mut Link<'_>, hosts: &[(i64, Duration)], owner: &str) -> Result<(), Halt> {
    let mut rows = standing::lock(link, hosts.iter().map(|(host, _)| *host)).await?;
    let mut changed = BTreeSet::new();
    for &(host, delay) in hosts {
        if let Some(row) = rows.get_mut(&host).filter(|row| row.owner.as_deref() == Some(owner)) {
            row.free(delay);
            changed.insert(host);
        }
    }
    write(link, &rows, changed).await
}

/// Rows that another transaction holds are left to it.
pub(super) async fn claim(link: &mut Link<'_>, lease: &Lease, limit: u32) -> Result<Vec<Host>, Halt> {
    let words = link.dialect();
    let sql = format!("SELECT id FROM hosts WHERE due <= {} ORDER BY due LIMIT ?{}", words.now, words.skip);
    let mut order = Vec::new();
    for row in link.rows(sql, values![limit]).await? {
        order.push(row.int(0)?);
    }
    let mut rows = standing::lock(link, order.iter().copied()).await?;
    let mut ours = BTreeSet::new();
    for row in rows.values_mut().filter(|row| row.due.is_some_and(|due| due <= row.now)) {
        row.lease(lease);
        ours.insert(row.host.id);
    }
    let found = order.iter().filter(|id| ours.contains(id)).filter_map(|id| rows.get(id));
    let found = found.map(|row| row.host.clone()).collect();
    write(link, &rows, ours).await?;
    Ok(found)
}

/// What is due some day is not done; the indexes on `due` answer this.
pub(super) async fn waiting(link: &mut Link<'_>) -> Result<Waiting, sqlx::Error> {
    let sql = "SELECT (SELECT COUNT(*) FROM hosts WHERE due IS NOT NULL), (SELECT COUNT(*) FROM letters WHERE due IS NOT NULL)";
    let row = link.one(sql, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?;
    let number = |at| -> Result<u64, sqlx::Error> { u64::try_from(row.int(at)?).map_err(strange) };
    Ok(Waiting { hosts: number(0)?, letters: number(1)? })
}

//! Who pushes which host to the DNS, and what is known to be there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::fault::Halt;
use super::hosts;
use super::link::Link;
use super::row::{strange, values};
use super::standing::{self, Standing};
use crate::account::Host;
use crate::world::{Lease, Settled, Undone, Waiting};

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
    let over: Vec<i64> = changed.extract_if(.., |id| rows.get(id).is_some_and(left)).collect();
    write(link, &rows, changed).await?;
    for host in over {
        hosts::delete(link, host).await?;
    }
    Ok(settled)
}

/// Whether its owner wanted it gone, and it is.
fn left(row: &Standing) -> bool {
    row.host.leaving && row.settled()
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

pub(super) async fn released(link: &mut Link<'_>, undone: &[Undone], owner: &str) -> Result<(), Halt> {
    let mut rows = standing::lock(link, undone.iter().map(|undone| undone.host)).await?;
    let mut changed = BTreeSet::new();
    for &Undone { host, after, late } in undone {
        if let Some(row) = rows.get_mut(&host).filter(|row| row.owner.as_deref() == Some(owner)) {
            if late {
                row.doubt();
            }
            row.free(after);
            changed.insert(host);
        }
    }
    write(link, &rows, changed).await
}

async fn write(link: &mut Link<'_>, rows: &BTreeMap<i64, Standing>, changed: BTreeSet<i64>) -> Result<(), Halt> {
    let changed: Vec<&Standing> = changed.iter().filter_map(|id| rows.get(id)).collect();
    Ok(standing::write_leases(link, &changed).await?)
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

/// What is due some day is not done, but for what is only looked after; the indexes on `due` find both.
pub(super) async fn waiting(link: &mut Link<'_>) -> Result<Waiting, sqlx::Error> {
    let sql = "SELECT (SELECT COUNT(*) FROM hosts WHERE due IS NOT NULL AND applied < generation), (SELECT COUNT(*) FROM letters WHERE due IS NOT NULL)";
    let row = link.one(sql, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?;
    let number = |at| -> Result<u64, sqlx::Error> { u64::try_from(row.int(at)?).map_err(strange) };
    Ok(Waiting { hosts: number(0)?, letters: number(1)? })
}

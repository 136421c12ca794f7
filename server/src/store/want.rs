//! What hosts are to become: written on the condition that they are still as read, with their letters and their history.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::Halt;
use super::link::Link;
use super::standing::{self, Standing};
use super::{events, letters};
use crate::account::Host;
use crate::pair::{FAMILIES, Pair};
use crate::world::{Touch, Want, Wanted};

pub(super) async fn want(link: &mut Link<'_>, wants: &[Want]) -> Result<Vec<Wanted>, Halt> {
    let mut rows = standing::lock(link, wants.iter().map(|want| want.host.id)).await?;
    let read = rows.clone();
    let done: Vec<Wanted> = wants.iter().map(|want| accept(rows.get_mut(&want.host.id), want)).collect();
    let written: Vec<&Want> = wants.iter().zip(&done).filter(|(_, done)| written(done)).map(|(want, _)| want).collect();
    write(link, &read, &rows, written.iter().map(|want| want.host.id).collect()).await?;
    let lines: Vec<_> = written.iter().flat_map(|want| want.events.iter().map(|event| (want.host.id, event))).collect();
    events::write(link, &lines).await?;
    let letters: Vec<_> = written.iter().filter_map(|want| want.letter.as_ref()).collect();
    letters::write(link, &letters).await?;
    Ok(done)
}

fn written(done: &Wanted) -> bool {
    matches!(done, Wanted::Ours | Wanted::Others | Wanted::Noted)
}

/// The row becomes what is wanted. Of two wants for one host in one batch, the second meets what the first made.
fn accept(row: Option<&mut Standing>, want: &Want) -> Wanted {
    let Some(row) = row else { return Wanted::Gone };
    let seen = Pair::of(|family| row.host.held.get(family).seen);
    if want.host.generation != row.host.generation + i64::from(want.lease.is_some()) || want.seen != seen {
        return Wanted::Stale(Box::new(row.host.clone()));
    }
    row.host = Host {
        id: row.host.id,
        user: row.host.user,
        name: row.host.name.clone(),
        applied: row.host.applied,
        ..want.host.clone()
    };
    match &want.lease {
        None => Wanted::Noted,
        Some(lease) if row.lease(lease) => Wanted::Ours,
        Some(_) => Wanted::Others,
    }
}

pub(super) async fn touch(link: &mut Link<'_>, touches: &[Touch]) -> Result<Vec<bool>, Halt> {
    let mut rows = standing::lock(link, touches.iter().map(|touch| touch.host)).await?;
    let read = rows.clone();
    let mut met = BTreeSet::new();
    let mut done = Vec::with_capacity(touches.len());
    for touch in touches {
        let row = rows.get_mut(&touch.host).filter(|row| row.host.generation == touch.generation);
        done.push(row.is_some());
        if let Some(row) = row {
            hold(&mut row.host, touch);
            met.insert(touch.host);
        }
    }
    write(link, &read, &rows, met).await?;
    Ok(done)
}

fn hold(host: &mut Host, touch: &Touch) {
    for family in FAMILIES {
        if let Some((seen, expires)) = *touch.times.get(family) {
            let held = host.held.get_mut(family);
            held.seen = Some(seen);
            held.expires = expires;
        }
    }
    host.source = touch.source.or(host.source);
}

/// Writes those of the locked rows that changed.
async fn write(
    link: &mut Link<'_>,
    read: &BTreeMap<i64, Standing>,
    rows: &BTreeMap<i64, Standing>,
    changed: BTreeSet<i64>,
) -> Result<(), Halt> {
    let changed: Vec<_> = changed.iter().filter_map(|id| Some((read.get(id)?, rows.get(id)?))).collect();
    Ok(standing::write(link, &changed).await?)
}

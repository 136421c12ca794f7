//! One task for each zone: it alone puts what is pushed on the shelf, many hosts at once, and follows what others put there.
//!
//! Knows no sockets and no messages.
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use domain::base::Serial;
use domain::base::name::Name;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{error, info, warn};

use super::apex::Apex;
use super::catalog::{Order, Version};
use super::contents::Contents;
use super::mark;
use super::place::{Place, Spelled};
use crate::world::{Records, Shelf, StoreFault, ZoneChange, ZoneFault};

/// Hosts in one put.
const BATCH: usize = 256;
/// Between two looks at what other programs wrote.
const LOOK: Duration = Duration::from_secs(1);

type Put = (Records, oneshot::Sender<Result<(), ZoneFault>>);

/// Who writes a zone.
pub(super) struct Writer {
    /// The zone, as the configuration has it.
    pub(super) zone: String,
    /// Where it is kept.
    pub(super) shelf: Arc<dyn Shelf>,
    /// What it holds now.
    pub(super) now: Arc<ArcSwap<Version>>,
    /// Its serial, for who waits for another one.
    pub(super) serial: watch::Sender<u32>,
}

/// Takes a zone from the shelf.
pub(super) async fn load(zone: &str, apex: Arc<Apex>, shelf: &dyn Shelf) -> Result<Version, StoreFault> {
    let (mut serial, mut rows) = shelf.zone(zone).await?;
    if !rows.iter().any(|(owner, address, _)| mark::says(zone, &apex, owner, *address)) {
        shelf.put(zone, &[mark::records(zone, &apex)]).await?;
        (serial, rows) = shelf.zone(zone).await?;
    }
    rows.retain(|(owner, ..)| !mark::is_owner(zone, owner));
    let mut contents = Contents::of(&apex);
    for (owner, address, ttl) in rows {
        let Some(place) = place(&owner, &apex) else {
            warn!("zone {zone}: the database has a name that is not in it: {owner:?}");
            continue;
        };
        contents.change(place.as_slice(), None, Some((address, ttl)));
    }
    Ok(Version { serial, apex, contents })
}

/// Where a full name stands in the zone; `None` when it is not in it, or is no host's.
pub(super) fn place(owner: &str, apex: &Apex) -> Option<Place> {
    let name = Name::<Vec<u8>>::vec_from_str(owner).ok()?;
    let inside = name.ends_with(&apex.name);
    let own = name.label_count().checked_sub(apex.name.label_count()).filter(|_| inside)?;
    Some(Spelled::of(&name)?.place(own)).filter(|place| !mark::is_mark(place.as_slice()))
}

impl Writer {
    /// Works until nobody can give orders any more; those that were given are carried out.
    pub(super) async fn run(self, mut orders: mpsc::Receiver<Order>) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut away = false;
        loop {
            tokio::select! {
                order = orders.recv() => {
                    let Some(order) = order else { return };
                    let mut next = Some(order);
                    while let Some(order) = next {
                        next = self.carry_out(order, &mut orders).await;
                    }
                }
                _ = look.tick() => match self.follow().await {
                    Ok(()) => away = false,
                    Err(fault) if away => drop(fault),
                    Err(fault) => {
                        away = true;
                        error!("zone {}: answered for from memory: {fault}", self.zone);
                    }
                },
            }
        }
    }

    /// One order, or one put for all hosts that came while the order before was carried out; gives back one that has to come after it.
    async fn carry_out(&self, order: Order, orders: &mut mpsc::Receiver<Order>) -> Option<Order> {
        let first = match order {
            Order::Put(records, done) => (records, done),
            Order::Dress(apex, done) => {
                let _ = done.send(self.dress(apex).await);
                return None;
            }
        };
        // those who were woken together get here together
        tokio::task::yield_now().await;
        let (batch, next) = gather(first, orders);
        let (records, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let outcome = self.put(&records).await.map_err(|fault| ZoneFault::Unknown(fault.to_string()));
        for done in waiting {
            // who no longer waits asks again
            let _ = done.send(outcome.clone());
        }
        next
    }

    async fn dress(&self, apex: Arc<Apex>) -> Result<(), StoreFault> {
        let version = load(&self.zone, apex, &*self.shelf).await?;
        self.publish(version);
        Ok(())
    }

    async fn put(&self, records: &[Records]) -> Result<(), StoreFault> {
        let (serial, changes) = self.shelf.put(&self.zone, records).await?;
        let held = self.now.load().serial;
        let next = !changes.is_empty() && changes.iter().all(|change| change.serial == serial) && serial == after(held);
        if next {
            self.apply(&changes);
        } else if serial != held {
            self.follow().await?;
        }
        Ok(())
    }

    /// Brings memory to what the shelf has.
    async fn follow(&self) -> Result<(), StoreFault> {
        let held = self.now.load().serial;
        match self.shelf.since(&self.zone, held).await? {
            Some(changes) if changes.is_empty() => {}
            Some(changes) => self.apply(&changes),
            None => {
                let version = load(&self.zone, Arc::clone(&self.now.load().apex), &*self.shelf).await?;
                self.took_whole(held, version.serial);
                self.publish(version);
            }
        }
        Ok(())
    }

    fn took_whole(&self, held: u32, serial: u32) {
        if Serial(serial).partial_cmp(&Serial(held)).is_some_and(std::cmp::Ordering::is_lt) {
            error!(
                "zone {}: the database's serial went back from {held} to {serial}, as when an older copy was put in its place; secondaries \
                 keep what they have until they are told to transfer the zone anew",
                self.zone
            );
        } else {
            info!("zone {}: read anew, serial {serial}", self.zone);
        }
    }

    fn apply(&self, changes: &[ZoneChange]) {
        let held = self.now.load();
        let mut contents = held.contents.clone();
        let mut serial = held.serial;
        for change in changes {
            serial = change.serial;
            if let Some(place) = place(&change.owner, &held.apex) {
                let old: Option<IpAddr> = change.old.map(|(address, _)| address);
                contents.change(place.as_slice(), old, change.new);
            }
        }
        self.publish(Version { serial, apex: Arc::clone(&held.apex), contents });
    }

    fn publish(&self, version: Version) {
        let serial = version.serial;
        self.now.store(Arc::new(version));
        self.serial.send_replace(serial);
    }
}

/// All hosts whose orders wait. A name that comes twice ends the batch: one put makes one serial, in which a name changes once.
fn gather(first: Put, orders: &mut mpsc::Receiver<Order>) -> (Vec<Put>, Option<Order>) {
    let mut names = HashSet::from([first.0.name.clone()]);
    let mut batch = vec![first];
    while batch.len() < BATCH {
        match orders.try_recv() {
            Ok(Order::Put(records, done)) if names.insert(records.name.clone()) => batch.push((records, done)),
            Ok(other) => return (batch, Some(other)),
            Err(_) => break,
        }
    }
    (batch, None)
}

/// The serial that follows (RFC 1982 section 3.1).
fn after(serial: u32) -> u32 {
    Serial(serial).add(1).into_int()
}

//! The zones that are answered for, and what each holds at this moment. Readers take a version and keep it; nobody waits for anybody.
//!
//! Knows no sockets and no messages.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot, watch};

use super::apex::Apex;
use super::contents::Contents;
use super::place::{Place, Spelled};
use super::sign::Keyring;
use crate::world::{Records, StoreFault, ZoneFault};

/// One zone at one serial.
pub(super) struct Version {
    /// Its serial.
    pub(super) serial: u32,
    /// What is configured.
    pub(super) apex: Arc<Apex>,
    /// What it holds.
    pub(super) contents: Contents,
}

/// What a writer is asked for, and who waits for it.
pub(super) enum Order {
    /// These are to be a name's records; told when they are on disk and answered for.
    Put(Records, oneshot::Sender<Result<(), ZoneFault>>),
    /// This is configured from now on; told when it is answered for.
    Dress(Arc<Apex>, oneshot::Sender<Result<(), StoreFault>>),
}

/// One zone.
pub(super) struct Served {
    /// Its name, as the configuration has it.
    pub(super) name: String,
    /// What it holds now.
    pub(super) now: Arc<ArcSwap<Version>>,
    /// To who writes it.
    pub(super) orders: mpsc::Sender<Order>,
    /// The serial, for who waits for another one.
    pub(super) serial: watch::Receiver<u32>,
}

/// All zones and who may copy them.
#[derive(Default)]
pub(super) struct Catalog {
    /// By name in lower-case wire form.
    pub(super) zones: HashMap<Vec<u8>, Arc<Served>>,
    /// Labels of the longest of their names.
    pub(super) deepest: usize,
    /// Addresses that may transfer.
    pub(super) secondaries: Vec<IpAddr>,
    /// The key that transfers must be signed by.
    pub(super) keys: Keyring,
}

impl Catalog {
    /// The closest zone that a name is in, and the name's place there.
    pub(super) fn find(&self, name: &Spelled) -> Option<(&Arc<Served>, Place)> {
        // a name of a hundred labels costs no more than one of three
        let first = name.labels().saturating_sub(self.deepest);
        (first..=name.labels()).find_map(|own| Some((self.zones.get(name.suffix(own))?, name.place(own))))
    }

    /// Labels of the longest name among these zones.
    pub(super) fn deepest(zones: &HashMap<Vec<u8>, Arc<Served>>) -> usize {
        let labels = |served: &Arc<Served>| served.now.load().apex.name.label_count() - 1;
        zones.values().map(labels).max().unwrap_or(0)
    }

    /// A zone by its name in the configuration.
    pub(super) fn named(&self, zone: &str) -> Option<&Arc<Served>> {
        self.zones.values().find(|served| served.name == zone)
    }

    /// Whether this address may transfer, signature aside.
    pub(super) fn is_secondary(&self, address: IpAddr) -> bool {
        self.secondaries.contains(&address.to_canonical())
    }
}

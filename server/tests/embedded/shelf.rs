//! A shelf in memory, with a journal that can be cut and a disk that can be slow or away.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ddns_service::pair::FAMILIES;
use ddns_service::world::{Records, Set, Shelf, StoreFault, ZoneChange};

type Rows = BTreeMap<(String, bool), (IpAddr, u32)>;

pub(crate) struct Kept {
    serial: u32,
    rows: Rows,
    journal: Vec<ZoneChange>,
    /// The oldest serial that the journal reaches back to.
    from: u32,
}

#[derive(Default)]
pub(crate) struct MemoryShelf {
    pub(crate) zones: Mutex<HashMap<String, Kept>>,
    /// How many puts there were.
    pub(crate) puts: AtomicUsize,
    /// The database does not answer.
    pub(crate) away: AtomicBool,
    /// How long the disk takes.
    pub(crate) slow: Duration,
    /// What a zone's first serial is; 0 stands for 1.
    pub(crate) first: u32,
}

impl MemoryShelf {
    fn with<T>(&self, zone: &str, act: impl FnOnce(&mut Kept) -> T) -> Result<T, StoreFault> {
        if self.away.load(Ordering::SeqCst) {
            return Err(StoreFault::Away("made so".to_owned()));
        }
        let first = self.first.max(1);
        let made = || Kept { serial: first, rows: Rows::new(), journal: Vec::new(), from: first };
        Ok(act(self.zones.lock().unwrap().entry(zone.to_owned()).or_insert_with(made)))
    }

    /// Forgets what the journal has.
    pub(crate) fn cut_journal(&self, zone: &str) {
        self.with(zone, |kept| {
            kept.journal.clear();
            kept.from = kept.serial;
        })
        .unwrap();
    }
}

fn change(kept: &mut Kept, serial: u32, records: &Records) -> Vec<ZoneChange> {
    let mut made = Vec::new();
    for family in FAMILIES {
        let key = (records.name.fqdn(), *records.set.get(family) != Set::Keep && family == FAMILIES[0]);
        let new = match records.set.get(family) {
            Set::Keep => continue,
            Set::Remove => None,
            Set::To(address) => Some((*address, records.ttl)),
        };
        let old = kept.rows.get(&key).copied();
        if old == new {
            continue;
        }
        match new {
            Some(row) => kept.rows.insert(key.clone(), row),
            None => kept.rows.remove(&key),
        };
        made.push(ZoneChange { serial, owner: key.0, old, new });
    }
    made
}

#[async_trait::async_trait]
impl Shelf for MemoryShelf {
    async fn zone(&self, zone: &str) -> Result<(u32, Vec<(String, IpAddr, u32)>), StoreFault> {
        self.with(zone, |kept| {
            let rows = kept.rows.iter().map(|((owner, _), (address, ttl))| (owner.clone(), *address, *ttl));
            (kept.serial, rows.collect())
        })
    }

    async fn put(&self, zone: &str, records: &[Records]) -> Result<(u32, Vec<ZoneChange>), StoreFault> {
        if !self.slow.is_zero() {
            tokio::time::sleep(self.slow).await;
        }
        self.puts.fetch_add(1, Ordering::SeqCst);
        self.with(zone, |kept| {
            let serial = kept.serial.wrapping_add(1);
            let made: Vec<_> = records.iter().flat_map(|records| change(kept, serial, records)).collect();
            if !made.is_empty() {
                kept.serial = serial;
                kept.journal.extend(made.iter().cloned());
            }
            (kept.serial, made)
        })
    }

    async fn since(&self, zone: &str, serial: u32) -> Result<Option<Vec<ZoneChange>>, StoreFault> {
        self.with(zone, |kept| {
            if serial == kept.serial {
                return Some(Vec::new());
            }
            let start = if serial == kept.from {
                Some(0)
            } else {
                kept.journal.iter().rposition(|change| change.serial == serial).map(|at| at + 1)
            };
            start.map(|start| kept.journal[start..].to_vec())
        })
    }
}

//! A name server of our own: answers for the configured zones over UDP and TCP, from memory; what is pushed goes to the shelf first.
//!
//! Messages, names and signatures are the crate `domain`'s. It must not know who wants records and why, nor what the shelf is made of.

mod answer;
mod apex;
mod asked;
mod brake;
mod carry;
mod catalog;
mod contents;
mod doors;
mod draft;
mod fault;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guests;
mod mark;
mod mirror;
mod notify;
mod offline;
mod place;
mod sheet;
mod sign;
mod sockets;
mod tcp;
mod transfer;
mod udp;
mod writer;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;

pub use fault::EmbeddedFault;
pub use offline::Offline;

use crate::config;
use crate::world::{Checked, Records, Shelf, StoreFault, Zone, ZoneFault};
use apex::Apex;
use brake::Brake;
use catalog::{Catalog, Order, Served};
use doors::Doors;
use guests::Guests;
use notify::Herald;
use place::Spelled;
use sign::Keyring;
use writer::Writer;

/// Orders that may wait for one zone's writer.
const WAITING: usize = 4096;
/// Transfers at once.
const TRANSFERS: usize = 8;
/// How long what was pushed may take to be put.
const GRACE: Duration = Duration::from_secs(2);

/// What all tasks share.
struct House {
    catalog: ArcSwap<Catalog>,
    shelf: Arc<dyn Shelf>,
    guests: Arc<Guests>,
    brake: Brake,
    transfers: Semaphore,
}

/// The embedded name server, running.
pub struct Embedded {
    house: Arc<House>,
    doors: Doors,
    tasks: Mutex<JoinSet<()>>,
    heralds: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
}

impl Embedded {
    /// Reads the zones, listens at all addresses, answers.
    pub async fn start(settings: &config::Embedded, shelf: Arc<dyn Shelf>) -> Result<Self, EmbeddedFault> {
        let house = Arc::new(House {
            catalog: ArcSwap::default(),
            shelf,
            guests: Arc::default(),
            brake: Brake::new(),
            transfers: Semaphore::new(TRANSFERS),
        });
        let server = Self {
            house,
            doors: Doors::default(),
            tasks: Mutex::default(),
            heralds: Mutex::default(),
            stop: watch::Sender::new(false),
        };
        server.reload(settings).await?;
        Ok(server)
    }

    /// Takes another configuration: zones, name servers, addresses, secondaries and key, and where it listens; all of it or, with a fault,
    /// nothing.
    pub async fn reload(&self, settings: &config::Embedded) -> Result<(), EmbeddedFault> {
        let doors = self.doors.bind(&settings.listen)?;
        let keys = settings.transfer_key_file.as_deref().map_or_else(|| Ok(Keyring::default()), Keyring::read)?;
        let secondaries = settings.secondaries.iter().map(|address| address.ip().to_canonical()).collect();
        let mut dressed = Vec::new();
        for zone in &settings.zones {
            dressed.push((zone.as_str(), Arc::new(Apex::of(zone, settings)?)));
        }
        let mut zones = HashMap::new();
        for (zone, apex) in dressed {
            let key = Spelled::of(&apex.name).map(|name| name.suffix(0).to_vec()).unwrap_or_default();
            let served = self.serve(zone, apex).await;
            zones.insert(key, served.map_err(|fault| EmbeddedFault::Store { zone: zone.to_owned(), fault })?);
        }
        let catalog = Catalog { deepest: Catalog::deepest(&zones), zones, secondaries, keys };
        self.house.brake.set(settings.answers_per_second);
        self.house.catalog.store(Arc::new(catalog));
        self.doors.change(&settings.listen, doors, &self.house);
        self.send_heralds(&settings.secondaries);
        Ok(())
    }

    /// The zone as it is served already, or from now on.
    async fn serve(&self, zone: &str, apex: Arc<Apex>) -> Result<Arc<Served>, StoreFault> {
        let served = self.house.catalog.load().named(zone).cloned();
        let Some(served) = served else {
            return self.open(zone, apex).await;
        };
        if served.now.load().apex != apex {
            let (done, waiting) = oneshot::channel();
            let gone = || StoreFault::Away("the zone's writer is gone".to_owned());
            served.orders.send(Order::Dress(apex, done)).await.map_err(|_| gone())?;
            waiting.await.map_err(|_| gone())??;
        }
        Ok(served)
    }

    async fn open(&self, zone: &str, apex: Arc<Apex>) -> Result<Arc<Served>, StoreFault> {
        let version = writer::load(zone, apex, &*self.house.shelf).await?;
        let (serial, heard) = watch::channel(version.serial);
        let (orders, taken) = mpsc::channel(WAITING);
        let now = Arc::new(ArcSwap::from_pointee(version));
        let served = Served { name: zone.to_owned(), now: Arc::clone(&now), orders, serial: heard };
        let writer = Writer { zone: zone.to_owned(), shelf: Arc::clone(&self.house.shelf), now, serial };
        self.spawn(writer.run(taken));
        Ok(Arc::new(served))
    }

    /// One herald for each zone and secondary; those of before end.
    fn send_heralds(&self, secondaries: &[SocketAddr]) {
        let (catalog, listen, mut heralds) = (self.house.catalog.load(), self.doors.addresses(), JoinSet::new());
        for served in catalog.zones.values() {
            for to in secondaries {
                let herald = Herald {
                    zone: served.name.clone(),
                    to: *to,
                    listen: listen.clone(),
                    keys: catalog.keys.clone(),
                    now: Arc::clone(&served.now),
                    serial: served.serial.clone(),
                };
                heralds.spawn(herald.run());
            }
        }
        // a set that is dropped ends its tasks
        *self.heralds.lock().unwrap_or_else(PoisonError::into_inner) = heralds;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }

    async fn look(&self, served: &Served) -> Result<String, String> {
        let apex = Arc::clone(&served.now.load().apex);
        let addresses = self.doors.addresses();
        for address in &addresses {
            mirror::ask(&apex.name, *address).await?;
        }
        let version = served.now.load();
        let at: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        Ok(format!("answers at {}, serial {}, {} names", at.join(", "), version.serial, version.contents.len()))
    }

    /// What it listens at, over UDP and TCP each.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.doors.addresses()
    }

    /// Ends: no more questions are taken, those taken are answered, what was pushed is put.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        self.doors.close().await;
        drop(std::mem::take(&mut *self.heralds.lock().unwrap_or_else(PoisonError::into_inner)));
        self.house.catalog.store(Arc::default());
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        let _ = tokio::time::timeout(GRACE, async { while tasks.join_next().await.is_some() {} }).await;
        tasks.shutdown().await;
    }
}

#[async_trait::async_trait]
impl Zone for Embedded {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        let zone = &records.name.zone;
        let gone = || ZoneFault::Unknown("the name server is being stopped".to_owned());
        if *self.stop.borrow() {
            return Err(gone());
        }
        let served = self.house.catalog.load().named(zone).cloned();
        let served = served.ok_or_else(|| ZoneFault::NotAsked(format!("this name server has no zone {zone}")))?;
        let name = records.name.fqdn();
        let apex = Arc::clone(&served.now.load().apex);
        let place = writer::place(&name, &apex)
            .ok_or_else(|| ZoneFault::NotAsked(format!("{name:?} is no name of the zone {zone}")))?;
        if apex.fixed.contains_key(place.as_slice()) {
            let said = format!("[dns_service.embedded] addresses gives {name} its addresses; remove it there first");
            return Err(ZoneFault::NotAsked(said));
        }
        let (done, waiting) = oneshot::channel();
        served.orders.send(Order::Put(records.clone(), done)).await.map_err(|_| gone())?;
        drop(served);
        waiting.await.map_err(|_| gone())?
    }

    async fn check(&self, zone: &str) -> Checked {
        let served = self.house.catalog.load().named(zone).cloned();
        let said = match served {
            Some(served) => self.look(&served).await,
            None => Err(format!("this name server has no zone {zone}; add it to zones in [dns_service.embedded]")),
        };
        Checked { zone: zone.to_owned(), said }
    }
}

//! The embedded zones for a program that does not serve them: the command line writes beside the daemon, which follows the serials.

use std::sync::Arc;

use super::apex::Apex;
use super::{mark, mirror};
use crate::config;
use crate::world::{Checked, Records, Shelf, Zone, ZoneFault};

/// Embedded zones, written but not served.
pub struct Offline {
    settings: config::Embedded,
    shelf: Arc<dyn Shelf>,
}

impl Offline {
    /// By the daemon's own configuration.
    #[must_use]
    pub fn new(settings: config::Embedded, shelf: Arc<dyn Shelf>) -> Self {
        Self { settings, shelf }
    }

    fn has(&self, zone: &str) -> bool {
        self.settings.zones.iter().any(|known| known == zone)
    }

    async fn ask(&self, zone: &str) -> Result<String, String> {
        let apex = Apex::of(zone, &self.settings).map_err(|fault| fault.to_string())?;
        for address in &self.settings.listen {
            let answered = mirror::ask(&apex.name, *address).await;
            answered
                .map_err(|said| format!("{said}; it is answered while the service runs (ddns-service --daemon)"))?;
        }
        let (serial, records) = self.shelf.zone(zone).await.map_err(|fault| fault.to_string())?;
        let hosts = records.iter().filter(|(owner, ..)| !mark::is_owner(zone, owner)).count();
        let at: Vec<_> = self.settings.listen.iter().map(ToString::to_string).collect();
        Ok(format!("answers at {}, serial {serial}, addresses of hosts: {hosts}", at.join(", ")))
    }
}

#[async_trait::async_trait]
impl Zone for Offline {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        let zone = &records.name.zone;
        if !self.has(zone) {
            return Err(ZoneFault::NotAsked(format!("this name server has no zone {zone}")));
        }
        let put = self.shelf.put(zone, std::slice::from_ref(records)).await;
        put.map(drop).map_err(|fault| ZoneFault::Unknown(fault.to_string()))
    }

    async fn check(&self, zone: &str) -> Checked {
        let said = if self.has(zone) {
            self.ask(zone).await
        } else {
            Err(format!("this name server has no zone {zone}; add it to zones in [dns_service.embedded]"))
        };
        Checked { zone: zone.to_owned(), said }
    }
}

//! Records put into BIND, Knot, `PowerDNS` and their like by signed dynamic updates (RFC 2136, RFC 8945).
//!
//! A push goes through its zone's [`lane`], where hosts share a message, to the key's [`link`], one connection on which messages are
//! pipelined, and comes back through the [`verdict`]. Nothing here knows of the database or of whoever asks for the update.
//!
//! A reload of the configuration makes another `Remote`; what was under way on this one ends on it.

mod check;
#[cfg(fuzzing)]
pub mod fuzzing;
mod keys;
mod lane;
mod link;
mod message;
mod verdict;
mod wire;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

pub use keys::{KeyFault, KeyFaultKind, NamedKey, read as read_key};

use crate::config;
use crate::world::{Checked, Clock, Records, Zone, ZoneFault};
use lane::{Course, Job, Lane};
use link::{Link, Way};

/// Messages on their way to the server at once. BIND drops updates without a word above its `update-quota`, 100 by default; a reload has
/// two of us for a moment.
const IN_FLIGHT: usize = 50;

/// Pushes that wait for their turn in one zone; those who come then wait for room.
const WAITING: usize = 4096;

/// A name server that takes updates.
pub struct Remote {
    /// Which link a zone goes by, where it is not the usual one.
    of_zone: HashMap<String, Arc<Link>>,
    usual: Arc<Link>,
    lanes: Mutex<HashMap<String, mpsc::Sender<Job>>>,
    permits: Arc<Semaphore>,
    timeout: Duration,
}

impl Remote {
    /// Reads the key files; connects to nothing yet. `timeout` is for one exchange; a push, which may wait as long for its turn, has its
    /// answer after twice that.
    pub fn new(remote: &config::Remote, timeout: Duration, clock: &Arc<dyn Clock>) -> Result<Self, Vec<KeyFault>> {
        let mut links =
            Links { way: Way { at: remote.at, key: None, clock: clock.clone(), timeout }, made: Vec::new() };
        let mut faults = Vec::new();
        let mut link =
            |option: &str, file: Option<&PathBuf>| links.link(option, file).map_err(|fault| faults.push(fault)).ok();
        let usual = link("dns_service.ddns_default_key_file", remote.default_key_file.as_ref());
        let mut of_zone = HashMap::new();
        for (zone, file) in &remote.zone_keys {
            if let Some(link) = link(&format!("dns_service.zone_keys.\"{zone}\""), Some(file)) {
                of_zone.insert(zone.clone(), link);
            }
        }
        let Some(usual) = usual.filter(|_| faults.is_empty()) else { return Err(faults) };
        let (lanes, permits) = (Mutex::default(), Arc::new(Semaphore::new(IN_FLIGHT)));
        Ok(Self { of_zone, usual, lanes, permits, timeout })
    }

    fn link(&self, zone: &str) -> Arc<Link> {
        self.of_zone.get(zone).unwrap_or(&self.usual).clone()
    }

    /// The zone's lane; it is opened at the first push, because only then there is sure to be a runtime.
    fn lane(&self, zone: &str) -> mpsc::Sender<Job> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(zone) {
            return lane.clone();
        }
        let (lane, inbox) = mpsc::channel(WAITING);
        let (link, permits) = (self.link(zone), self.permits.clone());
        let course = Course { zone: zone.to_owned(), link, permits, timeout: self.timeout };
        tokio::spawn(Lane::new(course, inbox).run());
        lanes.insert(zone.to_owned(), lane.clone());
        lane
    }
}

/// One link for each key, however many zones have it.
struct Links {
    way: Way,
    made: Vec<(Option<PathBuf>, Arc<Link>)>,
}

impl Links {
    fn link(&mut self, option: &str, file: Option<&PathBuf>) -> Result<Arc<Link>, KeyFault> {
        if let Some((_, link)) = self.made.iter().find(|(made, _)| made.as_ref() == file) {
            return Ok(link.clone());
        }
        let key = file.map(|file| read_key(option, file)).transpose()?.map(Arc::new);
        let link = Arc::new(Link::new(Way { key, ..self.way.clone() }));
        self.made.push((file.cloned(), link.clone()));
        Ok(link)
    }
}

#[async_trait::async_trait]
impl Zone for Remote {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        message::fits(records).map_err(|misfit| ZoneFault::NotAsked(misfit.to_string()))?;
        let since = Instant::now();
        let until = since + self.timeout;
        let (tell, told) = oneshot::channel();
        let job = Job { records: records.clone(), since, until, tell };
        let lane = self.lane(&records.name.zone);
        match timeout_at(until, lane.send(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Err(ZoneFault::NotSent("too many wait for the name server".to_owned())),
        }
        // the lane tells it in this time; a wait without an end would be worse than one told twice
        match timeout_at(until + self.timeout, told).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(ZoneFault::Unknown("no answer of the name server in time".to_owned())),
        }
    }

    async fn check(&self, zone: &str) -> Checked {
        self.look(zone).await
    }
}

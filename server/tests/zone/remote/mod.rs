//! Updates of another name server (RFC 2136): BIND, Knot and `PowerDNS` as packaged, and a scripted one for what these never do.

mod bed;
mod keys;
mod liar;
mod lies;
mod real;
mod silence;
mod speed;
mod trouble;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ddns_service::account::Name;
use ddns_service::config;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{Clock, Records, Set};
use ddns_service::zone::remote::Remote;

/// The system's clock, so many seconds off.
pub(crate) struct Off(pub(crate) i64);

impl Clock for Off {
    fn now(&self) -> Moment {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Moment(i64::try_from(now).unwrap() + self.0 * 1000)
    }
}

/// As long as an exchange may take in most tests.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn settings(at: SocketAddr, key: Option<PathBuf>) -> config::Remote {
    config::Remote { at, default_key_file: key, zone_keys: BTreeMap::new() }
}

pub(crate) fn remote(at: SocketAddr, key: Option<PathBuf>) -> Remote {
    remote_with(at, key, TIMEOUT, 0)
}

pub(crate) fn remote_with(at: SocketAddr, key: Option<PathBuf>, timeout: Duration, clock_off: i64) -> Remote {
    let clock: Arc<dyn Clock> = Arc::new(Off(clock_off));
    Remote::new(&settings(at, key), timeout, &clock).unwrap()
}

/// What is to be with one family: a dash leaves it alone, nothing removes it.
fn set(text: &str) -> Set {
    match text {
        "-" => Set::Keep,
        "" => Set::Remove,
        address => Set::To(address.parse::<IpAddr>().unwrap()),
    }
}

/// Of a host in `example.test`.
pub(crate) fn records(label: &str, v4: &str, v6: &str) -> Records {
    records_in("example.test", label, v4, v6)
}

pub(crate) fn records_in(zone: &str, label: &str, v4: &str, v6: &str) -> Records {
    let name = Name { label: label.to_owned(), zone: zone.to_owned() };
    Records { name, ttl: 60, set: Pair { v4: set(v4), v6: set(v6) } }
}

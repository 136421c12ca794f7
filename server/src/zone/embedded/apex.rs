//! What the configuration gives every zone: SOA, name servers, addresses of names that are no hosts.
//!
//! Pure. The serial is not here: it is the database's.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use domain::base::name::{Name, NameBuilder};
use domain::base::{Serial, Ttl};
use domain::rdata::Soa;

use super::EmbeddedFault;
use super::place::Spelled;
use crate::config::Embedded;

/// A name that this room keeps.
pub(super) type Kept = Name<Vec<u8>>;

/// TTL of what the configuration says, seconds.
const FIXED_TTL: u32 = 3600;
/// A secondary that hears no NOTIFY asks again after this time.
const REFRESH: u32 = 900;
/// And after this one when it got no answer.
const RETRY: u32 = 300;
/// It answers so long without having heard of us.
const EXPIRE: u32 = 14 * 86_400;
/// How long a resolver may believe that a name is not there (RFC 2308 section 5): a new host is not to wait for long.
const MINIMUM: u32 = 30;

/// The configured part of one zone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Apex {
    /// The zone's name.
    pub(super) name: Kept,
    /// Its name servers, the first is the SOA's.
    pub(super) servers: Vec<Kept>,
    /// The SOA's mail address.
    mailbox: Kept,
    /// Configured addresses, by place.
    pub(super) fixed: BTreeMap<Vec<u8>, Arc<[IpAddr]>>,
}

impl Apex {
    /// Of one of the configuration's zones.
    pub(super) fn of(zone: &str, settings: &Embedded) -> Result<Self, EmbeddedFault> {
        let name = kept("zones", zone)?;
        let mut servers = Vec::with_capacity(settings.name_servers.len());
        for server in &settings.name_servers {
            servers.push(kept("name_servers", server)?);
        }
        if servers.is_empty() {
            return Err(wrong("name_servers", "", "the name of at least one name server"));
        }
        let mailbox = mailbox(&settings.hostmaster)?;
        let mut apex = Self { name, servers, mailbox, fixed: BTreeMap::new() };
        for (owner, addresses) in &settings.addresses {
            apex.fix(owner, addresses, settings)?;
        }
        Ok(apex)
    }

    /// Takes a configured name that belongs to this zone and to none inside it.
    fn fix(&mut self, owner: &str, addresses: &[IpAddr], settings: &Embedded) -> Result<(), EmbeddedFault> {
        let name = kept("addresses", owner)?;
        let nearest = settings.zones.iter().filter_map(|zone| kept("zones", zone).ok());
        let nearest = nearest.filter(|zone| name.ends_with(zone)).max_by_key(Name::label_count);
        if nearest.as_ref() != Some(&self.name) {
            return Ok(());
        }
        let spelled = Spelled::of(&name).ok_or_else(|| wrong("addresses", owner, "a domain name"))?;
        let own = name.label_count() - self.name.label_count();
        self.fixed.insert(spelled.place(own).as_slice().to_vec(), addresses.into());
        Ok(())
    }

    /// The SOA record's data at this serial.
    pub(super) fn soa(&self, serial: u32) -> Soa<&Kept> {
        let [refresh, retry, expire, minimum] = [REFRESH, RETRY, EXPIRE, MINIMUM].map(Ttl::from_secs);
        let first = self.servers.first().unwrap_or(&self.name);
        Soa::new(first, &self.mailbox, Serial(serial), refresh, retry, expire, minimum)
    }

    /// TTL of SOA, NS and configured addresses.
    pub(super) fn ttl() -> Ttl {
        Ttl::from_secs(FIXED_TTL)
    }

    /// TTL of the SOA in a negative answer (RFC 2308 section 3).
    pub(super) fn negative_ttl() -> Ttl {
        Ttl::from_secs(MINIMUM)
    }
}

fn wrong(key: &'static str, value: &str, wanted: &'static str) -> EmbeddedFault {
    EmbeddedFault::Setting { key, value: value.to_owned(), wanted }
}

fn kept(key: &'static str, text: &str) -> Result<Kept, EmbeddedFault> {
    Name::vec_from_str(text).map_err(|_| wrong(key, text, "a domain name"))
}

/// A mail address as a name: what stands before the `@` is one label (RFC 1035 section 8).
fn mailbox(address: &str) -> Result<Kept, EmbeddedFault> {
    let fault = || wrong("hostmaster", address, "a mail address");
    let (user, host) = address.rsplit_once('@').ok_or_else(fault)?;
    let host = Kept::vec_from_str(host).map_err(|_| fault())?;
    let mut builder = NameBuilder::new_vec();
    builder.append_label(user.as_bytes()).map_err(|_| fault())?;
    builder.append_origin(&host).map_err(|_| fault())
}

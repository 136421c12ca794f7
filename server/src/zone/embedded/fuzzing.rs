//! The way of the fuzz targets to the answering of one message, without sockets and without a shelf. It is in no shipped program.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, watch};

use super::answer::{Client, answer, slip};
use super::apex::Apex;
use super::catalog::{Catalog, Served, Version};
use super::contents::Contents;
use super::draft::Verdict;
use super::place::Spelled;
use super::sign::Keyring;
use crate::config;

/// A name server of one zone, `dyn.example.com`, that nobody can reach.
pub struct Unreachable(Catalog);

impl Unreachable {
    /// With a name server of its own; `None` never.
    #[must_use]
    pub fn new() -> Option<Self> {
        let address = IpAddr::from([192, 0, 2, 53]);
        let settings = config::Embedded {
            listen: Vec::new(),
            zones: vec!["dyn.example.com".to_owned()],
            name_servers: vec!["ns.dyn.example.com".to_owned(), "ns.example.net".to_owned()],
            hostmaster: "host.master@example.com".to_owned(),
            addresses: BTreeMap::from([("ns.dyn.example.com".to_owned(), vec![address])]),
            secondaries: Vec::new(),
            transfer_key_file: None,
            answers_per_second: 0,
        };
        let apex = Arc::new(Apex::of("dyn.example.com", &settings).ok()?);
        let key = Spelled::of(&apex.name)?.suffix(0).to_vec();
        let version = Version { serial: 1, contents: Contents::of(&apex), apex };
        let (orders, serial) = (mpsc::channel(1).0, watch::channel(1).1);
        let served = Served {
            name: "dyn.example.com".to_owned(),
            now: Arc::new(ArcSwap::from_pointee(version)),
            orders,
            serial,
        };
        let zones = HashMap::from([(key, Arc::new(served))]);
        let catalog =
            Catalog { deepest: Catalog::deepest(&zones), zones, secondaries: vec![address], keys: Keyring::default() };
        Some(Self(catalog))
    }

    /// What one message gets: over UDP, over TCP, and when there were too many.
    pub fn ask(&self, message: &[u8]) -> Vec<Vec<u8>> {
        let address = IpAddr::from([192, 0, 2, 53]);
        let asked = [true, false].map(|udp| answer(message, Client { address, udp }, &self.0, Vec::new()));
        let all = asked.into_iter().chain([slip(message, Vec::new())]);
        all.filter_map(|verdict| if let Verdict::Send(said) = verdict { Some(said) } else { None }).collect()
    }
}

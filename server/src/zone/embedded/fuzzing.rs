//! The way of the fuzz targets to the answering of one message, without sockets and without a shelf. It is in no shipped program.
#![forbid(unsafe_code)]

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use domain::base::name::Name;
use domain::tsig::{Algorithm, Key, KeyName};
use tokio::sync::{mpsc, watch};

use super::answer::{Client, answer, slip};
use super::apex::Apex;
use super::catalog::{Catalog, Served, Version};
use super::contents::Contents;
use super::draft::{Verdict, Wanted};
use super::place::Spelled;
use super::sign::Keyring;
use super::transfer::{Lines, Transfer, has_it};
use super::writer::place;
use crate::config;
use crate::world::ZoneChange;

/// Its zone.
pub const ZONE: &str = "dyn.example.com";
/// The name of the key of transfers.
pub const KEY: &str = "transfer";
/// The secret of the key of transfers, which signs with hmac-sha256.
pub const SECRET: &[u8] = b"a secret that no fuzzer finds out";
/// Its serial.
pub const SERIAL: u32 = 9;

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// Over UDP, else over TCP.
    pub udp: bool,
    /// From the address of a secondary.
    pub secondary: bool,
    /// A server whose transfers need a key.
    pub keyed: bool,
}

/// What comes back.
#[derive(Debug)]
pub enum Heard {
    /// Nothing.
    Silence,
    /// One message.
    Answer(Vec<u8>),
    /// A transfer's messages.
    Transfer(Vec<Vec<u8>>),
}

/// A name server of one zone that nobody can reach.
pub struct Unreachable {
    open: Catalog,
    keyed: Catalog,
}

impl Unreachable {
    /// With hosts, a wildcard, a name of many addresses and some names below nothing; `None` never.
    #[must_use]
    pub fn new() -> Option<Self> {
        let name = Name::<Vec<u8>>::vec_from_str(KEY).ok()?;
        let name = KeyName::from_octets(name.as_slice().try_into().ok()?).ok()?;
        let key = Key::new(Algorithm::Sha256, SECRET, name, None, None).ok()?;
        Some(Self { open: catalog(Keyring::default())?, keyed: catalog(Keyring(Some(Arc::new(key))))? })
    }

    /// What one message gets.
    #[must_use]
    pub fn ask(&self, message: &[u8], asker: Asker) -> Heard {
        let address = if asker.secondary { secondary() } else { IpAddr::from([203, 0, 113, 1]) };
        let catalog = if asker.keyed { &self.keyed } else { &self.open };
        match answer(message, Client { address, udp: asker.udp }, catalog, Vec::new()) {
            Verdict::Silence => Heard::Silence,
            Verdict::Send(said) => Heard::Answer(said),
            Verdict::Transfer(wanted) => Heard::Transfer(carried(*wanted)),
        }
    }

    /// What it gets when there were too many.
    #[must_use]
    pub fn ask_too_often(&self, message: &[u8]) -> Heard {
        match slip(message, Vec::new()) {
            Verdict::Send(said) => Heard::Answer(said),
            Verdict::Silence | Verdict::Transfer(_) => Heard::Silence,
        }
    }
}

fn secondary() -> IpAddr {
    IpAddr::from([192, 0, 2, 53])
}

/// As `carry.rs` does it, from a journal that reaches back to serial 5.
fn carried(wanted: Wanted) -> Vec<Vec<u8>> {
    let Wanted { question, zone, since, edns, signer } = wanted;
    let version = zone.now.load_full();
    let lines = match since {
        Some(since) if has_it(&version, since) => Lines::current(&version),
        Some(since @ 5..) => Lines::changes(&version, since, journal(since)).unwrap_or_else(|| Lines::whole(&version)),
        Some(_) | None => Lines::whole(&version),
    };
    let mut transfer = Transfer::of(&version, lines, question, edns, signer);
    std::iter::from_fn(|| transfer.next(Vec::new())).collect()
}

fn journal(since: u32) -> Vec<ZoneChange> {
    let change = |serial: u32| ZoneChange {
        serial,
        owner: format!("host{serial}.{ZONE}"),
        old: Some((IpAddr::from([192, 0, 2, 1]), 60)),
        new: Some((IpAddr::from([192, 0, 2, 2]), 60)),
    };
    (since.saturating_add(1)..=SERIAL).map(change).collect()
}

fn settings() -> config::Embedded {
    let many = (0..200).map(|last| IpAddr::from([198, 51, 100, last])).collect();
    let names = [("ns", vec![secondary()]), ("many", many)];
    config::Embedded {
        listen: Vec::new(),
        zones: vec![ZONE.to_owned()],
        name_servers: vec![format!("ns.{ZONE}"), "ns.example.net".to_owned()],
        hostmaster: "host.master@example.com".to_owned(),
        addresses: names
            .into_iter()
            .map(|(name, addresses)| (format!("{name}.{ZONE}"), addresses))
            .collect::<BTreeMap<_, _>>(),
        secondaries: Vec::new(),
        transfer_key_file: None,
        answers_per_second: 0,
    }
}

fn catalog(keys: Keyring) -> Option<Catalog> {
    let apex = Arc::new(Apex::of(ZONE, &settings()).ok()?);
    let mut contents = Contents::of(&apex);
    let v4 = IpAddr::from(Ipv4Addr::new(192, 0, 2, 2));
    let v6: IpAddr = "2001:db8::2".parse().ok()?;
    let hosts = (0..40).map(|number| format!("host{number}"));
    for name in hosts.chain(["*.wild", "deep.below.nothing"].map(str::to_owned)) {
        let place = place(&format!("{name}.{ZONE}"), &apex)?;
        contents.change(place.as_slice(), None, Some((v4, 60)));
        contents.change(place.as_slice(), None, Some((v6, 60)));
    }
    let key = Spelled::of(&apex.name)?.suffix(0).to_vec();
    let now = Arc::new(ArcSwap::from_pointee(Version { serial: SERIAL, contents, apex }));
    let (orders, serial) = (mpsc::channel(1).0, watch::channel(SERIAL).1);
    let zones = HashMap::from([(key, Arc::new(Served { name: ZONE.to_owned(), now, orders, serial }))]);
    Some(Catalog { deepest: Catalog::deepest(&zones), zones, secondaries: vec![secondary()], keys })
}

//! The shelf of embedded zones.

use std::net::IpAddr;

use ddns_service::account::Name;
use ddns_service::pair::Pair;
use ddns_service::world::{Records, Set, Shelf, ZoneChange};

use crate::bed::{Bed, ip};

const ZONE: &str = "dyn.example.com";

fn records(label: &str, ttl: u32, v4: Set, v6: Set) -> Records {
    Records { name: Name { label: label.to_owned(), zone: ZONE.to_owned() }, ttl, set: Pair { v4, v6 } }
}

fn to(address: &str) -> Set {
    Set::To(ip(address))
}

fn change(serial: u32, owner: &str, old: Option<(IpAddr, u32)>, new: Option<(IpAddr, u32)>) -> ZoneChange {
    ZoneChange { serial, owner: owner.to_owned(), old, new }
}

pub(crate) async fn a_zone_begins_with_serial_one_and_grows_with_each_change(bed: &Bed) {
    let store = bed.open().await;
    assert_eq!(store.since(ZONE, 1).await.unwrap(), None);
    assert_eq!(store.zone(ZONE).await.unwrap(), (1, Vec::new()));
    assert_eq!(store.since(ZONE, 1).await.unwrap(), Some(Vec::new()));
    let (one, six) = ((ip("192.0.2.1"), 60), (ip("2001:db8::1"), 60));
    let put = [records("pc", 60, to("192.0.2.1"), to("2001:db8::1")), records("@", 60, to("192.0.2.1"), Set::Keep)];
    let first = vec![
        change(2, "pc.dyn.example.com", None, Some(one)),
        change(2, "pc.dyn.example.com", None, Some(six)),
        change(2, ZONE, None, Some(one)),
    ];
    assert_eq!(store.put(ZONE, &put).await.unwrap(), (2, first.clone()));
    assert_eq!(store.put(ZONE, &put).await.unwrap(), (2, Vec::new()));
    let two = (ip("192.0.2.1"), 120);
    let put = [records("pc", 120, to("192.0.2.1"), Set::Keep), records("@", 1, Set::Remove, Set::Remove)];
    let second = vec![change(3, "pc.dyn.example.com", Some(one), Some(two)), change(3, ZONE, Some(one), None)];
    assert_eq!(store.put(ZONE, &put).await.unwrap(), (3, second.clone()));
    let name = "pc.dyn.example.com".to_owned();
    assert_eq!(store.zone(ZONE).await.unwrap(), (3, vec![(name.clone(), two.0, 120), (name, six.0, 60)]));
    assert_eq!(store.since(ZONE, 1).await.unwrap(), Some([first, second.clone()].concat()));
    assert_eq!(store.since(ZONE, 2).await.unwrap(), Some(second));
    assert_eq!(store.since(ZONE, 3).await.unwrap(), Some(Vec::new()));
    for unknown in [0, 4, u32::MAX, 1 << 31] {
        assert_eq!(store.since(ZONE, unknown).await.unwrap(), None, "{unknown}");
    }
    assert_eq!(store.zone("other.example").await.unwrap(), (1, Vec::new()));
}

pub(crate) async fn hundreds_of_sets_fit_into_one_put(bed: &Bed) {
    let store = bed.open().await;
    let put: Vec<_> =
        (0..300).map(|number| records(&format!("h{number}"), 60, to("192.0.2.1"), to("2001:db8::1"))).collect();
    let (serial, changes) = store.put(ZONE, &put).await.unwrap();
    assert_eq!((serial, changes.len()), (2, 600));
    assert_eq!(store.zone(ZONE).await.unwrap().1.len(), 600);
    assert_eq!(store.since(ZONE, 1).await.unwrap().unwrap(), changes);
}

pub(crate) async fn two_writers_never_share_a_serial(bed: &Bed) {
    let stores = [bed.open().await, bed.open().await];
    let mut writers = Vec::new();
    for writer in 0..4_usize {
        let store = stores[writer % 2].clone();
        writers.push(tokio::spawn(async move {
            let mut serials = Vec::new();
            for round in 0..15 {
                let put = [records(&format!("h{writer}"), 60, to(&format!("192.0.2.{round}")), Set::Keep)];
                serials.push(store.put(ZONE, &put).await.unwrap().0);
            }
            serials
        }));
    }
    let mut serials = Vec::new();
    for writer in writers {
        serials.extend(writer.await.unwrap());
    }
    serials.sort_unstable();
    assert_eq!(serials, (2..62).collect::<Vec<_>>());
    let (serial, records) = stores[1].zone(ZONE).await.unwrap();
    assert_eq!((serial, records.len()), (61, 4));
    assert!(records.iter().all(|(_, address, _)| *address == ip("192.0.2.14")));
}

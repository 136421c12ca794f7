//! Backups, and the way back.

use std::os::unix::fs::PermissionsExt;
use std::slice;

use ddns::address::Family;
use ddns_service::account::Name;
use ddns_service::config::Database;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::store::{self, Sql};
use ddns_service::world::{Event, EventKind, HostFilter, Letter, Records, Set, Shelf, Store, StoreFault};

use crate::bed::{Bed, host, ip, named, user, want};

/// All that the two traits tell.
async fn everything(store: &Sql) -> String {
    let mut all = vec![format!("{:?}", store.users().await.unwrap())];
    for (host, user) in store.hosts(&HostFilter::All).await.unwrap() {
        let tokens = store.tokens(host.id).await.unwrap();
        let history = store.history(host.id, 10_000).await.unwrap();
        all.push(format!("{host:?} {user} {tokens:?} {history:?}"));
    }
    let zone = store.zone("dyn.example.com").await.unwrap();
    all.push(format!("{zone:?} {:?}", store.since("dyn.example.com", 1).await.unwrap()));
    all.join("\n")
}

async fn filled(bed: &Bed) -> std::sync::Arc<Sql> {
    let store = bed.with_ann().await;
    store.add_user(&user("bö'b")).await.unwrap();
    let mut wanted = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    wanted.host.recent = vec![Moment(5), Moment(7)];
    for at in 0..3000 {
        let (old, new) = (None, Some(ip("192.0.2.1")));
        let kind = EventKind::Update;
        wanted.events.push(Event { at: Moment(at), kind, family: Family::V4, old, new, source: None });
    }
    let host = wanted.host.id;
    let (to, subject, body) = (String::new(), "ö".to_owned(), "'\0'".to_owned());
    wanted.letter = Some(Letter { key: "k".to_owned(), host, generation: 1, to, subject, body });
    store.want(slice::from_ref(&wanted)).await.unwrap();
    store.add_token(host, &[200; 32], "note", Moment(1)).await.unwrap();
    let mut put = Vec::new();
    for number in 0..1500 {
        let name = Name { label: format!("h{number}"), zone: "dyn.example.com".to_owned() };
        put.push(Records { name, ttl: 60, set: Pair { v4: Set::To(ip("192.0.2.1")), v6: Set::Keep } });
    }
    store.put("dyn.example.com", &put).await.unwrap();
    store
}

pub(crate) async fn a_backup_holds_everything_and_is_for_its_owner_only(bed: &Bed) {
    let store = filled(bed).await;
    let path = bed.folder.join("copy.db");
    store.backup(&path).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let beside = std::fs::read_dir(&bed.folder).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(beside.filter(|name| name.to_string_lossy().starts_with("copy.db")).count(), 1);
    let copy = store::open(&Database::Sqlite { path: path.clone() }).await.unwrap();
    assert_eq!(everything(&copy).await, everything(&store).await);
    let letters = copy.letters(&crate::bed::long("post"), 10).await.unwrap();
    assert_eq!(letters, [], "not before its generation is applied");
    copy.applied(&[(named(&*copy, "pc").await.id, 1)], &crate::bed::long("one")).await.unwrap();
    let letters = copy.letters(&crate::bed::long("post"), 10).await.unwrap();
    assert_eq!(letters[0].letter.body, "'\0'");
    match store.backup(&path).await {
        Err(StoreFault::Away(said)) => assert!(said.contains("copy.db"), "{said}"),
        other => panic!("an older backup was written over: {other:?}"),
    }
    assert!(store.backup(&bed.folder.join("no/such/folder")).await.is_err());
}

pub(crate) async fn a_backup_is_of_one_moment_while_others_write(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut hosts = Vec::new();
    for number in 0..20 {
        hosts.push(host(&*store, "ann", &format!("pc{number}")).await);
    }
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for round in 0..60 {
                // all twenty in one transaction, each with a line of history
                let mut wants = Vec::new();
                for host in &hosts {
                    let mut wanted = want(host, &format!("192.0.2.{round}"), "one");
                    let new = wanted.host.held.v4.address;
                    let kind = EventKind::Update;
                    wanted.events.push(Event {
                        at: Moment(round),
                        kind,
                        family: Family::V4,
                        old: None,
                        new,
                        source: None,
                    });
                    wants.push(wanted);
                }
                store.want(&wants).await.unwrap();
                hosts = wants.into_iter().map(|want| want.host).collect();
            }
        }
    });
    for number in 0..4 {
        let path = bed.folder.join(format!("copy{number}.db"));
        store.backup(&path).await.unwrap();
        let copy = store::open(&Database::Sqlite { path }).await.unwrap();
        let all = copy.hosts(&HostFilter::All).await.unwrap();
        for (host, _) in &all {
            assert_eq!(host.generation, all[0].0.generation);
            let lines = copy.history(host.id, 1000).await.unwrap().len();
            assert_eq!(i64::try_from(lines).unwrap(), host.generation);
        }
        crate::bed::moment(10).await;
    }
    writer.await.unwrap();
}

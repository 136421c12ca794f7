//! Copies that come back: from either kind of database into either kind.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ddns::address::Family;
use ddns_service::account::{Host, Name};
use ddns_service::config::Database;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::store::{Restored, Sql};
use ddns_service::world::{Event, EventKind, HostFilter, Letter, Records, Set, Shelf, Store, StoreFault};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::bed::{Bed, host, ip, long, named, user, want};

const ZONE: &str = "dyn.example.com";

fn now() -> Moment {
    Moment(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap())
}

/// A store that was at work, and a copy of it.
async fn copied(bed: &Bed) -> (Arc<Sql>, PathBuf) {
    let store = bed.with_ann().await;
    store.add_user(&user("bö'b")).await.unwrap();
    for (label, address) in [("applied", "192.0.2.1"), ("leased", "192.0.2.2")] {
        let mut wanted = want(&host(&*store, "ann", label).await, address, "one");
        // an hour ago its time was over
        let (id, at) = (wanted.host.id, now().minus(Duration::from_hours(2)));
        wanted.host.held.v4.seen = Some(at);
        wanted.host.held.v4.expires = Some(at.plus(Duration::from_hours(1)));
        let (kind, family, new) = (EventKind::Update, Family::V4, Some(ip(address)));
        wanted.events = vec![Event { at, kind, family, old: None, new, source: Some(ip("192.0.2.9")) }];
        let (to, subject, body) = ("ann@example.com".to_owned(), "ö".to_owned(), "'\0'".to_owned());
        wanted.letter = Some(Letter { key: format!("{label}-1"), host: id, generation: 1, to, subject, body });
        store.want(&[wanted]).await.unwrap();
        store.add_token(id, &[u8::try_from(id).unwrap(); 32], "note", at).await.unwrap();
    }
    store.applied(&[(named(&*store, "applied").await.id, 1)], &long("one")).await.unwrap();
    host(&*store, "ann", "never").await;
    put(&store, "192.0.2.1").await;
    (Arc::clone(&store), copy(bed, &store, "copy.db").await)
}

async fn copy(bed: &Bed, store: &Sql, name: &str) -> PathBuf {
    let path = bed.folder.join(name);
    store.backup(&path).await.unwrap();
    path
}

async fn put(store: &Sql, address: &str) {
    let name = Name { label: "applied".to_owned(), zone: ZONE.to_owned() };
    store.put(ZONE, &[Records { name, ttl: 60, set: Pair { v4: Set::To(ip(address)), v6: Set::Keep } }]).await.unwrap();
}

/// An empty database of each kind.
async fn fresh() -> [Bed; 2] {
    [Bed::sqlite(), Bed::mariadb().await]
}

/// What no restore changes.
async fn lasting(store: &Sql) -> String {
    let mut all = vec![format!("{:?}", store.users().await.unwrap())];
    for (host, user) in store.hosts(&HostFilter::All).await.unwrap() {
        let tokens = store.tokens(host.id).await.unwrap();
        let history = store.history(host.id, 100).await.unwrap();
        let addresses = [host.held.v4, host.held.v6].map(|held| (held.address, held.last, held.changed, held.seen));
        let Host { id, user: owner, name, dns_ttl, expiry_ttl, source, recent, leaving, .. } = host;
        all.push(format!(
            "{id} {owner} {user} {name} {dns_ttl} {expiry_ttl} {addresses:?} {source:?} {recent:?} {leaving}"
        ));
        all.push(format!("{tokens:?} {history:?}"));
    }
    all.push(format!("{:?}", store.zone(ZONE).await.unwrap().1));
    all.join("\n")
}

pub(crate) async fn a_copy_comes_back_into_either_kind_with_all_that_operators_made(bed: &Bed) {
    let (store, path) = copied(bed).await;
    let before = std::fs::read(&path).unwrap();
    for new in fresh().await {
        let back = new.open().await;
        let done = back.restore(&path).await.unwrap();
        assert_eq!(done, Restored { users: 2, hosts: 3, due: 2, letters: 2 });
        assert_eq!(lasting(&back).await, lasting(&store).await);
        let beside = std::fs::read_dir(&new.folder).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(beside.into_iter().all(|name| name.to_string_lossy().starts_with("ddns.db")), "something was left");
        // and a copy of that one is as good
        let again = copy(&new, &back, "again.db").await;
        let other = Bed::sqlite();
        let twice = other.open().await;
        twice.restore(&again).await.unwrap();
        assert_eq!(lasting(&twice).await, lasting(&store).await);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(!bed.folder.join("copy.db-wal").exists() && !bed.folder.join("copy.db-shm").exists());
}

pub(crate) async fn what_was_ever_set_is_pushed_again_and_nothing_else(bed: &Bed) {
    let (_, path) = copied(bed).await;
    for new in fresh().await {
        let back = new.open().await;
        back.restore(&path).await.unwrap();
        let mut due = back.claim(&long("two"), 10).await.unwrap();
        due.sort_by_key(|host| host.id);
        let seen: Vec<_> = due.iter().map(|host| (host.name.label.as_str(), host.generation, host.applied)).collect();
        assert_eq!(seen, [("applied", 2, 1), ("leased", 2, 0)]);
    }
}

pub(crate) async fn an_address_holds_for_its_whole_time_again(bed: &Bed) {
    let (store, path) = copied(bed).await;
    let now = now();
    assert_eq!(store.expired(now, 10).await.unwrap().len(), 2);
    for new in fresh().await {
        let back = new.open().await;
        back.restore(&path).await.unwrap();
        assert_eq!(back.expired(now.plus(Duration::from_mins(59)), 10).await.unwrap(), []);
        assert_eq!(back.expired(now.plus(Duration::from_mins(62)), 10).await.unwrap().len(), 2);
        assert_eq!(named(&*back, "never").await.held.v4.expires, None);
    }
}

pub(crate) async fn letters_that_waited_are_not_sent_again(bed: &Bed) {
    let (_, path) = copied(bed).await;
    for new in fresh().await {
        let back = new.open().await;
        back.restore(&path).await.unwrap();
        let due = back.claim(&long("two"), 10).await.unwrap();
        let done: Vec<(i64, i64)> = due.iter().map(|host| (host.id, host.generation)).collect();
        back.applied(&done, &long("two")).await.unwrap();
        assert_eq!(back.letters(&long("post"), 10).await.unwrap(), []);
        let mut wanted = want(&named(&*back, "applied").await, "192.0.2.7", "two");
        let (to, subject, body) = ("a@example.com".to_owned(), String::new(), String::new());
        let letter = Letter { key: "applied-1".to_owned(), host: wanted.host.id, generation: 3, to, subject, body };
        wanted.letter = Some(letter);
        back.want(&[wanted.clone()]).await.unwrap();
        back.applied(&[(wanted.host.id, 3)], &long("two")).await.unwrap();
        assert_eq!(back.letters(&long("post"), 10).await.unwrap(), [], "its key is known");
    }
}

pub(crate) async fn numbers_that_were_given_never_come_back(bed: &Bed) {
    let (store, _) = copied(bed).await;
    let gone = host(&*store, "ann", "gone").await;
    let mut leaving = want(&gone, "192.0.2.5", "one");
    leaving.host.leaving = true;
    store.want(&[leaving]).await.unwrap();
    store.applied(&[(gone.id, 1)], &long("one")).await.unwrap();
    store.delete_host(gone.id).await.unwrap();
    let token = store.add_token(named(&*store, "never").await.id, &[77; 32], "", Moment(1)).await.unwrap();
    store.revoke_token(token).await.unwrap();
    let path = copy(bed, &store, "later.db").await;
    for new in fresh().await {
        let back = new.open().await;
        back.restore(&path).await.unwrap();
        assert!(host(&*back, "ann", "new").await.id > gone.id);
        assert!(back.add_token(named(&*back, "never").await.id, &[77; 32], "", Moment(1)).await.unwrap() > token);
    }
}

pub(crate) async fn serials_go_forward_however_often_a_copy_comes_back(bed: &Bed) {
    let (store, path) = copied(bed).await;
    for number in 10..20 {
        put(&store, &format!("192.0.2.{number}")).await;
    }
    // a secondary follows where the difference is less than 2^31 (RFC 1982 section 3.2)
    let forward = |old: u32, new: u32| (1..1 << 31).contains(&new.wrapping_sub(old));
    for new in fresh().await {
        let mut last = store.zone(ZONE).await.unwrap().0;
        for time in 0..2 {
            let again = Bed { database: new.another().await, folder: crate::bed::folder() };
            if let (Database::Sqlite { path }, 1) = (&again.database, time) {
                std::fs::remove_file(path).unwrap();
            }
            let back = again.open().await;
            // as the embedded name server does at its first start
            assert_eq!(back.zone(ZONE).await.unwrap().0, 1);
            back.zone("another.example").await.unwrap();
            back.restore(&path).await.unwrap();
            let (serial, records) = back.zone(ZONE).await.unwrap();
            assert!(forward(last, serial), "{last} {serial}");
            assert_eq!(records, [("applied.dyn.example.com".to_owned(), ip("192.0.2.1"), 60)]);
            assert_eq!(back.since(ZONE, serial).await.unwrap(), Some(Vec::new()));
            assert_eq!(back.since(ZONE, last).await.unwrap(), None);
            put(&back, "192.0.2.50").await;
            last = back.zone(ZONE).await.unwrap().0;
            assert_eq!(last, serial + 1);
            assert_eq!(back.since(ZONE, serial).await.unwrap().unwrap().len(), 1);
            back.close().await;
            crate::bed::moment(1100).await;
        }
    }
}

pub(crate) async fn a_database_in_use_takes_nothing_back(bed: &Bed) {
    let (store, path) = copied(bed).await;
    let before = lasting(&store).await;
    let Err(StoreFault::Foreign(said)) = store.restore(&path).await else { panic!("it was written over") };
    assert!(said.contains("it has 2 users, 3 hostnames and 2 letters") && said.contains("restore again"), "{said}");
    assert_eq!(lasting(&store).await, before);
}

pub(crate) async fn what_fails_half_way_leaves_nothing(bed: &Bed) {
    let (_, path) = copied(bed).await;
    let bad = bed.folder.join("bad.db");
    std::fs::copy(&path, &bad).unwrap();
    let mut link = SqliteConnectOptions::new().filename(&bad).foreign_keys(false).connect().await.unwrap();
    // the last table but the zones: all before it is written then
    let spoil = "INSERT INTO letters (letter_key, host_id, generation, recipient, subject, body) VALUES ('k', 1, 1, '', '', '')";
    link.execute(spoil).await.unwrap();
    link.execute("UPDATE events SET host_id = 99").await.unwrap();
    link.execute(AssertSqlSafe("PRAGMA wal_checkpoint(TRUNCATE)".to_owned())).await.unwrap();
    link.close().await.unwrap();
    for new in fresh().await {
        let back = new.open().await;
        let fault = back.restore(&bad).await.unwrap_err();
        assert!(matches!(fault, StoreFault::Away(_)), "{fault:?}");
        assert_eq!(back.users().await.unwrap(), []);
        assert_eq!(back.hosts(&HostFilter::All).await.unwrap(), []);
        back.restore(&path).await.unwrap();
        assert_eq!(back.users().await.unwrap().len(), 2);
    }
}

//! Users, hosts, tokens, history.

use std::slice;

use ddns::address::Family;
use ddns::secret::Secret;
use ddns_service::moment::Moment;
use ddns_service::world::{Event, EventKind, HostFilter, Rejected, Settled, Store, StoreFault};

use crate::bed::{Bed, host, ip, long, named, new_host, user, want};

fn why<T: std::fmt::Debug>(done: Result<T, StoreFault>) -> Rejected {
    match done {
        Err(StoreFault::Rejected(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn users_are_made_changed_and_deleted(bed: &Bed) {
    let store = bed.with_ann().await;
    assert_eq!(why(store.add_user(&user("ann")).await), Rejected::Exists);
    let mut bob = user("bob");
    bob.host_limit = Some(3);
    store.add_user(&bob).await.unwrap();
    host(&*store, "ann", "pc").await;
    let all = store.users().await.unwrap();
    assert_eq!(
        all.iter().map(|(user, hosts)| (user.name.as_str(), *hosts)).collect::<Vec<_>>(),
        [("ann", 1), ("bob", 0)]
    );
    assert_eq!(all[1].0.host_limit, Some(3));
    assert_eq!((&all[0].0.email, &all[0].0.password), (&user("ann").email, &user("ann").password));
    for _ in 0..2 {
        // the same value again is no fault
        store.set_password("bob", &Secret::new("$other")).await.unwrap();
        store.set_email("bob", "new@example.com").await.unwrap();
        store.set_host_limit("bob", None).await.unwrap();
    }
    let bob = store.users().await.unwrap().remove(1).0;
    assert_eq!((&bob.password, bob.email.as_str(), bob.host_limit), (&Secret::new("$other"), "new@example.com", None));
    let mut stale = bob.clone();
    stale.password = Secret::new("$older");
    assert!(!store.renew_password(&stale, &Secret::new("$not this one")).await.unwrap(), "another password by now");
    assert!(store.renew_password(&bob, &Secret::new("$renewed")).await.unwrap());
    assert_eq!(store.users().await.unwrap().remove(1).0.password, Secret::new("$renewed"));
    assert_eq!(why(store.set_password("eve", &Secret::new("x")).await), Rejected::NoUser);
    assert_eq!(why(store.set_email("eve", "x").await), Rejected::NoUser);
    assert_eq!(why(store.set_host_limit("eve", None).await), Rejected::NoUser);
    assert_eq!(why(store.delete_user("eve").await), Rejected::NoUser);
    assert_eq!(why(store.delete_user("ann").await), Rejected::HasHosts);
    store.delete_user("bob").await.unwrap();
    assert_eq!(store.users().await.unwrap().len(), 1);
}

pub(crate) async fn a_user_has_no_more_hosts_than_the_limit_even_when_made_at_once(bed: &Bed) {
    let stores = [bed.with_ann().await, bed.open().await];
    assert_eq!(why(stores[0].add_host(&new_host("eve", "pc")).await), Rejected::NoUser);
    stores[0].set_host_limit("ann", Some(3)).await.unwrap();
    let mut makers = Vec::new();
    for number in 0..8_usize {
        let store = stores[number % 2].clone();
        makers.push(tokio::spawn(async move { store.add_host(&new_host("ann", &format!("pc{number}"))).await }));
    }
    let mut made = 0;
    for maker in makers {
        match maker.await.unwrap() {
            Ok(()) => made += 1,
            done => assert_eq!(why(done), Rejected::TooMany(3)),
        }
    }
    assert_eq!(made, 3);
    stores[0].set_host_limit("ann", None).await.unwrap();
    stores[0].add_host(&new_host("ann", "one-more")).await.unwrap();
    stores[0].add_user(&user("bob")).await.unwrap();
    assert_eq!(why(stores[0].add_host(&new_host("bob", "one-more")).await), Rejected::Exists);
    let mut split = new_host("bob", "one-more.dyn");
    split.name.zone = "example.com".to_owned();
    assert_eq!(why(stores[0].add_host(&split).await), Rejected::Exists, "unique by the full name, whatever the zone");
    let bobs = stores[0].hosts(&HostFilter::Of("bob".to_owned())).await.unwrap();
    assert_eq!(bobs, []);
    let all = stores[0].hosts(&HostFilter::All).await.unwrap();
    assert_eq!(all.len(), 4);
    assert!(all.is_sorted_by_key(|(host, _)| host.name.fqdn()) && all.iter().all(|(_, user)| user == "ann"));
}

pub(crate) async fn a_host_that_leaves_is_gone_when_its_records_are(bed: &Bed) {
    let store = bed.with_ann().await;
    let fresh = host(&*store, "ann", "pc").await;
    store.add_token(fresh.id, &[1; 32], "", Moment(0)).await.unwrap();
    let mut leaving = want(&fresh, "192.0.2.1", "one");
    leaving.host.leaving = true;
    store.want(slice::from_ref(&leaving)).await.unwrap();
    assert!(store.host(fresh.id).await.unwrap().is_some(), "its records may still be there");
    let again = want(&leaving.host, "192.0.2.1", "two");
    store.want(&[again]).await.unwrap();
    assert!(matches!(store.applied(&[(fresh.id, 1)], &long("one")).await.unwrap()[..], [Settled::MovedOn(_)]));
    assert!(store.host(fresh.id).await.unwrap().is_some(), "a newer one is wanted");
    assert_eq!(store.applied(&[(fresh.id, 2)], &long("one")).await.unwrap(), [Settled::Done]);
    assert_eq!(store.host(fresh.id).await.unwrap(), None);
    assert_eq!(store.tokens(fresh.id).await.unwrap(), []);
    store.delete_user("ann").await.unwrap();
}

pub(crate) async fn a_host_is_deleted_at_once_when_the_dns_is_to_stay_as_it_is(bed: &Bed) {
    let store = bed.with_ann().await;
    let wanted = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(slice::from_ref(&wanted)).await.unwrap();
    for _ in 0..2 {
        store.delete_host(wanted.host.id).await.unwrap();
    }
    assert_eq!(store.host(wanted.host.id).await.unwrap(), None);
    assert_eq!(store.applied(&[(wanted.host.id, 1)], &long("one")).await.unwrap(), [Settled::Gone]);
}

pub(crate) async fn tokens_are_made_listed_and_revoked(bed: &Bed) {
    let store = bed.with_ann().await;
    let pc = host(&*store, "ann", "pc").await;
    let second = store.add_token(pc.id, &[2; 32], "fritz.box – Küche", Moment(20)).await.unwrap();
    let first = store.add_token(pc.id, &[1; 32], "", Moment(10)).await.unwrap();
    assert_eq!(why(store.add_token(pc.id, &[1; 32], "", Moment(10)).await), Rejected::Exists);
    assert_eq!(why(store.add_token(pc.id + 1000, &[3; 32], "", Moment(10)).await), Rejected::NoHost);
    let tokens = store.tokens(pc.id).await.unwrap();
    assert_eq!(tokens.iter().map(|token| token.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((tokens[1].note.as_str(), tokens[1].made, tokens[1].user), ("fritz.box – Küche", Moment(20), pc.user));
    store.revoke_token(first).await.unwrap();
    assert_eq!(why(store.revoke_token(first).await), Rejected::NoToken);
    assert_eq!(store.tokens(pc.id).await.unwrap().len(), 1);
}

pub(crate) async fn expired_hosts_come_by_time_each_with_its_user(bed: &Bed) {
    let store = bed.with_ann().await;
    for (label, v4, v6) in [
        ("late", Some(90), None),
        ("never", None, None),
        ("early", Some(10), Some(500)),
        ("six", None, Some(20)),
        ("now", Some(100), None),
        ("gone", Some(5), None),
    ] {
        let mut wanted = want(&host(&*store, "ann", label).await, "192.0.2.1", "one");
        wanted.host.held.v4.expires = v4.map(Moment);
        wanted.host.held.v6.address = Some(ip("2001:db8::1"));
        wanted.host.held.v6.expires = v6.map(Moment);
        if label == "gone" {
            wanted.host.held.v4.address = None;
        }
        store.want(&[wanted]).await.unwrap();
    }
    let labels = |found: &[(ddns_service::account::Host, ddns_service::account::User)]| {
        found.iter().map(|(host, user)| format!("{} of {}", host.name.label, user.name)).collect::<Vec<_>>()
    };
    let found = store.expired(Moment(100), 10).await.unwrap();
    assert_eq!(labels(&found), ["early of ann", "six of ann", "late of ann"]);
    assert_eq!(labels(&store.expired(Moment(100), 2).await.unwrap()), ["early of ann", "six of ann"]);
    assert_eq!(store.expired(Moment(5), 10).await.unwrap(), []);
}

pub(crate) async fn history_is_newest_first_and_is_cut(bed: &Bed) {
    let store = bed.with_ann().await;
    for label in ["pc", "nas"] {
        let mut wanted = want(&host(&*store, "ann", label).await, "192.0.2.1", "one");
        for at in 0..200 {
            let event = Event {
                at: Moment(at / 2),
                kind: if at % 3 == 0 { EventKind::Update } else { EventKind::Expiry },
                family: if at % 2 == 0 { Family::V4 } else { Family::V6 },
                old: None,
                new: Some(ip("192.0.2.1")),
                source: None,
            };
            wanted.events.push(event);
        }
        store.want(slice::from_ref(&wanted)).await.unwrap();
        wanted.events.reverse();
        assert_eq!(store.history(wanted.host.id, 1000).await.unwrap(), wanted.events);
        assert_eq!(store.history(wanted.host.id, 3).await.unwrap(), wanted.events[..3]);
    }
    store.trim_history(50).await.unwrap();
    for label in ["pc", "nas"] {
        let left = store.history(named(&*store, label).await.id, 1000).await.unwrap();
        assert_eq!((left.len(), left[0].at, left[49].at), (50, Moment(99), Moment(75)));
    }
}

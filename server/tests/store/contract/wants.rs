//! What hosts are to become.

use std::slice;
use std::time::Duration;

use ddns::address::Family;
use ddns_service::account::Held;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{Event, EventKind, Settled, Store, Touch, Wanted};

use crate::bed::{Bed, host, ip, lease, long, moment, next, want};

pub(crate) async fn a_want_is_written_whole_and_read_back(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut wanted = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    let row = &mut wanted.host;
    row.dns_ttl = u32::MAX;
    row.expiry_ttl = 0;
    row.held.v6 = Held {
        address: None,
        last: Some(ip("2001:db8::1")),
        changed: Some(Moment(-5)),
        seen: Some(Moment(i64::MAX)),
        expires: Some(Moment(9)),
    };
    row.source = Some(ip("::1"));
    row.recent = vec![Moment(3), Moment(1), Moment(2)];
    row.leaving = true;
    wanted.events = vec![Event {
        at: Moment(7),
        kind: EventKind::Admin,
        family: Family::V6,
        old: Some(ip("2001:db8::1")),
        new: None,
        source: Some(ip("198.51.100.7")),
    }];
    assert_eq!(store.want(slice::from_ref(&wanted)).await.unwrap(), [Wanted::Ours]);
    assert_eq!(store.host(wanted.host.id).await.unwrap(), Some(wanted.host.clone()));
    assert_eq!(store.history(wanted.host.id, 10).await.unwrap(), wanted.events);
}

pub(crate) async fn a_want_that_was_read_too_early_changes_nothing_and_tells_what_is_there(bed: &Bed) {
    let store = bed.with_ann().await;
    let read = host(&*store, "ann", "pc").await;
    let first = want(&read, "192.0.2.1", "one");
    store.want(slice::from_ref(&first)).await.unwrap();
    let late = want(&read, "192.0.2.2", "one");
    assert_eq!(store.want(&[late]).await.unwrap(), [Wanted::Stale(Box::new(first.host.clone()))]);
    assert_eq!(store.host(read.id).await.unwrap(), Some(first.host));
}

pub(crate) async fn a_want_while_another_holds_the_lease_is_written_and_left_to_it(bed: &Bed) {
    let (one, two) = (bed.with_ann().await, bed.open().await);
    let read = host(&*one, "ann", "pc").await;
    let first = want(&read, "192.0.2.1", "one");
    assert_eq!(one.want(slice::from_ref(&first)).await.unwrap(), [Wanted::Ours]);
    let second = want(&first.host, "192.0.2.2", "two");
    assert_eq!(two.want(slice::from_ref(&second)).await.unwrap(), [Wanted::Others]);
    let third = want(&second.host, "192.0.2.3", "one");
    assert_eq!(one.want(slice::from_ref(&third)).await.unwrap(), [Wanted::Ours]);
    assert_eq!(two.host(read.id).await.unwrap(), Some(third.host));
}

pub(crate) async fn a_lease_that_ran_out_is_taken_over(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    first.lease = Some(lease("one", Duration::from_millis(30)));
    assert_eq!(store.want(slice::from_ref(&first)).await.unwrap(), [Wanted::Ours]);
    moment(60).await;
    let second = want(&first.host, "192.0.2.2", "two");
    assert_eq!(store.want(slice::from_ref(&second)).await.unwrap(), [Wanted::Ours]);
    let third = want(&second.host, "192.0.2.3", "one");
    assert_eq!(store.want(&[third]).await.unwrap(), [Wanted::Others]);
}

pub(crate) async fn of_two_wants_for_one_host_in_one_batch_the_first_is_written(bed: &Bed) {
    let store = bed.with_ann().await;
    let read = host(&*store, "ann", "pc").await;
    let first = want(&read, "192.0.2.1", "one");
    let late = want(&read, "192.0.2.2", "one");
    let after = want(&first.host, "192.0.2.3", "one");
    let done = store.want(&[first.clone(), late, after.clone()]).await.unwrap();
    assert_eq!(done, [Wanted::Ours, Wanted::Stale(Box::new(first.host)), Wanted::Ours]);
    assert_eq!(store.host(read.id).await.unwrap(), Some(after.host));
}

pub(crate) async fn a_want_for_a_host_that_is_gone_hinders_no_other(bed: &Bed) {
    let store = bed.with_ann().await;
    let here = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    let mut gone = here.clone();
    gone.host.id += 1000;
    assert_eq!(store.want(&[gone, here]).await.unwrap(), [Wanted::Gone, Wanted::Ours]);
    assert_eq!(store.want(&[]).await.unwrap(), []);
}

pub(crate) async fn each_column_of_each_row_in_a_batch_is_written_and_no_other(bed: &Bed) {
    let store = bed.with_ann().await;
    let (mut wants, mut rows) = (Vec::new(), Vec::new());
    for number in 0..70_u8 {
        let read = host(&*store, "ann", &format!("pc{number}")).await;
        let mut wanted = want(&read, &format!("192.0.2.{number}"), "one");
        let row = &mut wanted.host;
        match number % 5 {
            0 => row.dns_ttl = 77,
            1 => row.recent = vec![Moment(number.into())],
            2 => row.held.v6 = Held { last: Some(ip("2001:db8::1")), seen: Some(Moment(3)), ..Held::default() },
            3 => row.source = Some(ip("::1")),
            _ => row.held.v4 = Held::default(),
        }
        rows.push(wanted.host.clone());
        wants.push(wanted);
    }
    assert!(store.want(&wants).await.unwrap().iter().all(|done| *done == Wanted::Ours));
    for row in &rows {
        assert_eq!(store.host(row.id).await.unwrap().as_ref(), Some(row));
    }
    // the same once more: of these rows, nothing but what a lease is about can differ
    let mut again = wants.clone();
    for want in &mut again {
        want.host.generation += 1;
        want.seen = Pair::of(|family| want.host.held.get(family).seen);
    }
    assert!(store.want(&again).await.unwrap().iter().all(|done| *done == Wanted::Ours));
    for want in &again {
        assert_eq!(store.host(want.host.id).await.unwrap().as_ref(), Some(&want.host));
    }
    let still = Touch { host: rows[0].id, generation: 2, times: Pair { v4: None, v6: None }, source: None };
    assert_eq!(store.touch(&[still]).await.unwrap(), [true], "nothing is to be written");
}

pub(crate) async fn a_want_that_does_not_concern_the_dns_takes_no_lease(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(slice::from_ref(&first)).await.unwrap();
    let mut quiet = want(&first.host, "192.0.2.1", "two");
    (quiet.lease, quiet.host.generation, quiet.host.expiry_ttl) = (None, 1, 77);
    assert_eq!(store.want(slice::from_ref(&quiet)).await.unwrap(), [Wanted::Noted]);
    let now = store.host(first.host.id).await.unwrap().unwrap();
    assert_eq!((now.generation, now.applied, now.expiry_ttl), (1, 0, 77));
    assert_eq!(
        store.applied(&[(first.host.id, 1)], &long("one")).await.unwrap(),
        [Settled::Done],
        "the lease stays where it was"
    );
    quiet.host.generation = 0;
    assert!(matches!(store.want(&[quiet]).await.unwrap()[..], [Wanted::Stale(_)]));
}

pub(crate) async fn writers_that_race_from_two_stores_lose_nothing(bed: &Bed) {
    let stores = [bed.with_ann().await, bed.open().await];
    let mut hosts = Vec::new();
    for number in 0..8 {
        hosts.push(host(&*stores[0], "ann", &format!("pc{number}")).await);
    }
    let mut racers = Vec::new();
    for racer in 0..4_usize {
        let store = stores[racer % 2].clone();
        let mut mine = hosts.clone();
        if racer % 2 == 1 {
            mine.reverse();
        }
        racers.push(tokio::spawn(async move {
            let mut won = 0;
            for round in 0..20 {
                let address = format!("192.0.2.{}", racer * 50 + round);
                let wants: Vec<_> = mine.iter().map(|host| want(host, &address, &format!("racer{racer}"))).collect();
                for (at, done) in store.want(&wants).await.unwrap().into_iter().enumerate() {
                    match done {
                        Wanted::Ours | Wanted::Others => {
                            won += 1;
                            mine[at] = wants[at].host.clone();
                        }
                        Wanted::Stale(now) => mine[at] = *now,
                        done @ (Wanted::Gone | Wanted::Noted) => panic!("{done:?}"),
                    }
                }
            }
            won
        }));
    }
    let mut won = 0;
    for racer in racers {
        won += racer.await.unwrap();
    }
    let mut generations = 0;
    for host in &hosts {
        generations += stores[0].host(host.id).await.unwrap().unwrap().generation;
    }
    assert_eq!(generations, won, "each change that was said to be written counts once");
    assert!(won >= 8 * 20, "in each round somebody wins");
}

pub(crate) async fn hundreds_of_hosts_fit_into_one_want(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut wants = Vec::new();
    for number in 0..333 {
        store.add_host(&crate::bed::new_host("ann", &format!("pc{number}"))).await.unwrap();
    }
    for (host, _) in store.hosts(&ddns_service::world::HostFilter::All).await.unwrap() {
        wants.push(want(&host, "192.0.2.1", "one"));
    }
    let done = store.want(&wants).await.unwrap();
    assert!(done.iter().all(|done| *done == Wanted::Ours));
    let ids: Vec<_> = wants.iter().map(|want| (want.host.id, 1)).collect();
    let settled = store.applied(&ids, &long("one")).await.unwrap();
    assert!(settled.iter().all(|settled| *settled == ddns_service::world::Settled::Done));
}

pub(crate) async fn a_touch_extends_what_is_still_as_read_and_nothing_else(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one").host;
    store.want(&[want(&first_of(&first), "192.0.2.1", "one")]).await.unwrap();
    let mut touch = Touch {
        host: first.id,
        generation: 1,
        times: Pair { v4: Some((Moment(50), Some(Moment(60)))), v6: None },
        source: Some(ip("198.51.100.1")),
    };
    let early = Touch { generation: 0, times: Pair { v4: Some((Moment(1), None)), v6: None }, ..touch.clone() };
    store.touch(&[touch.clone(), early]).await.unwrap();
    let mut held = first.clone();
    held.held.v4.seen = Some(Moment(50));
    held.held.v4.expires = Some(Moment(60));
    held.source = touch.source;
    assert_eq!(store.host(first.id).await.unwrap(), Some(held.clone()));
    touch.times.v4 = Some((Moment(70), None));
    touch.source = None;
    store.touch(&[touch]).await.unwrap();
    held.held.v4.seen = Some(Moment(70));
    held.held.v4.expires = None;
    assert_eq!(store.host(first.id).await.unwrap(), Some(held));
}

fn first_of(host: &ddns_service::account::Host) -> ddns_service::account::Host {
    let mut before = next(host, "192.0.2.9");
    before.generation = host.generation - 1;
    before
}

//! Who pushes what.

use std::collections::BTreeSet;
use std::slice;
use std::time::Duration;

use ddns_service::account::Host;
use ddns_service::world::{Settled, Store, Undone, Wanted};

use crate::bed::{Bed, host, lease, long, moment, undone, want};

pub(crate) async fn applied_frees_the_lease_and_tells_of_a_newer_generation(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(slice::from_ref(&first)).await.unwrap();
    let second = want(&first.host, "192.0.2.2", "two");
    assert_eq!(store.want(slice::from_ref(&second)).await.unwrap(), [Wanted::Others]);
    let id = first.host.id;
    let mut newest = second.host.clone();
    newest.applied = 1;
    assert_eq!(store.applied(&[(id, 1)], &long("one")).await.unwrap(), [Settled::MovedOn(Box::new(newest.clone()))]);
    newest.applied = 2;
    assert_eq!(store.applied(&[(id, 2), (id + 1000, 1)], &long("one")).await.unwrap(), [Settled::Done, Settled::Gone]);
    assert_eq!(store.host(id).await.unwrap(), Some(newest.clone()));
    assert_eq!(store.want(&[want(&newest, "192.0.2.3", "two")]).await.unwrap(), [Wanted::Ours]);
}

pub(crate) async fn applied_by_one_whose_lease_was_taken_notes_nothing(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    first.lease = Some(lease("one", Duration::from_millis(30)));
    store.want(slice::from_ref(&first)).await.unwrap();
    moment(60).await;
    let claimed = store.claim(&long("two"), 10).await.unwrap();
    assert_eq!(claimed, [first.host.clone()]);
    assert_eq!(store.applied(&[(first.host.id, 1)], &long("one")).await.unwrap(), [Settled::Lost]);
    assert_eq!(store.host(first.host.id).await.unwrap().unwrap().applied, 0);
    store.released(&[undone(first.host.id, Duration::ZERO)], "one").await.unwrap();
    assert_eq!(store.applied(&[(first.host.id, 1)], &long("two")).await.unwrap(), [Settled::Done]);
}

pub(crate) async fn applied_said_twice_is_done_twice(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(slice::from_ref(&first)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.applied(&[(first.host.id, 1)], &long("one")).await.unwrap(), [Settled::Done]);
    }
}

pub(crate) async fn what_is_told_together_is_settled_each_by_itself(bed: &Bed) {
    let store = bed.with_ann().await;
    let labels = ["done", "older", "moved", "taken", "late", "leaving", "gone"];
    let mut wants = Vec::new();
    for (number, label) in labels.into_iter().enumerate() {
        let mut wanted = want(&host(&*store, "ann", label).await, &format!("192.0.2.{number}"), "one");
        wanted.host.leaving = label == "leaving";
        if label == "taken" {
            wanted.lease = Some(long("two"));
        }
        wants.push(wanted);
    }
    store.want(&wants).await.unwrap();
    let mut newer: Vec<_> = [1, 2].map(|at| want(&wants[at].host, "198.51.100.1", "one")).into();
    store.want(&newer).await.unwrap();
    let late = Undone { host: wants[4].host.id, after: Duration::ZERO, late: true };
    store.released(&[late], "one").await.unwrap();
    moment(20).await;
    assert_eq!(store.claim(&long("one"), 10).await.unwrap(), [wants[4].host.clone()]);
    store.delete_host(wants[6].host.id).await.unwrap();
    let generations = [1, 2, 1, 1, 1, 1, 1];
    let told: Vec<_> = wants.iter().zip(generations).map(|(want, generation)| (want.host.id, generation)).collect();
    newer[1].host.applied = 1;
    let moved = Settled::MovedOn(Box::new(newer[1].host.clone()));
    let settled = [Settled::Done, Settled::Done, moved, Settled::Lost, Settled::Done, Settled::Done, Settled::Gone];
    assert_eq!(store.applied(&told, &long("one")).await.unwrap(), settled);
    let mut rows = Vec::new();
    for want in &wants {
        rows.push(store.host(want.host.id).await.unwrap());
    }
    let known = |row: &Option<Host>| row.as_ref().map(|row| (row.generation, row.applied));
    let (one, none) = (Some((1, 1)), None);
    assert_eq!(
        rows.iter().map(known).collect::<Vec<_>>(),
        [one, Some((2, 2)), Some((2, 1)), Some((1, 0)), one, none, none]
    );
    for (want, row) in wants.iter().zip(&rows).filter(|(_, row)| row.is_some()) {
        let row = row.as_ref().unwrap();
        let other = self::want(row, "203.0.113.1", "three");
        let free = !["moved", "taken"].contains(&want.host.name.label.as_str());
        let expected = if free { Wanted::Ours } else { Wanted::Others };
        assert_eq!(store.want(&[other]).await.unwrap(), [expected], "{}", want.host.name);
    }
    assert!(bed.raw("SELECT doubt FROM hosts WHERE label = 'late'").await.is_some());
    assert_eq!(bed.raw("SELECT COUNT(*) FROM hosts WHERE doubt IS NOT NULL").await, Some(1));
}

pub(crate) async fn a_released_host_is_due_after_its_time(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    store.want(slice::from_ref(&first)).await.unwrap();
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), []);
    store.released(&[undone(first.host.id, Duration::from_mins(1))], "one").await.unwrap();
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), [], "not before its time");
    // as if a minute had gone by
    bed.raw("UPDATE hosts SET due = due - 60000").await;
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), [first.host]);
}

pub(crate) async fn claims_give_no_host_to_two(bed: &Bed) {
    let stores = [bed.with_ann().await, bed.open().await];
    for number in 0..60 {
        let mut wanted = want(&host(&*stores[0], "ann", &format!("pc{number}")).await, "192.0.2.1", "dead");
        wanted.lease.as_mut().unwrap().span = Duration::from_millis(1);
        stores[0].want(&[wanted]).await.unwrap();
    }
    moment(20).await;
    let mut claimers = Vec::new();
    for claimer in 0..6_usize {
        let store = stores[claimer % 2].clone();
        claimers.push(tokio::spawn(async move {
            let mut found = Vec::new();
            for _ in 0..6 {
                found.extend(store.claim(&long(&format!("claimer{claimer}")), 7).await.unwrap());
            }
            found
        }));
    }
    let mut all = Vec::new();
    for claimer in claimers {
        all.extend(claimer.await.unwrap().into_iter().map(|host| host.id));
    }
    for store in &stores {
        all.extend(store.claim(&long("last"), 100).await.unwrap().into_iter().map(|host| host.id));
    }
    let different: BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (60, 60));
}

pub(crate) async fn what_is_applied_is_never_claimed(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "one");
    first.lease.as_mut().unwrap().span = Duration::from_millis(1);
    host(&*store, "ann", "never-wanted").await;
    store.want(slice::from_ref(&first)).await.unwrap();
    store.applied(&[(first.host.id, 1)], &long("one")).await.unwrap();
    moment(20).await;
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), []);
}

//! Messages that may come late: hosts that are looked after although the DNS has them.

use std::slice;
use std::time::Duration;

use ddns_service::account::Host;
use ddns_service::world::{LATE, Settled, Store, Undone, Wanted};

use crate::bed::{Bed, host, lease, long, moment, undone, want};

/// A host whose message may come late, as it is once it was pushed after all.
async fn doubtful(bed: &Bed, store: &dyn Store, leaving: bool) -> Host {
    let mut wanted = want(&host(store, "ann", "pc").await, "192.0.2.1", "one");
    wanted.host.leaving = leaving;
    store.want(slice::from_ref(&wanted)).await.unwrap();
    store.released(&[Undone { host: wanted.host.id, after: Duration::ZERO, late: true }], "one").await.unwrap();
    passes(bed, 1).await;
    assert_eq!(store.claim(&long("one"), 10).await.unwrap(), slice::from_ref(&wanted.host));
    assert_eq!(store.applied(&[(wanted.host.id, 1)], &long("one")).await.unwrap(), [Settled::Done]);
    wanted.host.applied = 1;
    wanted.host
}

/// As if so many milliseconds had gone by.
async fn passes(bed: &Bed, millis: i64) {
    let statement = match millis {
        1 => "UPDATE hosts SET due = due - 1, doubt = doubt - 1",
        1_000 => "UPDATE hosts SET due = due - 1000, doubt = doubt - 1000",
        3_500 => "UPDATE hosts SET due = due - 3500, doubt = doubt - 3500",
        60_000 => "UPDATE hosts SET due = due - 60000, doubt = doubt - 60000",
        _ => "UPDATE hosts SET due = due - 600000, doubt = doubt - 600000",
    };
    bed.raw(statement).await;
}

pub(crate) async fn a_lease_that_ran_out_leaves_a_doubt_and_the_host_is_looked_after(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut first = want(&host(&*store, "ann", "pc").await, "192.0.2.1", "dead");
    first.lease = Some(lease("dead", Duration::from_millis(1)));
    store.want(slice::from_ref(&first)).await.unwrap();
    moment(20).await;
    let second = want(&first.host, "192.0.2.2", "one");
    assert_eq!(store.want(slice::from_ref(&second)).await.unwrap(), [Wanted::Ours]);
    assert_eq!(store.applied(&[(first.host.id, 2)], &long("one")).await.unwrap(), [Settled::Done]);
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), [], "not at once");
    passes(bed, 1_000).await;
    let claimed = store.claim(&long("two"), 10).await.unwrap();
    assert_eq!(claimed.iter().map(|host| (host.generation, host.applied)).collect::<Vec<_>>(), [(2, 2)]);
    assert_eq!(store.claim(&long("three"), 10).await.unwrap(), [], "one looks after it at a time");
}

pub(crate) async fn a_message_without_an_answer_leaves_a_doubt_and_one_with_an_answer_none(bed: &Bed) {
    let store = bed.with_ann().await;
    let host = doubtful(bed, &*store, false).await;
    passes(bed, 1_000).await;
    assert_eq!(store.claim(&long("two"), 10).await.unwrap(), slice::from_ref(&host));
    bed.raw("UPDATE hosts SET doubt = NULL").await;
    store.released(&[undone(host.id, Duration::ZERO)], "two").await.unwrap();
    passes(bed, 600_000).await;
    assert_eq!(store.claim(&long("three"), 10).await.unwrap(), [], "it was in the DNS, and the server said no to more");
}

pub(crate) async fn the_next_looks_come_at_growing_intervals_and_the_last_ends_the_doubt(bed: &Bed) {
    let store = bed.with_ann().await;
    let host = doubtful(bed, &*store, false).await;
    let mut looks = Vec::new();
    let mut gone = 0;
    for step in [1_000, 3_500, 60_000, 600_000] {
        passes(bed, step).await;
        gone += step;
        assert_eq!(store.claim(&long("one"), 10).await.unwrap(), slice::from_ref(&host), "after {gone} ms");
        assert_eq!(store.applied(&[(host.id, 1)], &long("one")).await.unwrap(), [Settled::Done]);
        assert_eq!(store.claim(&long("one"), 10).await.unwrap(), []);
        looks.push(bed.raw("SELECT due - (SELECT MAX(doubt) FROM hosts) FROM hosts").await.map(|due| due + 600_000));
    }
    // since the doubt began, with what the test itself took
    let between =
        |look: Option<i64>, least, most| assert!(look.is_some_and(|at| (least..most).contains(&at)), "{looks:?}");
    assert_eq!(LATE, Duration::from_mins(10));
    between(looks[0], 4_000, 12_000);
    between(looks[1], 18_000, 50_000);
    between(looks[2], 258_000, 400_000);
    assert_eq!(looks[3], None, "no message can come any more");
    assert_eq!(bed.raw("SELECT COUNT(*) FROM hosts WHERE due IS NULL AND doubt IS NULL").await, Some(1));
}

pub(crate) async fn a_host_that_leaves_stays_as_long_as_its_records_may_come_back(bed: &Bed) {
    let store = bed.with_ann().await;
    let host = doubtful(bed, &*store, true).await;
    assert_eq!(store.host(host.id).await.unwrap(), Some(host.clone()));
    passes(bed, 600_000).await;
    assert_eq!(store.claim(&long("one"), 10).await.unwrap(), slice::from_ref(&host));
    assert_eq!(store.applied(&[(host.id, 1)], &long("one")).await.unwrap(), [Settled::Done]);
    assert_eq!(store.host(host.id).await.unwrap(), None);
}

pub(crate) async fn what_is_in_doubt_does_not_count_as_waiting(bed: &Bed) {
    let store = bed.with_ann().await;
    let host = doubtful(bed, &*store, false).await;
    assert_eq!(store.waiting().await.unwrap().hosts, 0);
    store.want(&[want(&host, "192.0.2.9", "one")]).await.unwrap();
    assert_eq!(store.waiting().await.unwrap().hosts, 1);
}

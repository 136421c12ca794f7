//! The outbox.

use std::slice;
use std::time::Duration;

use ddns_service::account::Host;
use ddns_service::world::{Letter, Store, Waiting, Want};

use crate::bed::{Bed, host, lease, long, moment, want};

fn letter(host: &Host, key: &str) -> Letter {
    Letter {
        key: key.to_owned(),
        host: host.id,
        generation: host.generation,
        to: "ann@example.com".to_owned(),
        subject: "Änderung".to_owned(),
        body: "line\nline 😀\n".to_owned(),
    }
}

fn telling(host: &Host, address: &str, key: &str) -> Want {
    let mut want = want(host, address, "one");
    want.letter = Some(letter(&want.host, key));
    want
}

pub(crate) async fn a_letter_leaves_after_its_generation_is_applied_and_once(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = telling(&host(&*store, "ann", "pc").await, "192.0.2.1", "a");
    let second = telling(&first.host, "192.0.2.2", "b");
    store.want(slice::from_ref(&first)).await.unwrap();
    store.want(&[second.clone(), telling(&first.host, "192.0.2.3", "stale")]).await.unwrap();
    assert_eq!(store.letters(&long("post"), 10).await.unwrap(), []);
    assert_eq!(store.waiting().await.unwrap(), Waiting { hosts: 1, letters: 2 });
    store.applied(&[(first.host.id, 1)], &long("one")).await.unwrap();
    let found = store.letters(&long("post"), 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].tries, &found[0].letter), (0, first.letter.as_ref().unwrap()));
    assert_eq!(
        store.letters(&long("post"), 10).await.unwrap(),
        [],
        "not while its lease runs, not even to the same post"
    );
    store.postponed(found[0].id, Duration::from_mins(1)).await.unwrap();
    assert_eq!(store.letters(&long("post"), 10).await.unwrap(), [], "not before its time");
    // as if a minute had gone by
    bed.raw("UPDATE letters SET due = due - 60000").await;
    let again = store.letters(&lease("post", Duration::from_millis(1)), 10).await.unwrap();
    assert_eq!((again.len(), again[0].tries), (1, 1));
    moment(20).await;
    assert_eq!(store.letters(&long("other"), 10).await.unwrap().len(), 1, "the post died: another takes it");
    store.posted(again[0].id).await.unwrap();
    store.postponed(again[0].id, Duration::ZERO).await.unwrap();
    assert_eq!(store.letters(&long("post"), 10).await.unwrap(), []);
    store.applied(&[(first.host.id, 2)], &long("one")).await.unwrap();
    let last = store.letters(&long("post"), 10).await.unwrap();
    assert_eq!(last.iter().map(|posted| posted.letter.key.as_str()).collect::<Vec<_>>(), ["b"]);
}

pub(crate) async fn a_letter_is_given_to_one_of_two_posts(bed: &Bed) {
    let stores = [bed.with_ann().await, bed.open().await];
    for number in 0..40 {
        let wanted =
            telling(&host(&*stores[0], "ann", &format!("pc{number}")).await, "192.0.2.1", &format!("k{number}"));
        stores[0].want(slice::from_ref(&wanted)).await.unwrap();
        stores[0].applied(&[(wanted.host.id, 1)], &long("one")).await.unwrap();
    }
    let mut posts = Vec::new();
    for post in 0..6_usize {
        let store = stores[post % 2].clone();
        posts.push(tokio::spawn(async move {
            let mut keys = Vec::new();
            for _ in 0..6 {
                for posted in store.letters(&long("post"), 5).await.unwrap() {
                    store.posted(posted.id).await.unwrap();
                    keys.push(posted.letter.key);
                }
            }
            keys
        }));
    }
    let mut keys = Vec::new();
    for post in posts {
        keys.extend(post.await.unwrap());
    }
    keys.extend(stores[1].letters(&long("post"), 100).await.unwrap().into_iter().map(|posted| posted.letter.key));
    keys.sort();
    let count = keys.len();
    keys.dedup();
    assert_eq!((count, keys.len()), (40, 40));
}

pub(crate) async fn a_letter_outlives_its_host(bed: &Bed) {
    let store = bed.with_ann().await;
    let mut wanted = telling(&host(&*store, "ann", "pc").await, "192.0.2.1", "farewell");
    wanted.host.leaving = true;
    store.want(slice::from_ref(&wanted)).await.unwrap();
    store.applied(&[(wanted.host.id, 1)], &long("one")).await.unwrap();
    assert_eq!(store.host(wanted.host.id).await.unwrap(), None);
    let found = store.letters(&long("post"), 10).await.unwrap();
    assert_eq!(found[0].letter.key, "farewell");
    let other = host(&*store, "ann", "pc").await;
    assert!(other.id > wanted.host.id, "numbers do not come back, or its letters would have keys that were there");
}

pub(crate) async fn a_key_that_was_ever_there_is_not_taken_again(bed: &Bed) {
    let store = bed.with_ann().await;
    let first = telling(&host(&*store, "ann", "pc").await, "192.0.2.1", "same");
    let second = telling(&first.host, "192.0.2.2", "same");
    let third = telling(&second.host, "192.0.2.3", "same");
    store.want(&[first.clone(), second]).await.unwrap();
    store.applied(&[(first.host.id, 2)], &long("one")).await.unwrap();
    let found = store.letters(&long("post"), 10).await.unwrap();
    assert_eq!(found.iter().map(|posted| posted.letter.clone()).collect::<Vec<_>>(), [first.letter.unwrap()]);
    store.posted(found[0].id).await.unwrap();
    store.want(&[third]).await.unwrap();
    store.applied(&[(first.host.id, 3)], &long("one")).await.unwrap();
    store.trim_history(1).await.unwrap();
    assert_eq!(store.letters(&long("post"), 10).await.unwrap(), []);
}

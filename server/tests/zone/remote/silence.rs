//! A name server that is late, silent, or ends the connection; and what waits meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns_service::world::ZoneFault;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::liar::{Liar, signed};
use super::lies::{SHORT, push, unknown, visitor, visitor_for};

/// Waits until the liar has read so many messages.
async fn has_read(liar: &Liar, count: usize) {
    while liar.read() < count {
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_keeps_nobody_longer_than_twice_the_time() {
    let liar = Liar::start(|_, talk| talk.silence()).await;
    let remote = Arc::new(visitor_for(&liar, SHORT));
    let (start, mut sent) = (Instant::now(), 0);
    let pushes: Vec<_> = (0..500)
        .map(|number| {
            let remote = remote.clone();
            tokio::spawn(async move { push(&remote, &format!("h{number}")).await })
        })
        .collect();
    for push in pushes {
        let result = push.await.unwrap();
        sent += usize::from(matches!(result, Err(ZoneFault::Unknown(_))));
        assert!(matches!(result, Err(ZoneFault::Unknown(_) | ZoneFault::NotSent(_))), "{result:?}");
    }
    assert!((1..500).contains(&sent), "what never left is told from what may come yet: {sent}");
    // one after the other, ten messages would need ten times the time
    assert!(start.elapsed() < 6 * SHORT, "{:?}", start.elapsed());
    assert!(liar.read() <= 50, "{}", liar.read());
}

#[tokio::test]
async fn after_silence_a_fresh_connection_is_made_and_serves() {
    let liar = Liar::start(|number, mut talk| async move {
        if number == 0 {
            return talk.silence().await;
        }
        loop {
            let asked = talk.next().await?;
            talk.say(&signed(&asked, 0)).await?;
        }
    })
    .await;
    let remote = visitor_for(&liar, SHORT);
    unknown(&push(&remote, "host").await, "no answer within");
    unknown(&push(&remote, "host").await, "no answer within");
    assert_eq!(push(&remote, "host").await, Ok(()));
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_does_not_fail_the_next_update() {
    // the goodbye was there before the message, and the goodbye crossed the message
    for wait in [50, 0] {
        let liar = Liar::start(move |_, mut talk| async move {
            let asked = talk.next().await?;
            talk.say(&signed(&asked, 0)).await?;
            if wait == 0 {
                talk.next().await?;
            }
            Some(())
        })
        .await;
        let remote = visitor(&liar);
        for _ in 0..4 {
            assert_eq!(push(&remote, "host").await, Ok(()));
            sleep(Duration::from_millis(wait)).await;
        }
    }
}

#[tokio::test]
async fn a_server_that_closes_whenever_it_is_asked_is_asked_twice_at_most() {
    let liar = Liar::start(|number, mut talk| async move {
        let asked = talk.next().await?;
        if number == 0 {
            talk.say(&signed(&asked, 0)).await?;
            talk.next().await?;
        }
        Some(())
    })
    .await;
    let remote = visitor(&liar);
    assert_eq!(push(&remote, "host").await, Ok(()));
    unknown(&push(&remote, "host").await, "closed by the name server");
    assert_eq!(liar.read(), 3);
}

#[tokio::test]
async fn a_newer_push_of_a_name_waits_for_the_end_of_the_older_even_if_nobody_waits_for_that() {
    let gate = Arc::new(Notify::new());
    let shut = gate.clone();
    let liar = Liar::start(move |_, mut talk| {
        let shut = shut.clone();
        async move {
            loop {
                let asked = talk.next().await?;
                shut.notified().await;
                // another message before the answer to the first would be the newer one
                let mut early = [0; 1];
                if talk.stream.try_read(&mut early).is_ok_and(|size| size > 0) {
                    return None;
                }
                talk.say(&signed(&asked, 0)).await?;
            }
        }
    })
    .await;
    let remote = visitor(&liar);
    tokio::select! {
        result = push(&remote, "host") => panic!("before the answer: {result:?}"),
        () = has_read(&liar, 1) => {}
    }
    let opened = async {
        // time enough for a message that does not wait
        sleep(Duration::from_millis(100)).await;
        gate.notify_one();
        has_read(&liar, 2).await;
        gate.notify_one();
    };
    assert_eq!(tokio::join!(push(&remote, "host"), opened).0, Ok(()));
    assert_eq!(liar.read(), 2);
}

#[tokio::test]
async fn a_message_that_the_server_dies_of_does_not_keep_its_neighbours_out_for_ever() {
    let liar = Liar::start(|_, mut talk| async move {
        loop {
            let asked = talk.next().await?;
            if asked.windows(6).any(|octets| octets == b"poison") {
                return Some(());
            }
            talk.say(&signed(&asked, 0)).await?;
        }
    })
    .await;
    let remote = Arc::new(visitor(&liar));
    let poison = remote.clone();
    let poison = tokio::spawn(async move {
        loop {
            unknown(&push(&poison, "poison").await, "");
        }
    });
    let hosts: Vec<_> = (0..100)
        .map(|number| {
            let remote = remote.clone();
            tokio::spawn(async move { while push(&remote, &format!("h{number}")).await.is_err() {} })
        })
        .collect();
    for host in hosts {
        tokio::time::timeout(Duration::from_mins(1), host).await.expect("in time").unwrap();
    }
    poison.abort();
}

#[tokio::test]
async fn hosts_that_wait_go_together_but_one_name_never_twice_in_a_message() {
    let gate = Arc::new(Notify::new());
    let shut = gate.clone();
    let liar = Liar::start(move |_, mut talk| {
        let shut = shut.clone();
        async move {
            let first = talk.next().await?;
            shut.notified().await;
            talk.say(&signed(&first, 0)).await?;
            loop {
                let asked = talk.next().await?;
                talk.say(&signed(&asked, 0)).await?;
            }
        }
    })
    .await;
    let remote = visitor(&liar);
    let late = async |labels: [&str; 4]| {
        has_read(&liar, 1).await;
        let [a, b, c, d] = labels.map(|label| push(&remote, label));
        let opened = async {
            // all of them wait by then
            sleep(Duration::from_millis(100)).await;
            gate.notify_one();
        };
        tokio::join!(a, b, c, d, opened)
    };
    let (first, rest) = tokio::join!(push(&remote, "first"), late(["a", "b", "a", "c"]));
    assert_eq!((first, rest), (Ok(()), (Ok(()), Ok(()), Ok(()), Ok(()), ())));
    assert_eq!(liar.read(), 3, "first; a, b and c; a once more");
}

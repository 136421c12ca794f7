//! What is believed of a name server that lies or is another one.

use std::sync::Arc;
use std::time::Duration;

use ddns_service::world::{Zone as _, ZoneFault};
use ddns_service::zone::remote::Remote;
use tokio::time::sleep;

use super::bed::Folder;
use super::liar::{Liar, SECRET, SECRET_BASE64, Seal, framed, now, plain, sealed, signed};
use super::{records, records_in, remote_with};

/// An exchange may take no longer where there is silence to wait for.
pub(super) const SHORT: Duration = Duration::from_millis(1500);

/// Has all the time of a busy machine.
pub(super) fn visitor(liar: &Liar) -> Remote {
    visitor_for(liar, Duration::from_mins(1))
}

/// Has this time for an exchange.
pub(super) fn visitor_for(liar: &Liar, limit: Duration) -> Remote {
    let folder = Folder::new("liar");
    remote_with(liar.at, Some(folder.key("good", "hmac-sha256", SECRET_BASE64)), limit, 0)
}

pub(super) async fn push(remote: &Remote, label: &str) -> Result<(), ZoneFault> {
    remote.push(&records(label, "192.0.2.1", "-")).await
}

/// What a push comes to when each message is answered by these bytes.
async fn told(answer: fn(&[u8]) -> Vec<u8>) -> Result<(), ZoneFault> {
    told_within(Duration::from_mins(1), answer).await
}

async fn told_within(limit: Duration, answer: fn(&[u8]) -> Vec<u8>) -> Result<(), ZoneFault> {
    let liar = Liar::start(move |_, mut talk| async move {
        loop {
            let asked = talk.next().await?;
            talk.bytes(&answer(&asked)).await?;
        }
    })
    .await;
    push(&visitor_for(&liar, limit), "host").await
}

#[track_caller]
pub(super) fn unknown(result: &Result<(), ZoneFault>, words: &str) {
    assert!(matches!(result, Err(ZoneFault::Unknown(said)) if said.contains(words)), "{result:?}");
}

#[track_caller]
fn unproven(result: &Result<(), ZoneFault>, words: &str) {
    assert!(matches!(result, Err(ZoneFault::Unproven(said)) if said.contains(words)), "{result:?}");
}

#[track_caller]
fn signature(result: &Result<(), ZoneFault>, words: &[&str]) {
    let Err(ZoneFault::Signature(said)) = result else { panic!("{result:?}") };
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

#[tokio::test]
async fn only_a_signed_answer_to_this_very_message_is_believed() {
    assert_eq!(told(|asked| framed(&signed(asked, 0))).await, Ok(()));
    unproven(&told(|asked| framed(&plain(asked, 0))).await, "NOERROR without a signature, where key 'good'");
    unproven(&told(|asked| framed(&plain(asked, 7))).await, "YXRRSET without a signature");
    unproven(&told(|asked| framed(&plain(asked, 2))).await, "SERVFAIL without a signature");
    let forged = |asked: &[u8]| {
        framed(&sealed(asked, 0, &Seal { secret: b"another secret", error: 0, other: &[], time: now() }))
    };
    unproven(&told(forged).await, "NOERROR with a signature that key 'good' did not make");
    unproven(
        &told(|asked| framed(&sealed(asked, 0, &Seal { secret: b"", error: 0, other: &[], time: now() }))).await,
        "did not make",
    );
    // signed REFUSED, its code made to NOERROR on the way
    let changed = |asked: &[u8]| {
        let mut answer = signed(asked, 5);
        answer[3] = 0;
        framed(&answer)
    };
    unproven(&told(changed).await, "did not make");
    let another = |asked: &[u8]| {
        let mut other = asked.to_vec();
        let last = other.len() - 10;
        other[last] ^= 1;
        framed(&signed(&other, 0))
    };
    unproven(&told(another).await, "did not make");
    assert_eq!(told(|asked| framed(&signed(asked, 2))).await, Err(ZoneFault::Refused("SERVFAIL".to_owned())));
    assert_eq!(told(|asked| framed(&signed(asked, 7))).await, Err(ZoneFault::Alias));
}

#[tokio::test]
async fn an_answer_with_another_id_or_that_is_no_answer_is_not_ours() {
    let other_id = |asked: &[u8]| {
        let mut answer = signed(asked, 0);
        answer[0] ^= 1;
        framed(&answer)
    };
    unknown(&told_within(SHORT, other_id).await, "no answer within 1.5 s");
    unknown(&told_within(SHORT, framed).await, "no answer within 1.5 s");
    unknown(&told_within(SHORT, |_| framed(b"x")).await, "no answer within 1.5 s");
    let after_another = |asked: &[u8]| {
        let mut lie = plain(asked, 0);
        lie[1] ^= 0x55;
        [framed(&lie), framed(&signed(asked, 0))].concat()
    };
    assert_eq!(told(after_another).await, Ok(()), "what is not ours is passed over");
}

#[tokio::test]
async fn a_signature_that_is_not_taken_is_named_by_what_differs() {
    fn refused(asked: &[u8], error: u16) -> Vec<u8> {
        framed(&sealed(asked, 9, &Seal { secret: b"", error, other: &[], time: now() }))
    }
    signature(&told(|asked| refused(asked, 16)).await, &["BADSIG", "another secret", "'good'"]);
    signature(&told(|asked| refused(asked, 17)).await, &["BADKEY", "name 'good'", "hmac-sha256"]);
    signature(&told(|asked| refused(asked, 18)).await, &["BADTIME", "does not say"]);
    signature(&told(|asked| refused(asked, 22)).await, &["TSIG error 22"]);
    let differ = "of which name, secret, algorithm or clock differ";
    signature(&told(|asked| framed(&plain(asked, 9))).await, &["NOTAUTH", differ]);
    signature(&told(|asked| framed(&plain(asked, 5))).await, &["REFUSED", differ]);
    let time = |asked: &[u8]| {
        let theirs = [0, 0, 0x5e, 0x0b, 0xe1, 0x00];
        framed(&sealed(asked, 9, &Seal { secret: SECRET, error: 18, other: &theirs, time: now() }))
    };
    signature(&told(time).await, &["BADTIME", "the name server's says 2020-01-01 00:00:00 UTC, ours says 20"]);
    let old =
        |asked: &[u8]| framed(&sealed(asked, 0, &Seal { secret: SECRET, error: 0, other: &[], time: now() - 3600 }));
    signature(&told(old).await, &["more than 5 minutes off"]);
}

#[tokio::test]
async fn half_an_answer_is_none_and_the_message_is_not_sent_again() {
    let liar = Liar::start(|_, mut talk| async move {
        let asked = talk.next().await?;
        talk.bytes(&framed(&signed(&asked, 0))[..40]).await?;
        talk.silence().await
    })
    .await;
    unknown(&push(&visitor_for(&liar, SHORT), "host").await, "no answer within 1.5 s");
    assert_eq!(liar.read(), 1);
    let liar = Liar::start(|_, mut talk| async move {
        let asked = talk.next().await?;
        talk.bytes(&framed(&signed(&asked, 0))[..40]).await
    })
    .await;
    unknown(&push(&visitor(&liar), "host").await, "the connection broke before the answer: closed by the name server");
    assert_eq!(liar.read(), 1);
}

#[tokio::test]
async fn an_answer_may_come_octet_by_octet() {
    let liar = Liar::start(|_, mut talk| async move {
        talk.stream.set_nodelay(true).ok()?;
        let asked = talk.next().await?;
        for octet in framed(&signed(&asked, 0)) {
            talk.bytes(&[octet]).await?;
            sleep(Duration::from_millis(1)).await;
        }
        talk.silence().await
    })
    .await;
    assert_eq!(push(&visitor(&liar), "host").await, Ok(()));
}

#[tokio::test]
async fn answers_out_of_order_and_several_in_one_packet_reach_those_who_asked() {
    let liar = Liar::start(|_, mut talk| async move {
        let asked = [talk.next().await?, talk.next().await?, talk.next().await?, talk.next().await?];
        // by the zone's first letter
        let code = |asked: &[u8]| if asked[13] == b'c' { 5 } else { 0 };
        let answers: Vec<_> = asked.iter().rev().map(|asked| framed(&signed(asked, code(asked)))).collect();
        let (first, rest) = answers.split_at(1);
        talk.bytes(&first.concat()).await?;
        sleep(Duration::from_millis(20)).await;
        talk.bytes(&rest.concat()).await?;
        talk.silence().await
    })
    .await;
    let remote = Arc::new(visitor(&liar));
    let pushes: Vec<_> = ["a.test", "b.test", "c.test", "d.test"]
        .map(|zone| {
            let remote = remote.clone();
            tokio::spawn(async move { remote.push(&records_in(zone, "host", "192.0.2.1", "-")).await })
        })
        .into_iter()
        .collect();
    let mut results = Vec::new();
    for push in pushes {
        results.push(push.await.unwrap());
    }
    let refused = Err(ZoneFault::Refused("REFUSED".to_owned()));
    assert_eq!(results, [Ok(()), Ok(()), refused, Ok(())]);
}

#[tokio::test]
async fn without_a_key_an_answer_with_the_right_id_is_all_there_is() {
    let liar = Liar::start(|_, mut talk| async move {
        loop {
            let asked = talk.next().await?;
            let mut lie = plain(&asked, 0);
            lie[0] ^= 1;
            talk.say(&lie).await?;
            talk.say(&plain(&asked, 5)).await?;
        }
    })
    .await;
    let remote = remote_with(liar.at, None, Duration::from_mins(1), 0);
    assert_eq!(push(&remote, "host").await, Err(ZoneFault::Refused("REFUSED".to_owned())));
}

#[tokio::test]
async fn no_listener_and_a_name_that_fits_nowhere_are_told_at_once() {
    let liar = Liar::start(|_, talk| talk.silence()).await;
    let remote = visitor(&liar);
    let long = format!("{}.{}", "n".repeat(63), "m".repeat(64));
    for records in [records(&long, "192.0.2.1", "-"), records("a..b", "-", ""), records("host", "2001:db8::1", "-")] {
        let result = remote.push(&records).await;
        assert!(matches!(result, Err(ZoneFault::NotAsked(_))), "{result:?}");
    }
    let gone = std::net::SocketAddr::from(([127, 0, 0, 1], crate::ports::free_port()));
    let result = push(&remote_with(gone, None, Duration::from_mins(1), 0), "host").await;
    assert!(matches!(&result, Err(ZoneFault::NotSent(said)) if said.contains("connection refused")), "{result:?}");
}

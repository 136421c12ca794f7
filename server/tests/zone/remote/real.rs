//! What real name servers have afterwards.

use std::sync::Arc;

use ddns_service::world::{Zone as _, ZoneFault};

use super::bed::{KINDS, Kind, Server};
use super::{records, records_in, remote};

/// A name is made, changed, kept in one family, and removed; what else it has stays.
async fn changes(kind: Kind) {
    let server = Server::start(kind);
    let remote = remote(server.at, Some(server.key()));
    let push = async |label: &str, v4: &str, v6: &str| remote.push(&records(label, v4, v6)).await;
    assert_eq!(push("new", "192.0.2.7", "2001:db8::7").await, Ok(()), "{kind:?}: {}", server.log());
    assert_eq!(server.found("new.example.test", "A"), ["60 192.0.2.7"]);
    assert_eq!(server.found("new.example.test", "AAAA"), ["60 2001:db8::7"]);
    assert_eq!(push("both", "192.0.2.8", "-").await, Ok(()));
    assert_eq!(server.found("both.example.test", "A"), ["60 192.0.2.8"]);
    assert_eq!(server.found("both.example.test", "AAAA"), ["60 2001:db8::1"], "the other family is left alone");
    assert_eq!(push("many", "192.0.2.9", "").await, Ok(()));
    assert_eq!(server.found("many.example.test", "A"), ["60 192.0.2.9"]);
    assert_eq!(push("many", "", "").await, Ok(()));
    assert_eq!(server.found("many.example.test", "A"), Vec::<String>::new());
    assert_eq!(server.found("many.example.test", "TXT"), ["60 \"stays\""]);
    assert_eq!(push("@", "192.0.2.10", "-").await, Ok(()));
    assert_eq!(server.found("example.test", "A"), ["60 192.0.2.10"]);
    assert_eq!(push("*.wild", "192.0.2.11", "-").await, Ok(()));
    assert_eq!(server.found("x.wild.example.test", "A"), ["60 192.0.2.11"]);
    assert_eq!(push("alias", "192.0.2.12", "-").await, Err(ZoneFault::Alias), "{kind:?}");
    assert_eq!(server.found("alias.example.test", "CNAME"), ["60 ns.example.test."]);
    let second = remote.push(&records_in("second.test", "new", "192.0.2.13", "-")).await;
    assert_eq!(second, Ok(()), "{kind:?}");
    assert_eq!(server.found("new.second.test", "A"), ["60 192.0.2.13"]);
}

#[tokio::test]
async fn every_name_server_has_what_was_pushed() {
    for kind in KINDS {
        changes(kind).await;
    }
}

/// Two hundred at once, some of them aliases: each is told its own truth.
async fn many(kind: Kind) {
    let server = Server::start(kind);
    let remote = Arc::new(remote(server.at, Some(server.key())));
    let pushes: Vec<_> = (0..200)
        .map(|number| {
            let remote = remote.clone();
            let label = if number == 77 { "alias".to_owned() } else { format!("h{number}") };
            let address = format!("192.0.2.{}", number % 250 + 1);
            tokio::spawn(async move { remote.push(&records(&label, &address, "-")).await })
        })
        .collect();
    for (number, push) in pushes.into_iter().enumerate() {
        let wanted = if number == 77 { Err(ZoneFault::Alias) } else { Ok(()) };
        assert_eq!(push.await.unwrap(), wanted, "{kind:?} {number}");
    }
    let found = server.transfer("example.test");
    for number in (0..200).filter(|number| *number != 77) {
        let line = format!("h{number}.example.test. 192.0.2.{}", number % 250 + 1);
        assert!(found.contains(&line), "{kind:?}: {line} is not there");
    }
}

#[tokio::test]
async fn two_hundred_pushes_at_once_are_all_done_and_one_alias_does_not_spoil_the_others() {
    for kind in KINDS {
        many(kind).await;
    }
}

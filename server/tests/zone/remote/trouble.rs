//! Real name servers in trouble: killed in mid-load, stopped, resting; keys and clocks that differ.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns_service::world::{Clock, Zone as _, ZoneFault};
use ddns_service::zone::remote::Remote;
use tokio::time::sleep;

use super::bed::{KINDS, Kind, SECRET, Server};
use super::{Off, TIMEOUT, records, records_in, remote, remote_with, settings};

/// Each of 30 hosts takes ten addresses, one after the other, again until it is done, while the server is killed and started again.
async fn killed(kind: Kind) {
    let mut server = Server::start(kind);
    let remote = Arc::new(remote_with(server.at, Some(server.key()), Duration::from_secs(1), 0));
    let hosts: Vec<_> = (0..30)
        .map(|host| {
            let remote = remote.clone();
            tokio::spawn(async move {
                let (mut unknown, mut tries) = (0, 0);
                for number in 1..=10 {
                    let records =
                        records(&format!("k{host}"), &format!("192.0.2.{number}"), &format!("2001:db8::{number}"));
                    while let Err(fault) = remote.push(&records).await {
                        // one that has just come up may have the zone not yet
                        let passing =
                            ["SERVFAIL", "NOTAUTH", "REFUSED"].map(|word| ZoneFault::Refused(word.to_owned()));
                        let known =
                            matches!(fault, ZoneFault::Unknown(_) | ZoneFault::NotSent(_)) || passing.contains(&fault);
                        assert!(known && tries < 2000, "{kind:?}: {fault}");
                        tries += 1;
                        unknown += usize::from(matches!(fault, ZoneFault::Unknown(_) | ZoneFault::NotSent(_)));
                        sleep(Duration::from_millis(30)).await;
                    }
                    sleep(Duration::from_millis(25)).await;
                }
                unknown
            })
        })
        .collect();
    sleep(Duration::from_millis(80)).await;
    server.end();
    sleep(Duration::from_millis(150)).await;
    server.run();
    let mut unknown = 0;
    for host in hosts {
        unknown += host.await.unwrap();
    }
    assert!(unknown > 0, "{kind:?}: nobody saw that the server was gone");
    let found = server.transfer("example.test");
    for host in 0..30 {
        for address in ["192.0.2.10", "2001:db8::10"] {
            assert!(found.contains(&format!("k{host}.example.test. {address}")), "{kind:?}: k{host} in {found:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_server_that_is_killed_in_mid_load_has_the_newest_of_every_host_in_the_end() {
    for kind in KINDS {
        killed(kind).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stood_still_takes_what_it_was_told_in_its_order() {
    let server = Server::start(Kind::Bind);
    let remote = remote_with(server.at, Some(server.key()), Duration::from_secs(3), 0);
    let push = async |address: &str| remote.push(&records("stood", address, "-")).await;
    assert_eq!(push("192.0.2.1").await, Ok(()));
    server.signal("STOP");
    let start = Instant::now();
    let result = push("192.0.2.2").await;
    assert!(matches!(result, Err(ZoneFault::Unknown(_))), "{result:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    server.signal("CONT");
    assert_eq!(push("192.0.2.3").await, Ok(()));
    sleep(Duration::from_millis(200)).await;
    assert_eq!(server.found("stood.example.test", "A"), ["60 192.0.2.3"]);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_for_rest_is_made_anew() {
    // the bed's PowerDNS waits one second
    let server = Server::start(Kind::Pdns);
    let remote = remote(server.at, Some(server.key()));
    for address in ["192.0.2.1", "192.0.2.2"] {
        assert_eq!(remote.push(&records("rest", address, "-")).await, Ok(()));
        assert_eq!(server.found("rest.example.test", "A"), [format!("60 {address}")]);
        sleep(Duration::from_millis(2200)).await;
    }
}

/// What a push with this key comes to, and with a clock that is off.
async fn pushed(server: &Server, key: PathBuf, clock_off: i64) -> ZoneFault {
    let remote = remote_with(server.at, Some(key), TIMEOUT, clock_off);
    let fault = remote.push(&records("never", "192.0.2.66", "-")).await.unwrap_err();
    assert_eq!(server.found("never.example.test", "A"), Vec::<String>::new());
    assert!(!fault.to_string().contains(SECRET), "{fault}");
    fault
}

#[track_caller]
fn signature(fault: &ZoneFault, words: &str) {
    assert!(matches!(fault, ZoneFault::Signature(said) if said.contains(words)), "{fault:?}, wanted {words}");
}

#[tokio::test]
async fn keys_and_clocks_that_differ_are_told_apart_where_the_server_does() {
    for kind in KINDS {
        let server = Server::start(kind);
        let key = |name: &str, algorithm: &str, secret: &str| server.folder.key(name, algorithm, secret);
        let word = |word: &'static str| if kind == Kind::Pdns { "REFUSED without a signature" } else { word };
        signature(&pushed(&server, key("nobody", "hmac-sha256", SECRET), 0).await, word("BADKEY"));
        signature(&pushed(&server, key("good", "hmac-sha512", SECRET), 0).await, word("BADKEY"));
        let other = "Gk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";
        signature(&pushed(&server, key("good", "hmac-sha256", other), 0).await, word("BADSIG"));
        signature(&pushed(&server, server.key(), 3600).await, word("BADTIME"));
        let stranger = pushed(&server, key("other", "hmac-sha256", SECRET), 0).await;
        match kind {
            Kind::Knot => signature(&stranger, "BADKEY"),
            _ => assert_eq!(stranger, ZoneFault::Refused("REFUSED".to_owned()), "{kind:?}"),
        }
        let long = remote(server.at, Some(key("long", "hmac-sha512", SECRET)));
        assert_eq!(long.push(&records("long", "192.0.2.1", "-")).await, Ok(()), "{kind:?}");
        let elsewhere = long.push(&records_in("elsewhere.test", "host", "192.0.2.1", "-")).await;
        assert!(matches!(&elsewhere, Err(ZoneFault::Refused(_) | ZoneFault::Signature(_))), "{kind:?} {elsewhere:?}");
    }
}

#[tokio::test]
async fn a_zone_goes_by_its_own_key_and_one_without_by_the_usual() {
    let server = Server::start(Kind::Bind);
    let mut settings = settings(server.at, Some(server.folder.key("other", "hmac-sha256", SECRET)));
    settings.zone_keys = BTreeMap::from([("example.test".to_owned(), server.key())]);
    let clock: Arc<dyn Clock> = Arc::new(Off(0));
    let remote = Remote::new(&settings, TIMEOUT, &clock).unwrap();
    assert_eq!(remote.push(&records("own", "192.0.2.1", "-")).await, Ok(()));
    // the address alone is enough for BIND there, but not for a key that it has no grant for
    let second = remote.push(&records_in("second.test", "own", "192.0.2.1", "-")).await;
    assert_eq!(second, Ok(()));
    settings.default_key_file = None;
    let remote = Remote::new(&settings, TIMEOUT, &clock).unwrap();
    assert_eq!(remote.push(&records_in("second.test", "own", "192.0.2.2", "-")).await, Ok(()));
    assert_eq!(server.found("own.second.test", "A"), ["60 192.0.2.2"]);
}

#[tokio::test]
async fn one_host_that_the_policy_forbids_does_not_spoil_the_others() {
    let server = Server::start(Kind::Bind);
    let remote = Arc::new(remote(server.at, Some(server.key())));
    let labels = (0..100).map(|number| format!("p{number}")).chain(["forbidden".to_owned()]);
    let pushes: Vec<_> = labels
        .map(|label| {
            let remote = remote.clone();
            tokio::spawn(async move { (remote.push(&records(&label, "192.0.2.1", "-")).await, label) })
        })
        .collect();
    for push in pushes {
        let (result, label) = push.await.unwrap();
        let wanted = if label == "forbidden" { Err(ZoneFault::Refused("REFUSED".to_owned())) } else { Ok(()) };
        assert_eq!(result, wanted, "{label}");
    }
    assert_eq!(server.transfer("example.test").iter().filter(|line| line.starts_with('p')).count(), 100);
}

/// What a look finds, and that it changed nothing.
async fn look(server: &Server, remote: &Remote, zone: &str) -> Result<String, String> {
    let serial = server.found("example.test", "SOA");
    let checked = remote.check(zone).await;
    assert_eq!(checked.zone, zone);
    assert_eq!(server.found("example.test", "SOA"), serial);
    assert!(!format!("{checked:?}").contains(SECRET));
    checked.said
}

#[tokio::test]
async fn a_look_at_a_zone_tells_what_to_do() {
    for kind in KINDS {
        let mut server = Server::start(kind);
        let own = server.key();
        let key = |name: &str, secret: &str| server.folder.key(name, "hmac-sha256", secret);
        let at = server.at;
        let by = |key: PathBuf, clock_off: i64| remote_with(at, Some(key), TIMEOUT, clock_off);
        let mut said = Vec::new();
        let well = look(&server, &by(server.key(), 0), "example.test").await;
        assert!(well.as_ref().is_ok_and(|said| said.contains("takes our updates as far")), "{kind:?} {well:?}");
        said.push(well.unwrap());
        let other = "Gk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";
        for (key, off, zone) in [
            (key("good", other), 0, "example.test"),
            (key("nobody", SECRET), 0, "example.test"),
            (key("other", SECRET), 0, "example.test"),
            (server.key(), -3600, "example.test"),
            (server.key(), 0, "elsewhere.test"),
            (server.key(), 0, "sub.example.test"),
        ] {
            said.push(look(&server, &by(key, off), zone).await.expect_err(zone));
        }
        let remote = remote_with(at, Some(server.key()), Duration::from_secs(1), 0);
        server.signal("STOP");
        said.push(remote.check("example.test").await.said.unwrap_err());
        server.end();
        said.push(by(own, 0).check("example.test").await.said.unwrap_err());
        println!("{kind:?}\n  {}", said.join("\n  "));
        let wanted: [&str; 8] = match kind {
            Kind::Pdns => {
                ["NOTAUTH", "NOTAUTH", "REFUSED", "NOTAUTH", "REFUSED", "has no zone", "no answer", "refused"]
            }
            Kind::Knot => ["BADSIG", "BADKEY", "BADKEY", "BADTIME", "REFUSED", "has no zone", "no answer", "refused"],
            Kind::Bind => ["BADSIG", "BADKEY", "REFUSED", "BADTIME", "REFUSED", "has no zone", "no answer", "refused"],
        };
        for (said, wanted) in said[1..].iter().zip(wanted) {
            assert!(said.contains(wanted), "{kind:?}: {said}, wanted {wanted}");
        }
    }
}

//! Starting, checking, reloading, stopping.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns_service::world::{Shelf, Zone as _, ZoneFault};
use ddns_service::zone::embedded::{Embedded, EmbeddedFault};

use crate::shelf::MemoryShelf;
use crate::town::{Town, ZONE, addresses, records, settings};

async fn fault(settings: &ddns_service::config::Embedded) -> EmbeddedFault {
    let shelf: Arc<dyn Shelf> = Arc::new(MemoryShelf::default());
    Embedded::start(settings, shelf).await.err().expect("a fault")
}

#[tokio::test(flavor = "multi_thread")]
async fn check_asks_over_loopback_and_says_serial_and_names() {
    let town = Town::start(&settings()).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    let said = town.server.check(ZONE).await.said.unwrap();
    assert!(said.contains("serial 3") && said.contains(&town.address().to_string()), "{said}");
    let other = town.server.check("example.com").await.said.unwrap_err();
    assert!(other.contains("example.com") && other.contains("[dns_service.embedded]"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_had_is_named_with_what_to_do() {
    let town = Town::start(&settings()).await;
    let mut taken = settings();
    taken.listen = vec![town.address()];
    let said = fault(&taken).await.to_string();
    assert!(said.contains(&town.address().to_string()) && said.contains("another program listens there"), "{said}");
    taken.listen = vec!["192.0.2.1:5353".parse().unwrap()];
    let said = fault(&taken).await.to_string();
    assert!(said.contains("192.0.2.1:5353") && said.contains("no such address"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_the_configuration_is_named_by_key_and_value() {
    let mut wrong = settings();
    wrong.hostmaster = "nobody".to_owned();
    assert_eq!(fault(&wrong).await.to_string(), "[dns_service.embedded] hostmaster: \"nobody\" is not a mail address");
    let mut wrong = settings();
    wrong.name_servers = vec!["a..b".to_owned()];
    assert!(fault(&wrong).await.to_string().contains("name_servers: \"a..b\""));
    let (keyed, _) = crate::transfers::with_secondary(true);
    let path = keyed.transfer_key_file.clone().unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(fault(&keyed).await.to_string().contains("everybody may read"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, "key \"k\" { algorithm hmac-md5; secret \"c2VjcmV0\"; };").unwrap();
    let said = fault(&keyed).await.to_string();
    assert!(said.contains("hmac-sha256") && !said.contains("c2VjcmV0"), "{said}");
    let mut wrong = settings();
    wrong.transfer_key_file = Some("/nonexistent/transfer.key".into());
    assert!(fault(&wrong).await.to_string().contains("transfer_key_file: /nonexistent/transfer.key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_zones_addresses_and_secondaries_and_loses_nothing() {
    let town = Town::start(&settings()).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    let mut other = settings();
    other.zones.push("example.net".to_owned());
    other.addresses.insert("www.dyn.example.org".to_owned(), addresses(&["192.0.2.77"]));
    other.secondaries = vec!["127.0.0.1:9".parse().unwrap()];
    town.server.reload(&other).await.unwrap();
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.1\n");
    assert_eq!(town.short("www.dyn.example.org A"), "192.0.2.77\n");
    assert!(town.dig("example.net SOA").contains("ANSWER: 1"));
    assert!(town.dig("dyn.example.org AXFR").contains("XFR size"));
    town.push("home", "192.0.2.2", "").await.unwrap();
    town.server.push(&records("a", "example.net", "192.0.2.3", "")).await.unwrap();
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.2\n");
    // one that cannot be taken changes nothing
    let mut wrong = settings();
    wrong.hostmaster = "nobody".to_owned();
    town.server.reload(&wrong).await.unwrap_err();
    assert_eq!(town.short("a.example.net A"), "192.0.2.3\n");
    town.server.reload(&settings()).await.unwrap();
    assert!(town.dig("example.net SOA").contains("REFUSED"));
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.2\n");
    assert!(town.dig("www.dyn.example.org A").contains("NXDOMAIN"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_configuration_makes_another_serial_and_the_same_one_does_not_over_restarts_too() {
    let town = Town::start(&settings()).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    town.server.reload(&settings()).await.unwrap();
    assert!(town.short("dyn.example.org SOA").contains(" 3 900 "));
    let mut other = settings();
    other.name_servers.push("ns3.example.net".to_owned());
    other.secondaries = vec!["127.0.0.1:9".parse().unwrap()];
    town.server.reload(&other).await.unwrap();
    assert!(town.short("dyn.example.org SOA").contains(" 4 900 "));
    // who had the one before gets the zone whole
    assert!(town.dig("dyn.example.org IXFR=3").contains("ns3.example.net"));
    let whole = town.dig("dyn.example.org AXFR");
    assert!(!whole.contains("_configured"), "{whole}");
    assert!(town.dig("_configured.dyn.example.org AAAA").contains("NXDOMAIN"));
    town.push("_configured", "", "2001:db8::1").await.unwrap_err();
    town.server.stop().await;
    for (settings, serial) in [(&other, 4), (&settings(), 5), (&settings(), 5)] {
        let again = Town::with(settings, Arc::clone(&town.shelf)).await;
        assert!(again.short("dyn.example.org SOA").contains(&format!(" {serial} 900 ")));
        again.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_frees_the_addresses_at_once_and_pushes_are_no_longer_ok() {
    // below the ports that the system gives away: what is freed stays free
    let at = std::net::SocketAddr::from(([127, 0, 0, 1], crate::town::free_port()));
    let mut same = settings();
    same.listen = vec![at];
    let town = Town::start(&same).await;
    let held = std::net::TcpStream::connect(at).unwrap();
    let begun = Instant::now();
    town.server.stop().await;
    // whose end would be waited for has ten seconds
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    let late = town.push("home", "192.0.2.1", "").await.unwrap_err();
    assert!(matches!(late, ZoneFault::Unknown(_)), "{late:?}");
    drop(held);
    let again = Town::with(&same, Arc::clone(&town.shelf)).await;
    assert!(again.short("dyn.example.org SOA").contains(" 2 900 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_leaves_from_the_address_that_was_asked_and_all_addresses_of_both_families_can_be_listened_at() {
    let port = crate::town::free_port();
    let mut all = settings();
    all.listen = vec![format!("0.0.0.0:{port}").parse().unwrap(), format!("[::]:{port}").parse().unwrap()];
    let _town = Town::start(&all).await;
    for to in ["127.0.0.1", "127.0.0.2", "127.9.9.9", "::1"] {
        for way in ["", " +tcp"] {
            let said = crate::town::dig(
                (to.parse::<std::net::IpAddr>().unwrap(), port).into(),
                &format!("ns1.dyn.example.org A +short{way}"),
            );
            assert_eq!(said, "192.0.2.53\n", "{to}{way}");
        }
    }
    let mut both = settings();
    both.listen = vec!["[::]:0".parse().unwrap()];
    let town = Town::start(&both).await;
    for to in ["127.0.0.2", "::1"] {
        let to = (to.parse::<std::net::IpAddr>().unwrap(), town.address().port()).into();
        assert_eq!(crate::town::dig(to, "ns1.dyn.example.org A +short"), "192.0.2.53\n", "{to}");
    }
    assert!(town.server.check(ZONE).await.said.is_ok());
}

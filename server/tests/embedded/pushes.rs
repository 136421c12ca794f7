//! Pushing: many at once, another writer, a database that is away.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ddns_service::world::{Shelf, Zone as _, ZoneFault};

use crate::shelf::MemoryShelf;
use crate::town::{Town, ZONE, records, settings};

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_pushes_at_once_need_few_puts() {
    let shelf = Arc::new(MemoryShelf { slow: Duration::from_millis(200), ..MemoryShelf::default() });
    let town = Town::with(&settings(), shelf).await;
    let pushes = (0..64).map(|n| {
        let server = Arc::clone(&town.server);
        tokio::spawn(async move { server.push(&records(&format!("h{n}"), ZONE, &format!("192.0.2.{n}"), "")).await })
    });
    let pushes: Vec<_> = pushes.collect();
    for push in pushes {
        push.await.unwrap().unwrap();
    }
    assert!(town.shelf.puts.load(Ordering::SeqCst) <= 8, "{}", town.shelf.puts.load(Ordering::SeqCst));
    for n in [0, 31, 63] {
        assert_eq!(town.short(&format!("h{n}.dyn.example.org A")), format!("192.0.2.{n}\n"));
    }
}

/// Waits until it answers so.
async fn comes(town: &Town, question: &str, wanted: &str) {
    let begun = Instant::now();
    while town.short(question) != wanted {
        assert!(begun.elapsed() < Duration::from_secs(30), "{question}: {:?}, not {wanted:?}", town.short(question));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_wrote_is_answered_soon_and_no_order_of_writes_loses_any() {
    let town = Town::start(&settings()).await;
    // past the writer's first look, long before its second
    tokio::time::sleep(Duration::from_millis(100)).await;
    town.shelf.put(ZONE, &[records("other", ZONE, "192.0.2.5", "")]).await.unwrap();
    // ours gets the serial after the next one
    town.push("ours", "192.0.2.6", "").await.unwrap();
    assert_eq!(town.short("other.dyn.example.org A"), "192.0.2.5\n");
    assert_eq!(town.short("ours.dyn.example.org A"), "192.0.2.6\n");
    town.shelf.put(ZONE, &[records("other", ZONE, "192.0.2.7", "")]).await.unwrap();
    comes(&town, "other.dyn.example.org A", "192.0.2.7\n").await;
    town.shelf.put(ZONE, &[records("other", ZONE, "192.0.2.8", "")]).await.unwrap();
    town.shelf.cut_journal(ZONE);
    comes(&town, "other.dyn.example.org A", "192.0.2.8\n").await;
    assert_eq!(town.short("ours.dyn.example.org A"), "192.0.2.6\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_not_ok_while_the_database_is_away_and_old_answers_stay() {
    let town = Town::start(&settings()).await;
    town.push("home", "192.0.2.1", "").await.unwrap();
    town.shelf.away.store(true, Ordering::SeqCst);
    let fault = town.push("home", "192.0.2.2", "").await.unwrap_err();
    assert!(matches!(fault, ZoneFault::Unknown(_)), "{fault:?}");
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.1\n");
    town.shelf.away.store(false, Ordering::SeqCst);
    town.push("home", "192.0.2.2", "").await.unwrap();
    assert_eq!(town.short("home.dyn.example.org A"), "192.0.2.2\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn zones_that_are_not_configured_and_names_of_the_configuration_are_not_asked_for() {
    let town = Town::start(&settings()).await;
    let other = town.server.push(&records("home", "example.com", "192.0.2.1", "")).await.unwrap_err();
    assert!(matches!(&other, ZoneFault::NotAsked(said) if said.contains("example.com")), "{other:?}");
    let own = town.push("ns1", "192.0.2.1", "").await.unwrap_err();
    assert!(matches!(&own, ZoneFault::NotAsked(said) if said.contains("ns1.dyn.example.org")), "{own:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_serial_wraps_and_a_new_start_goes_on_from_the_shelf() {
    let shelf = Arc::new(MemoryShelf { first: u32::MAX - 2, ..MemoryShelf::default() });
    let town = Town::with(&settings(), shelf).await;
    for n in 1..=3 {
        town.push("home", &format!("192.0.2.{n}"), "").await.unwrap();
    }
    assert!(town.short("dyn.example.org SOA").contains(" 1 900 "));
    town.server.stop().await;
    let again = Town::with(&settings(), Arc::clone(&town.shelf)).await;
    assert!(again.short("dyn.example.org SOA").contains(" 1 900 "));
    assert_eq!(again.short("home.dyn.example.org A"), "192.0.2.3\n");
}

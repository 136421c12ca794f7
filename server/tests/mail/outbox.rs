//! The outbox on its way: nothing lost, nothing twice, whatever is away.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ddns_service::mail::Smtp;
use ddns_service::post::{self, Outlet, Post};
use ddns_service::world::{Letter, Mail};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::fake::{Mood, Outbox, Server};
use super::receiver::Receiver;
use super::{email, letter};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// One instance's loop.
struct Running {
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(owner: &str, store: &Arc<Outbox>, server: &Arc<Server>) -> Self {
        let server: Arc<dyn Mail> = server.clone();
        Self::through(owner, store, Arc::new(move || Some(server.clone())))
    }

    fn through(owner: &str, store: &Arc<Outbox>, outlet: Arc<Outlet>) -> Self {
        let (wake, (stop, stopped)) = (Arc::new(Notify::new()), watch::channel(false));
        let post =
            Post { store: store.clone(), outlet, owner: owner.to_owned(), wake: wake.clone(), tally: Arc::default() };
        Self { wake, stop, task: tokio::spawn(post::run(post, stopped)) }
    }

    /// How long it took to stop.
    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
        began.elapsed()
    }
}

fn numbered(number: u32) -> Letter {
    Letter { key: format!("{number}-1-change"), ..letter("user@example.org") }
}

fn filled(count: u32) -> (Arc<Outbox>, Arc<Server>) {
    let store = Arc::new(Outbox::default());
    (0..count).for_each(|number| store.put(numbered(number)));
    (store, Arc::new(Server::default()))
}

#[tokio::test(start_paused = true)]
async fn all_letters_leave_once_and_only_a_few_at_a_time() {
    let (store, server) = filled(50);
    *server.takes.lock().unwrap() = Duration::from_secs(1);
    let running = Running::start("a", &store, &server);
    sleep(20 * Duration::from_secs(1)).await;
    assert_eq!((server.count(), store.waiting()), ((50, 1), 0));
    assert_eq!(server.most.load(SeqCst), post::AT_ONCE);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_letter_leaves_at_once_when_the_loop_is_told_and_soon_when_it_is_not() {
    let (store, server) = filled(0);
    let running = Running::start("a", &store, &server);
    sleep(Duration::from_millis(100)).await;
    store.put(numbered(1));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.count().0, 0);
    running.wake.notify_one();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(server.count().0, 1);
    store.put(numbered(2));
    sleep(Duration::from_secs(6)).await;
    assert_eq!(server.count().0, 2);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_for_hours_costs_no_letter() {
    let (store, server) = filled(30);
    server.is(Mood::Later);
    let running = Running::start("a", &store, &server);
    sleep(10 * HOUR).await;
    assert_eq!((server.count().0, store.waiting()), (0, 30));
    let tries: u32 = server.tried.lock().unwrap().values().sum();
    assert!(tries <= 30 * 12, "{tries} tries");
    server.is(Mood::Takes);
    sleep(7 * HOUR).await;
    assert_eq!((server.count(), store.waiting()), ((30, 1), 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_letter_is_given_up_after_five_days() {
    let (store, server) = filled(1);
    server.is(Mood::Later);
    let running = Running::start("a", &store, &server);
    sleep(119 * HOUR).await;
    assert_eq!(store.waiting(), 1);
    sleep(13 * HOUR).await;
    assert_eq!(store.waiting(), 0);
    assert_eq!(server.tried.lock().unwrap()["0-1-change"], 29);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_letter_is_not_tried_again() {
    let (store, server) = filled(3);
    server.is(Mood::Never);
    let running = Running::start("a", &store, &server);
    sleep(HOUR).await;
    assert_eq!((store.waiting(), server.tried.lock().unwrap().values().max()), (0, Some(&1)));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_sent_letter_that_cannot_be_noted_is_not_sent_again() {
    for mood in [Mood::Takes, Mood::Never] {
        let (store, server) = filled(3);
        server.is(mood);
        store.cannot_note.store(true, SeqCst);
        let running = Running::start("a", &store, &server);
        sleep(HOUR).await;
        assert_eq!((store.waiting(), server.tried.lock().unwrap().values().max()), (3, Some(&1)), "{mood:?}");
        store.cannot_note.store(false, SeqCst);
        sleep(5 * MINUTE).await;
        assert_eq!((store.waiting(), server.tried.lock().unwrap().values().max()), (0, Some(&1)), "{mood:?}");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_between_sending_and_noting_leaves_the_letter_to_the_next() {
    let (store, server) = filled(1);
    server.is(Mood::Hangs);
    let dead = Running::start("a", &store, &server);
    sleep(Duration::from_secs(1)).await;
    dead.task.abort();
    server.is(Mood::Takes);
    let running = Running::start("b", &store, &server);
    sleep(post::LEASE.mul_f32(0.9)).await;
    assert_eq!(server.count().0, 0, "the lease of the dead run holds");
    sleep(Duration::from_secs(20)).await;
    assert_eq!((server.count(), store.waiting()), ((1, 1), 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_for_ever_gets_its_letters_again_after_the_lease_at_the_earliest() {
    let (store, server) = filled(5);
    server.is(Mood::Hangs);
    let running = Running::start("a", &store, &server);
    sleep(post::LEASE).await;
    assert_eq!(store.waiting(), 5);
    server.is(Mood::Takes);
    sleep(HOUR).await;
    assert_eq!((server.count(), store.waiting()), ((5, 1), 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_loops_on_one_outbox_send_each_letter_once() {
    let (store, server) = filled(200);
    *server.takes.lock().unwrap() = Duration::from_secs(29);
    let both = [Running::start("a", &store, &server), Running::start("b", &store, &server)];
    sleep(HOUR).await;
    assert_eq!((server.count(), store.waiting()), ((200, 1), 0));
    for running in both {
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_loop_stops_in_time_and_lets_go_what_hangs() {
    let (store, server) = filled(2);
    let idle = Running::start("a", &store, &server);
    sleep(MINUTE).await;
    assert!(idle.stop().await < Duration::from_millis(10));

    store.put(numbered(7));
    *server.takes.lock().unwrap() = Duration::from_secs(2);
    let busy = Running::start("b", &store, &server);
    sleep(Duration::from_secs(1)).await;
    assert!(busy.stop().await < Duration::from_secs(2));
    assert_eq!((server.count().0, store.waiting()), (3, 0), "what was under way arrived and was noted");

    store.put(numbered(8));
    server.is(Mood::Hangs);
    let hanging = Running::start("c", &store, &server);
    sleep(Duration::from_secs(1)).await;
    assert!(hanging.stop().await <= Duration::from_secs(4));
    assert_eq!(store.waiting(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resting_loop_stops_at_once() {
    let (store, server) = filled(9);
    server.is(Mood::Later);
    let running = Running::start("a", &store, &server);
    sleep(20 * Duration::from_secs(1)).await;
    assert!(running.stop().await < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_loop_whose_owner_is_gone_ends() {
    let (store, server) = filled(40);
    let Running { stop, task, .. } = Running::start("a", &store, &server);
    drop(stop);
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_database_that_is_away_is_asked_again_with_growing_rests() {
    let (store, server) = filled(1);
    store.away.store(true, SeqCst);
    let running = Running::start("a", &store, &server);
    sleep(HOUR).await;
    let asked = store.asked.load(SeqCst);
    assert!((55..80).contains(&asked), "{asked}");
    store.away.store(false, SeqCst);
    sleep(2 * MINUTE).await;
    assert_eq!((server.count(), store.waiting()), ((1, 1), 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn letters_wait_while_mail_is_switched_off() {
    let (store, server) = filled(4);
    let outlet: Arc<Mutex<Option<Arc<dyn Mail>>>> = Arc::default();
    let asked = outlet.clone();
    let running = Running::through("a", &store, Arc::new(move || asked.lock().unwrap().clone()));
    sleep(HOUR).await;
    assert_eq!((store.waiting(), store.asked.load(SeqCst)), (4, 0));
    *outlet.lock().unwrap() = Some(server.clone());
    sleep(MINUTE).await;
    assert_eq!(store.waiting(), 0);
    running.stop().await;
}

#[tokio::test]
async fn the_outbox_empties_into_a_real_server() {
    let store = Arc::new(Outbox::default());
    (0..100).for_each(|number| store.put(numbered(number)));
    let receiver = Receiver::start(&[]);
    let smtp: Arc<dyn Mail> = Arc::new(Smtp::new(&email(receiver.port)).unwrap());
    let began = Instant::now();
    let running = Running::through("a", &store, Arc::new(move || Some(smtp.clone())));
    while store.waiting() > 0 && began.elapsed() < MINUTE {
        sleep(Duration::from_millis(5)).await;
    }
    println!("100 letters in {:?}", began.elapsed());
    let mut ids: Vec<_> = receiver.taken().iter().map(|taken| taken.header("Message-ID").unwrap()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), receiver.taken().len()), (100, 100));
    running.stop().await;
}

#[test]
fn a_lease_is_much_longer_than_a_mail_server_may_take() {
    assert!(post::LEASE >= 3 * ddns_service::mail::LONGEST);
}

#[test]
fn templates_and_the_mail_server_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<ddns_service::letter::Templates>();
    shared::<Smtp>();
    shared::<Post>();
}

//! Many connections: caps, who makes room for whom, idle crowds.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ddns_service::listen::Limits;

use crate::fixture::{House, SOON, connect, house, house_at, limits, read_answer, read_to_end};

const GET: &[u8] = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

fn ask(stream: &mut TcpStream) -> bool {
    stream.write_all(GET).is_ok() && read_answer(stream).starts_with("HTTP/1.1 200")
}

fn asked(house: &House) -> TcpStream {
    let mut stream = house.connect();
    assert!(ask(&mut stream));
    // the server has it in its list of the idle a moment after the answer
    sleep(Duration::from_millis(60));
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn over_the_cap_the_connection_idle_longest_makes_room() {
    let house = house(Limits { max_connections: 10, ..limits() }).await;
    let mut open: Vec<_> = (0..10).map(|_| asked(&house)).collect();
    // the first is no longer the one idle longest
    assert!(ask(&mut open[0]));
    let mut eleventh = asked(&house);
    assert!(!ask(&mut open[1]), "the connection idle longest is still open");
    assert!(ask(&mut open[0]) && ask(&mut open[2]) && ask(&mut eleventh));
    let counts = house.serving.counts();
    assert_eq!((counts.open, counts.displaced, counts.refused), (10, 1, 0), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_connection_never_makes_room_and_who_finds_none_is_closed_at_once() {
    let house = house(Limits { max_connections: 4, ..limits() }).await;
    let mut busy: Vec<_> = (0..4).map(|_| house.connect()).collect();
    for stream in &mut busy {
        stream.write_all(b"GET /slow?4000 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    }
    while house.asked() < 4 {
        sleep(Duration::from_millis(5));
    }
    assert_eq!(read_to_end(&mut house.connect()), "");
    assert_eq!(house.mirror.answered.load(Ordering::SeqCst), 0, "it was closed when there was room");
    for stream in &mut busy {
        assert!(read_answer(stream).starts_with("HTTP/1.1 200"));
    }
    assert_eq!(house.serving.counts().refused, 1);
    // now they are idle
    asked(&house);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_leaves_the_places_of_others() {
    let house = house_at("0.0.0.0", Limits { max_connections_per_address: 5, ..limits() }, None).await;
    let from = |address: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        let port = house.at.port();
        async move {
            let stream = socket.connect(([127, 0, 0, 1], port).into()).await.unwrap().into_std().unwrap();
            stream.set_nonblocking(false).unwrap();
            stream.set_read_timeout(Some(SOON)).unwrap();
            stream
        }
    };
    let mut five = Vec::new();
    for _ in 0..5 {
        let mut stream = from("127.0.0.2").await;
        assert!(ask(&mut stream));
        five.push(stream);
    }
    assert!(!ask(&mut from("127.0.0.2").await), "a sixth was let in");
    assert!(ask(&mut from("127.0.0.3").await), "another address has no place");
    drop(five.pop());
    let began = Instant::now();
    while !ask(&mut from("127.0.0.2").await) {
        assert!(began.elapsed() < SOON, "a place that was given back is not free");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trusted_proxies_and_new_limits_count_as_they_are_set() {
    let few = Limits { max_connections_per_address: 2, ..limits() };
    let house = house(Limits { trusted: vec!["127.0.0.0/8".parse().unwrap()], ..few.clone() }).await;
    let mut open: Vec<_> = (0..5).map(|_| asked(&house)).collect();
    house.serving.set_limits(Limits { max_connections_per_address: 1, ..few });
    open.push(asked(&house));
    assert!(!ask(&mut house.connect()), "the new limit does not hold");
    assert!(open.iter_mut().all(ask), "open connections were touched");
}

fn idle_crowd(house: &House, number: usize) -> Vec<TcpStream> {
    let mut crowd = Vec::with_capacity(number);
    for _ in 0..number {
        let mut stream = connect(house.at);
        assert!(ask(&mut stream));
        crowd.push(stream);
    }
    crowd
}

/// Memory is the whole process's: who measures it does so while nobody else fills it.
static MEMORY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Resident memory of this process in KiB (proc(5)).
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_idle_connections_cost_little_and_hinder_nobody() {
    let _alone = MEMORY.lock().await;
    let (number, bytes_each) = (2_000, 24 * 1024);
    crate::fixture::raise_descriptors(12_000);
    let house = house(limits()).await;
    let before = resident();
    let mut crowd = idle_crowd(&house, number);
    assert_eq!(house.serving.counts().open, number);
    let each = (resident().saturating_sub(before)) * 1024 / number;
    println!("{number} idle connections after one request each: {each} bytes of memory each");
    assert!(each < bytes_each, "{each} bytes each");
    let one = |_| {
        let began = Instant::now();
        assert!(ask(&mut house.connect()), "nobody else is served");
        began.elapsed()
    };
    let quickest = (0..5).map(one).min().unwrap();
    assert!(quickest < Duration::from_millis(500), "{quickest:?}");
    assert!(crowd.iter_mut().step_by(97).all(ask), "an idle connection was lost");
    let began = Instant::now();
    assert_eq!(house.serving.stop().await, 0);
    assert!(began.elapsed() < Duration::from_millis(3900), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_sleep_give_their_memory_to_others_and_wake_for_a_request() {
    let _alone = MEMORY.lock().await;
    crate::fixture::raise_descriptors(12_000);
    let house = house(limits()).await;
    let mut first = idle_crowd(&house, 1_000);
    sleep(Duration::from_secs(1));
    let before = resident();
    let second = idle_crowd(&house, 1_000);
    let each = (resident().saturating_sub(before)) * 1024 / second.len();
    println!("1,000 more connections after 1,000 that sleep: {each} bytes of memory each");
    for round in 0..2 {
        assert!(first.iter_mut().all(ask), "a connection did not wake in round {round}");
        sleep(Duration::from_secs(1));
    }
    // the beginning of a second request comes with the first: it is kept through the sleep
    let mut stream = house.connect();
    stream.write_all(&[GET, &GET[..9]].concat()).unwrap();
    assert!(read_answer(&mut stream).starts_with("HTTP/1.1 200"));
    sleep(Duration::from_secs(1));
    stream.write_all(&GET[9..]).unwrap();
    assert!(read_answer(&mut stream).starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_connection_costs_less_than_one_that_asked() {
    let _alone = MEMORY.lock().await;
    crate::fixture::raise_descriptors(12_000);
    let house = house(limits()).await;
    let before = resident();
    let crowd: Vec<_> = (0..2_000).map(|_| house.connect()).collect();
    while house.serving.counts().open < crowd.len() {
        sleep(Duration::from_millis(5));
    }
    let each = (resident().saturating_sub(before)) * 1024 / crowd.len();
    println!("{} silent connections: {each} bytes of memory each", crowd.len());
    assert!(each < 8 * 1024, "{each} bytes each");
}

//! The end of a listener: idle connections at once, active requests to their end, five seconds at most.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use crate::fixture::{House, SOON, house, limits, read_answer, read_to_end};

fn begin(house: &House, millis: u32) -> TcpStream {
    let asked = house.asked();
    let mut stream = house.connect();
    stream.write_all(format!("GET /slow?{millis} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
    let before = Instant::now();
    while house.asked() == asked {
        assert!(before.elapsed() < SOON);
        sleep(Duration::from_millis(5));
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_request_is_answered_and_told_that_the_connection_ends() {
    let house = house(limits()).await;
    let mut idle = house.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    read_answer(&mut idle);
    let mut active = begin(&house, 2_000);
    let at = house.at;
    let stopped = tokio::spawn(house.serving.stop());
    assert_eq!(read_to_end(&mut idle), "");
    assert!(!stopped.is_finished(), "the idle connection waited for the active one");
    while TcpStream::connect(at).is_ok() {
        sleep(Duration::from_millis(5));
    }
    assert!(!stopped.is_finished(), "new connections were still accepted");
    let said = read_to_end(&mut active);
    assert!(said.starts_with("HTTP/1.1 200 ") && said.contains("connection: close"), "{said}");
    assert_eq!(stopped.await.unwrap(), 0, "an active request was cut");
    assert_eq!(house.mirror.answered.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_http_2_is_answered_too() {
    let house = house(limits()).await;
    let url = format!("http://{}/slow?1000", house.at);
    let client = spawn(move || {
        Command::new("curl").args(["-s", "--http2-prior-knowledge", "-w", "%{http_code}", &url]).output().unwrap()
    });
    while house.asked() == 0 {
        sleep(Duration::from_millis(5));
    }
    let began = Instant::now();
    assert_eq!(house.serving.stop().await, 0);
    assert!(began.elapsed() < Duration::from_millis(3900), "{:?}", began.elapsed());
    let output = client.join().unwrap();
    assert!(output.stdout.ends_with(b"200"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_four_seconds_what_is_left_is_cut() {
    let house = house(limits()).await;
    let mut active = begin(&house, 60_000);
    let began = Instant::now();
    assert_eq!(house.serving.stop().await, 1);
    assert!((4..9).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    assert_eq!(read_to_end(&mut active), "");
}

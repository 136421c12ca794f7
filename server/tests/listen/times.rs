//! Sizes and times: what a client may take, and what becomes of it when it takes more.

use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ddns_service::listen::Limits;

use crate::fixture::{House, SOON, answers_in, house, limits, read_answer, read_to_end, run, say};

fn get(target: &str, more: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_of_4_kib_passes_and_one_more_byte_is_414() {
    let house = house(limits()).await;
    let fits = format!("/{}?{}", "a".repeat(2000), "b".repeat(4096 - 2002));
    assert!(say(house.at, get(&fits, "").as_bytes()).starts_with("HTTP/1.1 200 "));
    let said = say(house.at, get(&format!("{fits}b"), "").as_bytes());
    assert!(said.starts_with("HTTP/1.1 414 ") && said.contains("4096 bytes"), "{said}");
    let said = run("curl", &["-s", "-i", "--http2-prior-knowledge", &format!("http://{}{fits}b", house.at)]);
    assert!(said.starts_with("HTTP/2 414"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_nearly_16_kib_passes_and_more_is_431() {
    let house = house(limits()).await;
    let said = say(house.at, get("/", &format!("X: {}\r\n", "x".repeat(16_000))).as_bytes());
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    for more in
        [format!("X: {}\r\n", "x".repeat(16_384)), "X: y\r\n".repeat(101), format!("X: {}\r\n", "x".repeat(400_000))]
    {
        let said = say(house.at, get("/", &more).as_bytes());
        assert!(said.starts_with("HTTP/1.1 431 ") && said.contains("connection: close"), "{said}");
    }
    let large = format!("X: {}", "x".repeat(16_384));
    let said = run("curl", &["-s", "-i", "--http2-prior-knowledge", "-H", &large, &format!("http://{}/", house.at)]);
    assert!(said.starts_with("HTTP/2 431"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_16_kib_passes_and_one_more_byte_is_413() {
    let house = house(limits()).await;
    let url = format!("http://{}/", house.at);
    for (version, coding) in
        [("--http1.1", "A: b"), ("--http1.1", "Transfer-Encoding: chunked"), ("--http2-prior-knowledge", "A: b")]
    {
        for (length, status) in [(16_384, "200"), (16_385, "413"), (1 << 20, "413")] {
            let body = format!("{}/listen-body-{}-{length}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
            std::fs::write(&body, "x".repeat(length)).unwrap();
            let data = format!("@{body}");
            let said = run(
                "curl",
                &["-sS", "-o", "/dev/null", "-w", "%{http_code}", version, "-H", coding, "--data-binary", &data, &url],
            );
            std::fs::remove_file(&body).unwrap();
            assert_eq!(said, status, "{version} {coding} {length}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_answered_503_and_the_connection_ends() {
    let house = house(Limits { request_timeout: Duration::from_millis(300), ..limits() }).await;
    let began = Instant::now();
    let said = say(house.at, b"GET /slow?60000 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("connection: close"), "{said}");
    let said = say(house.at, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nxx");
    assert!(said.starts_with("HTTP/1.1 503 "), "{said}");
    let url = format!("http://{}/slow?60000", house.at);
    let said = run("curl", &["-s", "-i", "--http2-prior-knowledge", &url]);
    assert!(said.starts_with("HTTP/2 503"), "{said}");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// How long the server lets one go on that sends its head byte by byte.
fn drip(mut stream: TcpStream, bytes: &[u8]) -> Duration {
    let began = Instant::now();
    for byte in bytes.iter().cycle() {
        if stream.write_all(&[*byte]).is_err() || began.elapsed() > 2 * SOON {
            break;
        }
        sleep(Duration::from_millis(450));
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_byte_by_byte_or_nothing_is_gone_after_10_seconds() {
    let house = house(limits()).await;
    let first = house.connect();
    let mut second = house.connect();
    second.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    read_answer(&mut second);
    let preface = house.connect();
    let mut two = house.connect();
    two.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    let began = Instant::now();
    let mut silent = house.connect();
    let drips = [
        std::thread::spawn(move || drip(first, b"GET / HTTP/1.1\r\nX: ")),
        // one that behaved once has no more time for its second head
        std::thread::spawn(move || drip(second, b"GET / HTTP/1.1\r\nX: ")),
        // hyper-util's choice of version would wait for ever
        std::thread::spawn(move || drip(preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
        // an endless SETTINGS frame
        std::thread::spawn(move || drip(two, b"\x00\x3f\xff\x04\x00\x00\x00\x00\x00")),
    ];
    assert_eq!(read_to_end(&mut silent), "");
    assert!((Duration::from_secs(9)..SOON).contains(&began.elapsed()), "{:?}", began.elapsed());
    for (n, drip) in drips.into_iter().enumerate() {
        let lasted = drip.join().unwrap();
        assert!((Duration::from_secs(9)..SOON).contains(&lasted), "{n}: {lasted:?}");
    }
    assert!(house.serving.counts().late >= 4, "{:?}", house.serving.counts());
    wait_for(&house, |house| house.serving.counts().open == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_its_answer_is_gone_after_the_request_timeout() {
    let house = house(Limits { request_timeout: Duration::from_secs(1), ..limits() }).await;
    let mut stream = house.connect();
    stream.write_all(get("/large", "").as_bytes()).unwrap();
    wait_for(&house, |house| house.serving.counts().late == 1);
    assert!(answers_in(&read_to_end(&mut stream)) == 1);
}

fn wait_for(house: &House, done: impl Fn(&House) -> bool) {
    let began = Instant::now();
    while !done(house) {
        assert!(began.elapsed() < SOON, "{:?}", house.serving.counts());
        sleep(Duration::from_millis(20));
    }
}

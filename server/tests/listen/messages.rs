//! What a request becomes, and what a reply becomes, in each version of HTTP.

use std::io::Write;

use crate::fixture::{answers_in, house, limits, read_answer, run, say};

fn curl(arguments: &[&str]) -> String {
    let mut all = vec!["-s", "-S", "-i", "--max-time", "10"];
    all.extend_from_slice(arguments);
    run("curl", &all)
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_is_answered_in_each_version_of_http() {
    let house = house(limits()).await;
    let url = format!("http://{}/update?hostname=a%20b&x=%C3%A9", house.at);
    for (version, first) in [
        ("--http1.0", "HTTP/1.0 200 OK"),
        ("--http1.1", "HTTP/1.1 200 OK"),
        ("--http2", "HTTP/1.1 200 OK"),
        ("--http2-prior-knowledge", "HTTP/2 200"),
    ] {
        let said = curl(&[version, &url]);
        assert!(said.contains(first), "{version}: {said}");
        for wanted in ["GET /update Some(\"hostname=a%20b&x=%C3%A9\")", "content-length: ", "date: ", "body=\n"] {
            assert!(said.contains(wanted), "{version}: {wanted} in {said}");
        }
        assert!(said.contains(&format!("host={}", house.at)), "{version}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_handed_over_whole_in_each_version_and_coding() {
    let house = house(limits()).await;
    let url = format!("http://{}/update", house.at);
    for more in [
        &["--http1.0"][..],
        &["--http1.1"],
        &["--http1.1", "-H", "Transfer-Encoding: chunked"],
        &["--http1.1", "-H", "Expect: 100-continue"],
        &["--http2-prior-knowledge"],
    ] {
        let mut arguments = vec!["--data", "hostname=a.example&myip=192.0.2.1", url.as_str()];
        arguments.extend_from_slice(more);
        let said = curl(&arguments);
        assert!(said.contains("body=hostname=a.example&myip=192.0.2.1\n"), "{more:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_reaches_the_handler() {
    let house = house(limits()).await;
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let said = say(house.at, format!("{method} /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(said.starts_with("HTTP/1.1 405"), "{said}");
        assert!(said.contains(&format!("{method} /x None")), "{said}");
    }
    let said = say(house.at, b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(said.contains("OPTIONS * None"), "{said}");
    let said = say(house.at, b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\nConnection: close\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 405"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_by_a_head_alone() {
    let house = house(limits()).await;
    let said = say(house.at, b"HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 405"), "{said}");
    assert!(said.contains("content-length: "), "{said}");
    assert!(said.ends_with("\r\n\r\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_gets_a_length_and_the_end_of_the_connection() {
    let house = house(limits()).await;
    let said = say(house.at, b"GET /x HTTP/1.0\r\n\r\n");
    assert!(said.starts_with("HTTP/1.0 200 OK\r\n"), "{said}");
    assert!(said.contains("content-length: "), "{said}");
    let kept = b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let mut stream = house.connect();
    for _ in 0..2 {
        stream.write_all(kept).unwrap();
        assert!(read_answer(&mut stream).contains("connection: keep-alive"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_their_order() {
    let house = house(limits()).await;
    let all: Vec<String> = (0..50).map(|n| format!("GET /{n} HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
    let all = all.concat() + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let said = say(house.at, all.as_bytes());
    assert_eq!(answers_in(&said), 51, "{said}");
    let at: Vec<usize> = (0..50).map(|n| said.find(&format!("GET /{n} None")).unwrap()).collect();
    assert!(at.is_sorted());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_target_may_be_a_whole_url() {
    let house = house(limits()).await;
    let said = say(house.at, b"GET http://a/update?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(said.contains("GET /update Some(\"x=1\")"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_headers_come_as_often_as_they_were_sent_and_in_lower_case() {
    let house = house(limits()).await;
    let said = say(
        house.at,
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1\r\nX-FORWARDED-FOR: 2\r\nConnection: close\r\n\r\n",
    );
    assert!(said.contains("x-forwarded-for=1\nx-forwarded-for=2\n"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_arrives_whole() {
    let house = house(limits()).await;
    let said = curl(&[&format!("http://{}/large", house.at)]);
    assert!(said.ends_with(&"x".repeat(4 << 20)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_shuts_down_its_sending_side_is_answered() {
    let house = house(limits()).await;
    let mut stream = house.connect();
    stream.write_all(b"GET /slow?100 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(crate::fixture::read_to_end(&mut stream).contains("GET /slow"));
}

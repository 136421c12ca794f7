//! Shapes that two servers in a row might understand differently: none may carry a second request past the first (RFC 9112 section 11.2).

use std::io::Write;

use crate::fixture::{answers_in, connect, house, limits, read_answer, read_to_end, say};

/// What would be the second request, if it were taken for one.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// Head fields, what follows the head, and the status; each is sent with a request after it that must not be answered.
const REFUSED: &[(&str, &str, &str)] = &[
    ("two lengths that differ", "Content-Length: 0\r\nContent-Length: 36\r\n\r\n", "400"),
    ("a list of lengths that differ", "Content-Length: 0, 36\r\n\r\n", "400"),
    ("a length with a sign", "Content-Length: +0\r\n\r\n", "400"),
    ("a negative length", "Content-Length: -1\r\n\r\n", "400"),
    ("a length in hexadecimal", "Content-Length: 0x0\r\n\r\n", "400"),
    ("a length too large for any number", "Content-Length: 99999999999999999999\r\n\r\n", "400"),
    ("an empty length", "Content-Length: \r\n\r\n", "400"),
    ("space before the colon", "Content-Length : 36\r\n\r\n", "400"),
    ("tab before the colon", "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", "400"),
    ("obsolete folding", "X: a\r\n Content-Length: 36\r\n\r\n", "400"),
    ("folding by tab", "X: a\r\n\tContent-Length: 36\r\n\r\n", "400"),
    ("a field without a colon", "Content-Length\r\n\r\n", "400"),
    ("a field without a name", ": 36\r\n\r\n", "400"),
    ("a control character in a value", "X: a\0b\r\n\r\n", "400"),
    ("a bare CR in a value", "X: a\rContent-Length: 36\r\n\r\n", "400"),
    ("another coding", "Transfer-Encoding: gzip\r\n\r\n", "400"),
    ("chunked not last", "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "400"),
    ("a coding before chunked", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"),
    ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501"),
    ("chunked in quotes", "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "400"),
    ("chunked with a control character", "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", "400"),
    ("a second Host", "Host: b\r\n\r\n", "400"),
    ("a chunk length that is none", "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "400"),
    ("a chunk length with a sign", "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n", "400"),
    ("a chunk length with 0x", "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n", "400"),
    ("a chunk that is longer than it says", "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "400"),
    ("a chunk length that overflows", "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "400"),
    ("an LF within a chunk extension", "Transfer-Encoding: chunked\r\n\r\n0;a\nb\r\n\r\n", "400"),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_malformed_request_lets_the_next_one_pass() {
    let house = house(limits()).await;
    for (what, rest, status) in REFUSED {
        let before = house.asked();
        let said = say(house.at, format!("POST /first HTTP/1.1\r\nHost: a\r\n{rest}{SMUGGLED}").as_bytes());
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {said}");
        assert!(said.contains("connection: close"), "{what}: {said}");
        assert_eq!(answers_in(&said), 1, "{what}: {said}");
        assert_eq!(house.asked(), before, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_length_and_chunked_the_chunks_count_and_the_connection_ends() {
    let house = house(limits()).await;
    for fields in ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4"]
    {
        let said =
            say(house.at, format!("POST /first HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n0\r\n\r\n{SMUGGLED}").as_bytes());
        assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        assert!(said.contains("POST /first") && said.contains("connection: close"), "{said}");
        assert_eq!((answers_in(&said), said.contains("smuggled")), (1, false), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_with_chunks_and_requests_without_a_host_are_refused() {
    let house = house(limits()).await;
    let chunks = "POST /first HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let hostless = "GET /first HTTP/1.1\r\n\r\n";
    for request in
        [chunks, hostless, "GET  /two-spaces HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x HTTP/1.1 \r\nHost: a\r\n\r\n"]
    {
        let said = say(house.at, format!("{request}{SMUGGLED}").as_bytes());
        assert!(said.contains(" 400 ") && said.contains("connection: close"), "{request}: {said}");
        assert_eq!(answers_in(&said), 1, "{request}: {said}");
    }
    assert_eq!(house.asked(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_length_twice_is_one_length() {
    let house = house(limits()).await;
    let request = "POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi";
    let close = "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let said = say(house.at, format!("{request}{close}").as_bytes());
    assert!(said.contains("body=hi\n") && said.contains("GET /second"), "{said}");
    assert_eq!(answers_in(&said), 2, "{said}");
}

/// RFC 9112 section 2.2 lets a server take a bare LF for the end of a line. Then it is so for the whole head, and never in a value.
#[tokio::test(flavor = "multi_thread")]
async fn a_bare_lf_is_an_end_of_line_everywhere_in_a_head() {
    let house = house(limits()).await;
    let said = say(house.at, b"POST /first HTTP/1.1\nHost: a\nConnection: close\nX: a\nContent-Length: 2\n\nhi");
    assert!(said.contains("x=a\n") && said.contains("body=hi\n"), "{said}");
    assert_eq!(answers_in(&said), 1, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn chunk_extensions_and_trailers_are_bounded_and_never_seen() {
    let house = house(limits()).await;
    let head = "POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
    let said =
        say(house.at, format!("{head}Connection: close\r\n\r\n2;a=b;c\r\nhi\r\n0;d\r\nHost: b\r\n\r\n").as_bytes());
    assert!(said.contains("body=hi\n") && !said.contains("host=b"), "{said}");
    let endless = format!("{head}\r\n2;{}\r\nhi\r\n0\r\n\r\n", "x".repeat(40_000));
    let said = say(house.at, endless.as_bytes());
    assert!(said.starts_with("HTTP/1.1 4") && said.contains("connection: close"), "{said}");
    let trailers = format!("{head}\r\n0\r\n{}\r\n", "X: y\r\n".repeat(10_000));
    let said = say(house.at, trailers.as_bytes());
    assert!(said.starts_with("HTTP/1.1 4") && said.contains("connection: close"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_the_server_did_not_read_is_not_taken_for_a_request() {
    let house = house(limits()).await;
    let body = SMUGGLED.repeat(1000);
    let mut stream = connect(house.at);
    let head = format!("POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let said = read_answer(&mut stream);
    assert!(said.starts_with("HTTP/1.1 413 ") && said.contains("connection: close"), "{said}");
    assert_eq!(read_to_end(&mut stream), "");
    assert_eq!(house.asked(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_http_is_refused() {
    let house = house(limits()).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
    ] {
        let said = say(house.at, bytes);
        assert!(said.starts_with("HTTP/1.1 400 ") || said.starts_with("HTTP/1.0 400 "), "{bytes:?}: {said}");
    }
    assert_eq!(house.asked(), 0);
}

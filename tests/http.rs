//! Transfers over plain HTTP: what goes out, what is understood, where a redirect may lead.

use std::io::Write;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use ddns::secret::Secret;
use ddns::url::Url;
use ddns::world::{BODY_LIMIT, Broken, Http, Request, Route};

#[cfg(test)]
#[path = "support/http.rs"]
mod support;
use support::{Server, get, get_by, ok, wire};

#[cfg(test)]
fn protocol(result: Result<ddns::world::Response, Broken>) -> String {
    match result {
        Err(Broken::Protocol(why)) => why,
        other => panic!("{other:?}"),
    }
}

// ------------------------------------------------------------------ what goes out

#[test]
fn a_get_says_host_agent_accept_and_close_and_nothing_else() {
    let server = Server::saying(ok("good"));
    let response = get(&server.url("/nic/update?hostname=a.example&myip=203.0.113.4")).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, &b"good"[..]));
    let wanted = format!(
        "GET /nic/update?hostname=a.example&myip=203.0.113.4 HTTP/1.1\r\nHost: {}\r\nUser-Agent: ddns/{}\r\nAccept: */*\r\n\
         Connection: close\r\n\r\n",
        server.address,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(server.requests(), [wanted]);
}

#[test]
fn a_login_goes_out_at_once_and_a_user_agent_as_it_is_set() {
    let server = Server::saying(ok("good"));
    let route = Route { user_agent: Some("Mozilla/5.0 (a \"b\" \u{e4})".to_owned()), ..Route::default() };
    get_by(&format!("http://Aladdin:open%20sesame@{}/", server.address), &route).unwrap();
    let seen = &server.requests()[0];
    assert!(seen.contains("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), "{seen}");
    assert!(seen.contains("\r\nUser-Agent: Mozilla/5.0 (a \"b\" \u{e4})\r\n"), "{seen}");
    assert!(!seen.contains('@'), "{seen}");
}

#[test]
fn a_body_goes_out_with_its_length_and_the_callers_fields() {
    let server = Server::saying(ok("done"));
    let mut request = Request::get(Url::parse(&server.url("/zone")).unwrap());
    request.method = "PUT";
    request.headers = vec![("Content-Type", Secret::new("application/json")), ("X-Key", Secret::new("geheim"))];
    request.body = Some(b"{\"a\":1}".to_vec());
    wire().exchange(&request, &Route::default()).unwrap();
    let seen = &server.requests()[0];
    assert!(seen.starts_with("PUT /zone HTTP/1.1\r\n"), "{seen}");
    let rest = "Content-Type: application/json\r\nX-Key: geheim\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
    assert!(seen.ends_with(rest), "{seen}");
}

#[test]
fn a_line_break_in_any_part_never_becomes_a_line_of_the_request() {
    let server = Server::saying(ok("good"));
    let plain = Url::parse(&server.url("/")).unwrap();
    for evil in ["x\r\nX-Evil: 1", "x\nX-Evil: 1", "x\rX-Evil: 1", "x\0"] {
        let route = Route { user_agent: Some(evil.to_owned()), ..Route::default() };
        let mut with_field = Request::get(plain.clone());
        with_field.headers = vec![("X-Key", Secret::new(evil))];
        let with_path = Request::get(Url { path: format!("/{evil}"), ..plain.clone() });
        let with_host = Request::get(Url { host: evil.to_owned(), ..plain.clone() });
        for (request, route) in [
            (Request::get(plain.clone()), &route),
            (with_field, &Route::default()),
            (with_path, &Route::default()),
            (with_host, &Route::default()),
        ] {
            let broken = wire().exchange(&request, route).unwrap_err();
            assert!(matches!(&broken, Broken::Setup(why) if !why.contains("Evil")), "{broken:?}");
        }
    }
    assert_eq!(server.requests(), [""; 0]);
    let login = Url { login: Some(Secret::new("a:b\r\nX-Evil: 1")), ..plain };
    wire().exchange(&Request::get(login), &Route::default()).unwrap();
    assert!(!server.requests()[0].contains("Evil"));
}

// ------------------------------------------------------------------ what is understood

#[test]
fn every_way_to_end_a_body_is_understood() {
    for (answer, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood and more", "good"),
        ("HTTP/1.1 200 OK\r\n\r\ngood until the end", "good until the end"),
        ("HTTP/1.0 200\r\n\r\ngood", "good"),
        ("HTTP/1.1 200 OK\nContent-Length: 4\n\ngood", "good"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\ngood\r\n5\r\n 1234\r\n0\r\n\r\n", "good 1234"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Length: 99\r\n\r\n4\r\ngood\r\n0\r\nTrailer: x",
            "good",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hint\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "ok",
        ),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", ""),
        ("HTTP/1.1 304 Not Modified\r\n\r\nbody", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\ngood", "good"),
        ("HTTP/1.1 200 OK\r\nOdd header\r\nB@d: x\r\nContent-Length : 4\r\n\r\ngood", "good"),
    ] {
        let response = get(&Server::saying(answer).url("/")).unwrap_or_else(|broken| panic!("{answer}: {broken}"));
        assert_eq!(String::from_utf8_lossy(&response.body), body, "{answer}");
    }
}

#[test]
fn a_status_is_handed_on_with_its_body_and_waiting_time() {
    let answer = "HTTP/1.1 429 Slow Down\r\nRetry-After: 120\r\nContent-Length: 5\r\n\r\nabuse";
    let response = get(&Server::saying(answer).url("/")).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (429, &b"abuse"[..]));
    assert_eq!(response.retry_after, Some(Duration::from_secs(120)));
    let answer = "HTTP/1.1 503 Down\r\nRetry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n\r\n";
    let far = get(&Server::saying(answer).url("/")).unwrap().retry_after;
    assert_eq!(far, Some(Duration::from_secs(7 * 86400)));
}

#[test]
fn the_clock_of_the_server_is_handed_on() {
    let answer = "HTTP/1.1 401 Late\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n";
    let then = UNIX_EPOCH + Duration::from_secs(784_111_777);
    assert_eq!(get(&Server::saying(answer).url("/")).unwrap().date, Some(then));
}

#[test]
fn cookies_are_handed_on_as_they_are_given_back() {
    let cookie = |fields: &str| {
        let answer = format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 4\r\n\r\ngood");
        get(&Server::saying(answer).url("/")).unwrap().cookie
    };
    let two = "Set-Cookie: domrobot=s1; path=/; secure; HttpOnly\r\nset-cookie: lang=en\r\nSet-Cookie: odd\r\n";
    assert_eq!(cookie(two), Some(Secret::new("domrobot=s1; lang=en")));
    assert_eq!(cookie(""), None);
}

#[test]
fn an_answer_in_pieces_of_one_byte_is_one_answer() {
    let server = Server::start(|_, stream| {
        stream.set_nodelay(true).unwrap();
        for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n" {
            stream.write_all(&[*byte]).unwrap_or_default();
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(get(&server.url("/")).unwrap().body, b"good");
}

#[test]
fn an_answer_of_10_mb_is_cut_at_the_limit_and_not_waited_for() {
    for head in ["Content-Length: 10485760\r\n", "", "Transfer-Encoding: chunked\r\n"] {
        let server = Server::start(move |_, stream| {
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes());
            let block = vec![b'x'; 1 << 16];
            for _ in 0..160 {
                let size = if head.starts_with('T') { "10000\r\n" } else { "" };
                let end = if head.starts_with('T') { "\r\n" } else { "" };
                let whole = [size.as_bytes(), &block, end.as_bytes()].concat();
                if stream.write_all(&whole).is_err() {
                    return;
                }
            }
        });
        let body = get(&server.url("/")).unwrap().body;
        assert!(body.len() == BODY_LIMIT && body.iter().all(|&b| b == b'x'), "{head}: {}", body.len());
    }
}

#[test]
fn nuls_are_bytes_like_others_in_a_body_and_no_http_before_it() {
    let answer = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[0; 1000]].concat();
    assert_eq!(get(&Server::saying(answer).url("/")).unwrap().body, [0; 1000]);
    let why = protocol(get(&Server::saying([0; 1000]).url("/")));
    assert!(why.starts_with("this is no HTTP: '....") && why.len() < 100, "{why}");
}

#[test]
fn what_is_no_whole_answer_is_said_to_be_broken() {
    for (answer, why) in [
        ("", "closed without an answer"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "middle of the head"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ngood", "middle of the answer"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngo", "middle of the answer"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n", "middle of the answer"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\ngood\r\n", "chunks the wrong way"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngood\r\n", "chunks the wrong way"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "transfer coding 'gzip'"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\ngood", "no number"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ngood", "or as two"),
        ("HTTP/1.1 101 Switching\r\n\r\n", "another protocol"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "no HTTP: 'SSH-2.0"),
        ("good", "in the middle of the head|no HTTP: 'good'"),
    ] {
        let said = protocol(get(&Server::saying(answer).url("/")));
        assert!(why.split('|').any(|why| said.contains(why)), "{answer:?}: {said}");
    }
    let fields = "X: y\r\n".repeat(65);
    let said = protocol(get(&Server::saying(format!("HTTP/1.1 200 OK\r\n{fields}\r\n")).url("/")));
    assert!(said.contains("more than 64"), "{said}");
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(40000));
    let said = protocol(get(&Server::saying(endless).url("/")));
    assert!(said.contains("longer than"), "{said}");
}

#[test]
fn a_connection_that_is_reset_is_an_error_and_no_second_request() {
    let server = Server::start(|_, stream| {
        let zero = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        nix::sys::socket::setsockopt(stream, nix::sys::socket::sockopt::Linger, &zero).unwrap();
    });
    let why = protocol(get(&server.url("/")));
    assert!(why.contains("reset"), "{why}");
    assert_eq!(server.requests().len(), 1);
}

// ------------------------------------------------------------------ redirects

/// Answers `/from...` with a redirect, everything else with "there".
fn redirecting(status: u16, location: String) -> Server {
    Server::start(move |request, stream| {
        let answer = match request.split(' ').nth(1) {
            Some(path) if path.starts_with("/from") => {
                format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 5\r\n\r\nmoved")
            }
            _ => ok("there"),
        };
        stream.write_all(answer.as_bytes()).unwrap_or_default();
    })
}

#[test]
fn a_redirect_of_a_get_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let server = redirecting(status, "to?x=1#y".to_owned());
        assert_eq!(get(&server.url("/from")).unwrap().body, b"there", "{status}");
        assert!(server.requests()[1].starts_with("GET /to?x=1 HTTP/1.1\r\n"));
    }
    let other = Server::saying(ok("elsewhere"));
    let server = redirecting(302, format!("http://user:pw@other.test:{}/", other.address.port()));
    assert_eq!(get(&server.url("/from")).unwrap().body, b"elsewhere");
    assert!(!other.requests()[0].contains("Authorization"));
}

#[test]
fn a_redirect_that_is_no_redirect_is_handed_on() {
    for (status, location) in [(300, "/to"), (304, "/to"), (305, "/to"), (302, "ftp://localhost/"), (302, "http://[/")]
    {
        let server = redirecting(status, location.to_owned());
        assert_eq!(get(&server.url("/from")).unwrap().status, status);
        assert_eq!(server.requests().len(), 1);
    }
    let server = redirecting(307, "/to".to_owned());
    let mut request = Request::get(Url::parse(&server.url("/from")).unwrap());
    request.method = "POST";
    assert_eq!(wire().exchange(&request, &Route::default()).unwrap().status, 307);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_loop_of_redirects_ends_after_five() {
    let server = redirecting(302, "/from/again".to_owned());
    let response = get(&server.url("/from")).unwrap();
    assert_eq!((response.status, response.body.as_slice()), (302, &b"moved"[..]));
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn no_secret_follows_a_redirect_to_another_server() {
    let other = Server::saying(ok("elsewhere"));
    let server = redirecting(302, format!("http://other.test:{}/", other.address.port()));
    let plain = Request::get(Url::parse(&server.url("/from?pw=geheim")).unwrap());
    let mut login = plain.clone();
    login.url.login = Some(Secret::new("user:geheim"));
    let mut field = plain.clone();
    field.headers = vec![("X-Key", Secret::new("geheim"))];
    let query = Request { confidential: true, ..plain };
    for request in [login, field, query] {
        let response = wire().exchange(&request, &Route::default()).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (302, &b"moved"[..]));
    }
    // the same name on another port is another server
    let port = redirecting(302, format!("http://127.0.0.1:{}/", other.address.port()));
    let request = Request { confidential: true, ..Request::get(Url::parse(&port.url("/from")).unwrap()) };
    assert_eq!(wire().exchange(&request, &Route::default()).unwrap().status, 302);
    assert_eq!(other.requests(), [""; 0]);
}

#[test]
fn a_login_follows_a_redirect_on_the_same_server() {
    let server = redirecting(302, "/to".to_owned());
    let url = format!("http://user:geheim@{}/from", server.address);
    assert_eq!(get(&url).unwrap().body, b"there");
    let basic = format!("Authorization: Basic {}\r\n", ddns::secret::base64(b"user:geheim"));
    assert!(server.requests().iter().all(|seen| seen.contains(&basic)));
}

#[test]
fn a_visit_follows_no_redirect_and_tells_where_it_leads_and_every_cookie() {
    let server = Server::saying(
        "HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nLocation: /to?x=1\r\nset-cookie:  b=\"2\"\r\nContent-Length: 0\r\n\r\n",
    );
    let mut request = Request::get(Url::parse(&server.url("/from")).unwrap());
    request.headers.push(("Cookie", Secret::new("c=3")));
    let (response, trail) = wire().visit(&request, &Route::default()).unwrap();
    assert_eq!((response.status, trail.location.as_deref()), (302, Some("/to?x=1")));
    assert_eq!(trail.cookies.iter().map(Secret::reveal).collect::<Vec<_>>(), [&b"a=1; Path=/"[..], b"b=\"2\""]);
    assert!(server.requests()[0].contains("\r\nCookie: c=3\r\n") && server.requests().len() == 1);
    assert!(!format!("{trail:?}").contains("a=1"));
}

//! The header by which a proxy says who asks: nothing that the client writes into it counts.

use crate::bed::http::{Answer, Ask};
use crate::bed::{Bed, HOST, PASSWORD, Said};

const TRUSTING: &str = "proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]\n";

fn behind_a_proxy() -> Bed {
    Bed::running(|plan| {
        TRUSTING.clone_into(&mut plan.daemon);
        plan.unlimited();
    })
}

fn ask() -> Ask {
    Ask::get(&format!("/update?hostname={HOST}")).user("ann", PASSWORD)
}

#[test]
fn only_the_last_hop_counts_however_much_stands_before_it() {
    let bed = behind_a_proxy();
    let said = |ask: Ask| bed.ask(&ask).body;
    let forwarded = |value: &str| said(ask().header("X-Forwarded-For", value));
    assert_eq!(forwarded("203.0.113.1, 198.51.100.1"), "good 198.51.100.1\n");
    assert_eq!(forwarded("127.0.0.1, 198.51.100.2"), "good 198.51.100.2\n", "a trusted address that the client wrote");
    assert_eq!(forwarded("203.0.113.1, 127.0.0.1, 198.51.100.3"), "good 198.51.100.3\n");
    assert_eq!(forwarded(&("203.0.113.1, ".repeat(500) + "198.51.100.4")), "good 198.51.100.4\n");
    assert_eq!(forwarded("\" , \\, \u{fc}, 198.51.100.5"), "good 198.51.100.5\n");
    let several = ask().header("X-Forwarded-For", "203.0.113.1").header("x-forwarded-for", "198.51.100.6");
    assert_eq!(said(several), "good 198.51.100.6\n", "the proxy's own line is the last");
    let hundred = (0..100).fold(ask(), |ask, _| ask.header("X-Forwarded-For", "203.0.113.1"));
    assert_eq!(bed.ask(&hundred.header("X-Forwarded-For", "198.51.100.7")).status, 431, "no such list is read");
    let other = ask().header("X_Forwarded_For", "203.0.113.1").header("Forwarded", "for=203.0.113.1");
    assert_eq!(said(other.header("X-Forwarded-For", "198.51.100.8")), "good 198.51.100.8\n");
    assert_eq!(bed.dig(HOST, "A"), ["60 198.51.100.8"]);
    for nobody in ["", "unknown", "198.51.100.9, unknown", "198.51.100.9, ", "198.51.100.9 203.0.113.1", "_hidden"] {
        assert_eq!(forwarded(nobody), "dnserr\n", "{nobody:?}: it is from the proxy itself then");
    }
    assert_eq!(bed.dig(HOST, "A"), ["60 198.51.100.8"]);
}

#[test]
fn what_a_proxy_and_we_could_read_differently_is_refused() {
    let bed = behind_a_proxy();
    let login = crate::bed::http::base64(format!("ann:{PASSWORD}").as_bytes());
    let head =
        format!("GET /update?hostname={HOST}&myip=192.0.2.1 HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {login}\r\n");
    let odd = [
        "X-Forwarded-For: 203.0.113.1,\r\n 198.51.100.1\r\n\r\n",
        "X-Forwarded-For : 198.51.100.1\r\n\r\n",
        "X-Forwarded-For: 198.51.100.1\r\nHost: b\r\n\r\n",
        "X-Forwarded-For: 198.51.100.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "X-Forwarded-For: 198.51.100.1\r\nContent-Length: +5\r\n\r\nhello",
        "X-Forwarded-For: 198.51.100.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "X-Forwarded-For: 198.51.100.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "X-Forwarded-For: 198.51.100.1\0\r\n\r\n",
    ];
    for rest in odd {
        let answer = Answer::to(bed.at(), format!("{head}{rest}").as_bytes());
        assert!(matches!(answer.status, 400 | 501), "{rest:?}: {answer:?}");
    }
    assert!(bed.dig(HOST, "A").is_empty());
    // length and chunks at once: the chunks count, and the connection ends, so that what is smuggled behind is no request
    let both = format!(
        "{head}X-Forwarded-For: 198.51.100.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\
         GET /update?hostname={HOST}&myip=192.0.2.66 HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {login}\r\n\r\n"
    );
    drop(Answer::to(bed.at(), both.as_bytes()));
    assert_ne!(bed.dig(HOST, "A"), ["60 192.0.2.66"]);
}

#[test]
fn every_version_of_http_makes_an_update() {
    let bed = Bed::running(crate::bed::plan::Plan::unlimited);
    let login = bed.file("login", "user = \"ben:Zx81Spectrum48K\"\n", 0o600);
    for (number, version) in ["--http1.0", "--http1.1", "--http2", "--http2-prior-knowledge"].into_iter().enumerate() {
        let url = format!(
            "http://127.0.0.1:{}/update?hostname=one.dyn.example.com&myip=192.0.2.{}",
            bed.plan.port,
            number + 1
        );
        let mut curl = std::process::Command::new("curl");
        let said = Said::of(curl.args(["-sS", "--max-time", "10", version, "-K"]).arg(&login).arg(&url), "").done();
        assert_eq!(said, format!("good 192.0.2.{}\n", number + 1), "{version}");
    }
}

#[test]
fn a_browser_that_another_site_s_page_sends_here_changes_nothing() {
    let bed = Bed::running(crate::bed::plan::Plan::unlimited);
    let ask = Ask::get(&format!("/update?hostname={HOST}&myip=192.0.2.1")).user("ann", PASSWORD);
    for site in ["cross-site", "same-site"] {
        assert_eq!(bed.ask(&ask.clone().header("Sec-Fetch-Site", site)).status, 401, "{site}");
    }
    assert!(bed.dig(HOST, "A").is_empty());
    for site in ["none", "same-origin"] {
        assert_eq!(bed.ask(&ask.clone().header("Sec-Fetch-Site", site)).status, 200, "{site}: typed by the user");
    }
}

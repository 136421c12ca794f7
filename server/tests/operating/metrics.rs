//! `/metrics`: what it tells is what happened, and Prometheus' own checker takes it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::bed::{Bed, PASSWORD};

fn checked(page: &str) -> String {
    let mut tool = Command::new("promtool");
    tool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tool = tool.spawn().expect("promtool is missing: install the package prometheus");
    tool.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let ended = tool.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    String::from_utf8([ended.stdout, ended.stderr].concat()).unwrap()
}

fn samples(page: &str) -> BTreeMap<String, f64> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

#[test]
fn promtool_finds_nothing_to_say_about_the_page() {
    let bed = Bed::running("", "");
    bed.curl(&format!("ann:{PASSWORD}"), "hostname=pc.dyn.example.com&myip=8.8.8.8");
    assert_eq!(checked(&bed.ask(&[], "/metrics")), "");
    let head = bed.ask(&["-I"], "/metrics");
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{head}");
}

#[test]
fn every_answer_and_push_and_refused_login_is_counted_once() {
    let bed = Bed::running("", "");
    let ann = format!("ann:{PASSWORD}");
    let requests = [
        (ann.as_str(), "hostname=pc.dyn.example.com&myip=8.8.8.8", "good 8.8.8.8\n"),
        (ann.as_str(), "hostname=pc.dyn.example.com&myip=8.8.8.8", "nochg 8.8.8.8\n"),
        (ann.as_str(), "hostname=pc.dyn.example.com,other.dyn.example.com&myip=8.8.4.4", "good 8.8.4.4\nnohost\n"),
        ("ann:wrong", "hostname=pc.dyn.example.com", "badauth\n"),
        ("ann:wrong", "hostname=pc.dyn.example.com", "badauth\n"),
        ("ann:wrong", "hostname=pc.dyn.example.com", "badauth\n"),
        ("ann:wrong", "hostname=pc.dyn.example.com", "abuse\n"),
    ];
    for (credentials, query, answer) in requests {
        assert_eq!(bed.curl(credentials, query), answer, "{query}");
    }
    crate::bed::curl(&[&format!("http://127.0.0.1:{}/update", bed.port)]);
    crate::bed::curl(&[&format!("http://127.0.0.1:{}/elsewhere", bed.port)]);
    let found = samples(&bed.ask(&[], "/metrics"));
    let table = [
        ("ddns_requests_total{answer=\"good\"}", 1.0),
        ("ddns_requests_total{answer=\"nochg\"}", 1.0),
        ("ddns_requests_total{answer=\"nohost\"}", 1.0),
        ("ddns_requests_total{answer=\"badauth\"}", 3.0),
        ("ddns_requests_total{answer=\"abuse\"}", 1.0),
        ("ddns_requests_total{answer=\"challenge\"}", 1.0),
        ("ddns_requests_total{answer=\"notfound\"}", 1.0),
        ("ddns_requests_total{answer=\"911\"}", 0.0),
        ("ddns_request_duration_seconds_count", 9.0),
        ("ddns_request_duration_seconds_bucket{le=\"+Inf\"}", 9.0),
        ("ddns_logins_refused_total{reason=\"wrong\"}", 3.0),
        ("ddns_logins_refused_total{reason=\"network\"}", 1.0),
        ("ddns_dns_pushes_total{outcome=\"applied\"}", 2.0),
        ("ddns_dns_push_duration_seconds_count", 2.0),
        ("ddns_hosts_pending", 0.0),
        ("ddns_letters_waiting", 0.0),
        ("ddns_password_hashes", 0.0),
        ("ddns_database_up", 1.0),
        ("ddns_log_lines_lost_total", 0.0),
    ];
    for (sample, value) in table {
        assert_eq!(found.get(sample), Some(&value), "{sample}");
    }
    assert!(found["ddns_connections_accepted_total"] >= 9.0);
    assert!(found["ddns_request_duration_seconds_sum"] > 0.0);
    assert!(found["process_resident_memory_bytes"] > 1e6 && found["process_open_fds"] > 5.0);
    assert!(found["process_start_time_seconds"] > 1.7e9);
    assert!(found.keys().any(|name| name.starts_with("ddns_build_info{version=\"")));
}

#[test]
fn requests_for_the_owners_page_are_counted_by_how_they_ended() {
    let bed = Bed::running("page = true\n", "");
    for path in ["", "", "no-such-page"] {
        crate::bed::curl(&[&format!("http://127.0.0.1:{}/{path}", bed.port)]);
    }
    let found = samples(&bed.ask(&[], "/metrics"));
    for (end, count) in [("shown", 2.0), ("declined", 1.0), ("failed", 0.0)] {
        assert_eq!(found.get(&format!("ddns_page_requests_total{{end=\"{end}\"}}")), Some(&count), "{end}");
    }
    assert_eq!(found.get("ddns_request_duration_seconds_count"), Some(&0.0), "they are no updates");
}

#[test]
fn nothing_that_a_client_sends_appears_on_the_page() {
    let bed = Bed::running("", "");
    bed.curl("mallory\"}:secretword", "hostname=evil.dyn.example.com&x=\"}\n");
    let page = bed.ask(&[], "/metrics");
    for word in ["mallory", "secretword", "evil", "dyn.example", "ann"] {
        assert!(!page.contains(word), "{word}");
    }
}

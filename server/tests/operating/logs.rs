//! Ids of requests: in every line that a request makes, and never the same twice.

use std::collections::BTreeSet;

use crate::bed::{Bed, PASSWORD, until};

fn ids(log: &str) -> Vec<String> {
    let fields = log.split_whitespace().filter_map(|word| word.strip_prefix("id="));
    fields.map(str::to_owned).collect()
}

#[test]
fn ids_of_two_runs_differ() {
    let mut bed = Bed::new("", "");
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        bed.run(|_| {});
        for _ in 0..3 {
            assert_eq!(bed.curl("ann:wrong", "hostname=pc.dyn.example.com"), "badauth\n");
        }
        until("three lines", || ids(&bed.text("log")).len() == 3);
        seen.extend(ids(&bed.text("log")));
        bed.signal("TERM");
        assert_eq!(bed.ended(), Some(0));
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    let runs: BTreeSet<_> = seen.iter().map(|id| id.split_once('-').unwrap().0).collect();
    assert_eq!(runs.len(), 2, "{seen:?}");
}

#[test]
fn a_warning_has_its_request_s_id_also_when_only_warnings_are_logged() {
    let bed = Bed::running("log_level = \"WARNING\"\n", "");
    assert_eq!(bed.curl("ann:wrong", "hostname=pc.dyn.example.com"), "badauth\n");
    until("the line", || bed.text("log").contains("wrong user name or password id="));
}

#[test]
fn an_accepted_change_is_one_line_with_the_address_before_what_users_chose() {
    let bed = Bed::running("log_requests = true\n", "");
    let answer = bed.curl(&format!("ann:{PASSWORD}"), "hostname=pc.dyn.example.com&myip=8.8.8.8,2001:4860::8");
    assert_eq!(answer, "good 8.8.8.8 2001:4860::8\n");
    until("two lines", || bed.text("log").contains(" updated ") && ids(&bed.text("log")).len() == 2);
    let log = bed.text("log");
    let line = log.lines().find(|line| line.contains(" updated ")).unwrap();
    let words = "client=127.0.0.1 host=pc.dyn.example.com user=ann old=[] new=\"8.8.8.8 2001:4860::8\"";
    assert!(line.ends_with(words) && line.contains(" INFO updated id="), "{line}");
    let all = ids(&log);
    assert_eq!((all.len(), all[0] == all[1]), (2, true), "the request's own line has the same id: {log}");
    assert!(!log.contains(PASSWORD) && log.matches(" updated ").count() == 1, "{log}");
}

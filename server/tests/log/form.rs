//! What a line looks like.

use ddns_service::config::LogLevel;
use ddns_service::log;
use tracing::{debug, error, info, info_span, warn};

use crate::scan::{secrets_in, shows};
use crate::{Folder, to_file, written};

/// The lines that `say` makes, without their times.
fn lines(name: &str, level: LogLevel, debug: bool, say: impl FnOnce()) -> Vec<String> {
    let folder = Folder::new(name);
    let mut settings = to_file(&folder.at("log"), 0, 0);
    settings.log_level = level;
    let (dispatch, handle) = log::open(&settings, debug).unwrap();
    tracing::dispatcher::with_default(&dispatch, say);
    written(&handle);
    let text = folder.text("log");
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn a_line_is_time_level_message_and_fields() {
    let folder = Folder::new("whole");
    let (dispatch, handle) = log::open(&to_file(&folder.at("log"), 0, 0), false).unwrap();
    tracing::dispatcher::with_default(
        &dispatch,
        || info!(target: "ddns_service", address = %"192.0.2.1", hosts = 3, ok = true, "updated"),
    );
    written(&handle);
    let text = folder.text("log");
    let (time, rest) = text.split_once(' ').unwrap();
    assert_eq!(rest, "INFO updated address=192.0.2.1 hosts=3 ok=true\n");
    let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000Z");
}

#[test]
fn no_user_data_makes_a_second_line_or_a_second_field() {
    let evil = "x\" user=root\nERROR forged\r\u{1b}[2J\u{2028}\0";
    let said = lines("forged", LogLevel::Info, false, || {
        warn!(user = evil, address = %"192.0.2.1", "wrong credentials");
        warn!("host {evil}");
    });
    let quoted = "\"x\\\" user=root\\nERROR forged\\r\\u{1b}[2J\\u{2028}\\u{0}\"";
    assert_eq!(
        said,
        [
            format!("WARNING wrong credentials user={quoted} address=192.0.2.1"),
            format!("WARNING \"host {}", &quoted[1..]),
        ]
    );
}

#[test]
fn a_spans_fields_stand_in_each_line_inside_it() {
    let said = lines("spans", LogLevel::Info, false, || {
        let outer = info_span!(target: "ddns_service", "request", id = "r1", user = tracing::field::Empty);
        outer.record("user", "a b");
        outer.in_scope(|| {
            info_span!(target: "ddns_service", "host", host = "h")
                .in_scope(|| info!(target: "ddns_service", code = "good", "answered"));
        });
        info!(target: "ddns_service", "outside");
    });
    assert_eq!(said, ["INFO answered id=r1 user=\"a b\" host=h code=good", "INFO outside"]);
}

#[test]
fn levels_cut_and_debug_cuts_nothing() {
    let words = ["DEBUG d", "INFO i", "WARNING w", "ERROR e"];
    for (at, level) in [LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error].into_iter().enumerate() {
        let target = format!("level{at}");
        assert_eq!(lines(&target, level, false, say_ours), words[at..], "{level:?}");
    }
    assert_eq!(lines("debug", LogLevel::Error, true, say_ours), words);
}

/// Events of this test program have its own name as their target; the log takes only the service's below a warning.
fn say_ours() {
    debug!(target: "ddns_service::x", "d");
    info!(target: "ddns_service::x", "i");
    warn!(target: "ddns_service::x", "w");
    error!(target: "ddns_service::x", "e");
}

#[test]
fn other_crates_are_heard_when_they_warn_or_at_debug_and_never_with_heads_of_requests() {
    let say = || {
        info!(target: "sqlx::query", "select");
        warn!(target: "sqlx::query", "slow");
        debug!(target: "rustls::client", "hello");
        debug!(target: "h2::proto", "GET /update?password=hunter2");
        warn!(target: "hyper::proto", "reset");
    };
    assert_eq!(lines("others", LogLevel::Info, false, say), ["WARNING slow", "WARNING reset"]);
    let loud = lines("others-debug", LogLevel::Debug, false, say);
    assert_eq!(loud, ["INFO select", "WARNING slow", "DEBUG hello", "WARNING reset"]);
    assert_eq!(shows(&loud.join("\n"), &["hunter2"]), None);
}

#[test]
fn the_scan_for_secrets_finds_them_however_they_are_written() {
    let secret = "p\u{e4}ss wd+1";
    assert_eq!(secrets_in(secret).len(), 4);
    for form in ["x p\u{e4}ss wd+1 y", "p%C3%A4ss%20wd%2B1", "p%c3%a4ss+wd%2b1", "authorization cMOkc3Mgd2QrMQ=="] {
        assert!(shows(form, &[secret]).is_some(), "{form}");
    }
    assert_eq!(shows("nothing here", &[secret]), None);
}

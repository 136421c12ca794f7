//! A provider that must be left alone.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::bed::{Bed, SOON, Says, WRONG_PASSWORD, on};

/// Several checks long.
const CHECKS: Duration = Duration::from_millis(3300);

/// Why `ddns status` says the provider is left alone.
fn hold(bed: &Bed) -> Option<String> {
    let ran = bed.ddns(&["status", "home", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    all[0]["hold"].as_str().map(str::to_owned)
}

#[test]
fn a_wrong_password_is_asked_once_and_the_owner_is_told_once_what_to_do() {
    on(|bed| {
        bed.configure(&[("password", WRONG_PASSWORD)]);
        let _running = bed.start_home();
        bed.quiet_for(CHECKS);
        assert_eq!(bed.asked().len(), 1);
        assert_eq!(bed.logged("check username and password"), 1, "{}", bed.story());
        assert_eq!(hold(bed).as_deref(), Some("refused"));
        assert_eq!(bed.dns(), ["192.0.2.99"]);
    });
}

#[test]
fn a_changed_configuration_lifts_a_hold_and_a_changed_address_does_not() {
    on(|bed| {
        bed.configure(&[("password", WRONG_PASSWORD), ("check_interval", "600")]);
        let running = bed.start_home();
        bed.ip(
            "addr del 203.0.113.7/24 dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1",
        );
        bed.quiet_for(Duration::from_millis(600));
        running.signal(Signal::SIGHUP);
        bed.quiet_for(Duration::from_millis(300));
        bed.configure(&[("check_interval", "600")]);
        running.signal(Signal::SIGHUP);
        bed.until("DNS follows", SOON, || bed.dns() == ["203.0.113.8"]);
        bed.until("the end of the hold", SOON, || hold(bed).is_none());
        assert_eq!(bed.asked().len(), 2);
    });
}

#[test]
fn a_hold_outlives_the_process_but_not_a_start_by_the_owner() {
    on(|bed| {
        bed.configure(&[("password", WRONG_PASSWORD), ("check_interval", "600")]);
        let running = bed.start_home();
        running.terminate();
        // as procd or hotplug start it
        let running = bed.start_home();
        bed.quiet_for(Duration::from_millis(300));
        running.terminate();
        assert_eq!(bed.ddns(&["start", "home"]).code, Some(0));
        bed.until_asked(2);
    });
}

#[test]
fn abuse_is_a_hold_of_an_hour_at_least() {
    on(|bed| {
        bed.provider_says(Says::Text(200, "abuse\n", ""));
        bed.configure(&[]);
        let _running = bed.start_home();
        bed.quiet_for(CHECKS);
        assert_eq!(hold(bed).as_deref(), Some("slow-down"));
    });
}

#[test]
fn too_many_requests_waits_as_long_as_the_provider_says() {
    on(|bed| {
        bed.provider_says(Says::Text(429, "slowly\n", "Retry-After: 2\r\n"));
        bed.configure(&[]);
        let _running = bed.start_home();
        assert_eq!(hold(bed).as_deref(), Some("slow-down"));
        bed.until_asked(2);
        let asked = bed.asked();
        let wait = asked[1].at.duration_since(asked[0].at);
        assert!(wait >= Duration::from_millis(1900), "{wait:?}");
    });
}

#[test]
fn a_server_in_trouble_is_asked_ever_more_rarely() {
    on(|bed| {
        bed.provider.borrow().next(Says::Text(200, "911\n", ""));
        bed.provider_says(Says::Text(500, "oops\n", ""));
        bed.configure(&[]);
        let _running = bed.start_home();
        assert_eq!(hold(bed).as_deref(), Some("server-trouble"));
        bed.until("three requests", SOON, || bed.asked().len() >= 3);
        let at: Vec<_> = bed.asked().iter().map(|asked| asked.at).collect();
        let (first, second) = (at[1].duration_since(at[0]), at[2].duration_since(at[1]));
        // one and two seconds with their jitter; a process that executes itself anew remembers whole seconds
        assert!(first >= Duration::from_millis(700), "{first:?}");
        assert!(second >= Duration::from_millis(1400), "{second:?}");
        bed.provider_says(Says::Honest);
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
        bed.until("the end of the hold", SOON, || hold(bed).is_none());
    });
}

#[test]
fn a_provider_that_is_not_reached_is_asked_again_after_the_retry_interval() {
    on(|bed| {
        bed.provider.borrow().next(Says::Close);
        bed.configure(&[("check_interval", "600")]);
        let _running = bed.start_home();
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
        let asked = bed.asked();
        let wait = asked.last().unwrap().at.duration_since(asked[0].at);
        assert!(wait >= Duration::from_millis(900), "{wait:?} {}", bed.story());
    });
}

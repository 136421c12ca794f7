//! The main way: an address, an update, the files of a section.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::bed::{PASSWORD, SOON, Says, USER, on};

#[test]
fn a_first_update_reaches_the_provider_dns_follows_and_the_files_hold_the_texts_of_the_contract() {
    on(|bed| {
        bed.configure(&[("check_interval", "10"), ("check_unit", "minutes")]);
        let before = uptime();
        let running = bed.start_home();
        assert_eq!(bed.status("ip").as_deref(), Some("192.0.2.99\n"));
        let [asked] = &bed.asked()[..] else { panic!("{}", bed.story()) };
        assert_eq!(asked.method, "GET");
        assert_eq!(asked.target, "/nic/update?hostname=home.example.net&myip=203.0.113.7");
        assert_eq!(asked.field("host"), Some("provider.example"));
        assert!(asked.field("user-agent").is_some_and(|agent| !agent.is_empty()));
        assert_eq!(asked.peer.ip().to_string(), "203.0.113.7");
        let basic = ddns::secret::base64(format!("{USER}:{PASSWORD}").as_bytes());
        assert_eq!(asked.field("authorization"), Some(&*format!("Basic {basic}")));
        assert_eq!(bed.dns(), ["203.0.113.7"]);
        assert_eq!(bed.status("pid"), Some(format!("{}\n", running.pid())));
        assert_eq!(bed.status("dat").as_deref(), Some("good 203.0.113.7\n"));
        assert_eq!(bed.status("err"), None);
        let moment = |file| whole(&bed.status(file).unwrap());
        assert!((before..=uptime()).contains(&moment("update")));
        assert!((600..=630).contains(&(moment("nextcheck") - moment("update"))));
        running.terminate();
        for gone in ["pid", "dat", "err"] {
            assert_eq!(bed.status(gone), None, "{gone}");
        }
        for stays in ["update", "nextcheck", "ip"] {
            assert!(bed.status(stays).is_some(), "{stays}");
        }
    });
}

#[test]
fn a_name_that_is_not_in_dns_yet_is_updated() {
    on(|bed| {
        let new = [("domain", "new.example.net"), ("lookup_host", "new.example.net")];
        bed.configure(&[&new[..], &[("check_interval", "600")]].concat());
        let running = bed.start_home();
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        assert_eq!(bed.status("ip").as_deref(), Some("\n"));
        assert_eq!(bed.named.borrow().lookup("new.example.net", "A").unwrap(), ["203.0.113.7"]);
        bed.configure(&new);
        running.signal(Signal::SIGHUP);
        bed.until("DNS follows", SOON, || bed.status("ip").as_deref() == Some("203.0.113.7\n"));
        assert_eq!(bed.asked().len(), 1);
    });
}

#[test]
fn the_first_update_is_sent_although_dns_is_dead() {
    on(|bed| {
        std::fs::write(bed.router.path("etc/hosts"), "198.51.100.10 provider.example\n").unwrap();
        bed.named.borrow_mut().end();
        bed.provider_says(Says::GoodOnly);
        bed.configure(&[]);
        let _running = bed.start_home();
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        bed.quiet_for(Duration::from_millis(2200));
    });
}

#[test]
fn an_ipv6_section_sends_the_ipv6_address_in_full_over_ipv6() {
    on(|bed| {
        bed.configure(&[("use_ipv6", "1"), ("check_interval", "600")]);
        let _running = bed.start_home();
        assert_eq!(bed.sent(), ["2001:0db8:0001:0000:0000:0000:0000:0007"]);
        assert!(bed.asked()[0].peer.is_ipv6());
        assert_eq!(bed.named.borrow().lookup("home.example.net", "AAAA").unwrap(), ["2001:db8:1::7"]);
    });
}

#[test]
fn hangup_reads_the_configuration_and_a_changed_domain_is_updated() {
    on(|bed| {
        bed.configure(&[("check_interval", "600")]);
        let running = bed.start_home();
        bed.configure(&[
            ("check_interval", "600"),
            ("domain", "next.example.net"),
            ("lookup_host", "next.example.net"),
        ]);
        running.signal(Signal::SIGHUP);
        bed.until_asked(2);
        assert_eq!(bed.asked()[1].query("hostname"), Some("next.example.net"));
    });
}

#[test]
fn hangup_without_any_change_sends_nothing() {
    on(|bed| {
        bed.configure(&[("check_interval", "600")]);
        let running = bed.start_home();
        running.signal(Signal::SIGHUP);
        bed.until("a check", SOON, || bed.logged("configuration read again") == 1);
        bed.quiet_for(Duration::from_millis(300));
        assert!(running.lives());
    });
}

#[test]
fn a_section_that_runs_once_ends_with_code_0_when_it_is_done() {
    on(|bed| {
        bed.configure(&[("force_interval", "0")]);
        let running = bed.start(&["run", "home"]);
        assert_eq!(running.until_end(SOON).code(), Some(0), "{}", bed.story());
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        assert_eq!(bed.status("pid"), None);
        assert!(bed.status("update").is_some());
    });
}

#[test]
fn a_lost_record_is_not_sent_again_each_second() {
    on(|bed| {
        bed.provider_says(Says::GoodOnly);
        bed.configure(&[]);
        let _running = bed.start_home();
        bed.quiet_for(Duration::from_millis(2300));
        assert_eq!(bed.asked().len(), 1);
    });
}

/// A number and a newline, nothing else.
fn whole(text: &str) -> u64 {
    let digits = text.strip_suffix('\n').unwrap();
    assert!(!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()), "{text:?}");
    digits.parse().unwrap()
}

fn uptime() -> u64 {
    let text = std::fs::read_to_string("/proc/uptime").unwrap();
    text.split('.').next().unwrap().parse().unwrap()
}

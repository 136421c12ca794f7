//! Sections of a real bed: addresses nobody has looked up yet, and one that runs.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bed::{Bed, SOON, on, section};
use crate::rpcd::{SESSION, call};
use crate::rules::{Seen, row};

#[test]
fn the_first_poll_after_boot_does_not_wait_for_dns_and_the_second_starts_nothing() {
    on(|bed| {
        bed.configure(&[("enabled", "0")]);
        let _ = std::fs::remove_dir_all(bed.router.path("var/run"));
        let first = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
        // a lookup in the background may be quicker than the rest of the answer
        let ip = &first["home"]["ip"];
        assert!((ip.is_null() || ip == "192.0.2.99") && first["home"]["next_update"] == "Disabled", "{first}");
        bed.until("a lookup in the background", SOON, || bed.status("ip").as_deref() == Some("192.0.2.99\n"));
        for path in ["var/run", "var/run/ddns"] {
            assert_eq!(bed.router.path(path).metadata().unwrap().permissions().mode() & 0o7777, 0o755, "{path}");
        }
        assert_eq!(bed.router.path("var/run/ddns/home.ip").metadata().unwrap().permissions().mode() & 0o777, 0o644);
        let asked = bed.named.borrow().queries("home.example.net");
        let second = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
        assert_eq!(second["home"]["ip"], "192.0.2.99");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(bed.named.borrow().queries("home.example.net"), asked);
    });
}

#[test]
fn with_a_silent_name_server_every_poll_answers_at_once() {
    on(|bed| {
        bed.configure(&[("enabled", "0")]);
        // an address behind the provider's router that swallows everything
        std::fs::write(bed.router.path("etc/resolv.conf"), "nameserver 192.0.2.53\n").unwrap();
        for _ in 0..2 {
            bed.within(Duration::from_secs(1), || {
                let all = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
                assert_eq!(all["home"]["ip"], Value::Null);
                assert!(bed.status("ip").is_some());
            });
        }
    });
}

#[test]
fn a_section_without_or_with_a_hostile_host_name_is_never_looked_up() {
    on(|bed| {
        let hostile = section("home", &[("lookup_host", "home.example.net; touch /tmp/x")]);
        let option = section("other", &[("lookup_host", "-x$(id).example.net"), ("domain", "")]);
        bed.router.configure(format!("{hostile}{option}config service 'half'\n\toption use_ipv6 '1'\n")).unwrap();
        let all = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
        assert_eq!(all.as_object().unwrap().len(), 3);
        std::thread::sleep(Duration::from_millis(300));
        assert!(!bed.named.borrow().log().contains("query:"), "{}", bed.named.borrow().log());
        let empty = |name: &str| std::fs::read_to_string(bed.router.path(&format!("var/run/ddns/{name}.ip"))).unwrap();
        assert!(["home", "other", "half"].iter().all(|name| empty(name) == "\n"));
    });
}

#[test]
fn a_running_section_is_shown_running_from_its_first_update_to_its_end() {
    on(|bed: &Bed| {
        bed.configure(&[("check_interval", "600"), ("force_interval", "72"), ("force_unit", "hours")]);
        let running = bed.start_home();
        let seen = Seen { enabled: Some("1"), force: Some("72"), unit: Some("hours") };
        let run = bed.router.path("var/run/ddns");
        let ours = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
        let row_of = || row(&run, "home", &seen);
        let same = |ours: &Value, theirs: &Value| ["ip", "pid"].iter().all(|key| ours[key] == theirs[key]);
        assert!(same(&ours["home"], &row_of()), "{ours} {}", row_of());
        assert_eq!(ours["home"]["pid"], running.pid());
        for key in ["last_update", "next_update", "next_check"] {
            assert!(ours["home"][key].as_str().is_some_and(|date| date.starts_with("20")), "{ours}");
        }
        running.terminate();
        let ours = call(&bed.router.root(), "get_services_status", SESSION).unwrap();
        assert_eq!((&ours["home"]["pid"], &ours["home"]["next_update"]), (&Value::Null, &json!("Stopped")));
        assert!(ours["home"]["last_update"].is_string());
    });
}

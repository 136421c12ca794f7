//! A name server of the owner's, told by dynamic update: BIND, which takes nothing without the key.

use std::fs;
use std::net::UdpSocket;
use std::time::Duration;

use crate::bed::named::change;
use crate::bed::net::{NAME_SERVER, PROVIDER_V4};
use crate::bed::{Bed, KEY, SOON, on};

const KEY_FILE: &str = "/etc/config/home.key";

/// Section `home` with the key in its options.
fn configure(bed: &Bed, options: &[(&str, &str)]) {
    let usual = [
        ("update_url", ""),
        ("service_name", "bind-nsupdate"),
        ("username", "home-key"),
        ("password", KEY),
        ("dns_server", NAME_SERVER),
    ];
    bed.configure(&[&usual[..], options].concat());
}

#[test]
fn a_key_file_is_enough_the_zone_tells_its_server_and_each_new_address_is_published() {
    on(|bed| {
        let key = format!("key \"home-key\" {{\n\talgorithm hmac-sha256;\n\tsecret \"{KEY}\";\n}};\n");
        fs::write(bed.router.path(&KEY_FILE[1..]), key).unwrap();
        let file = format!("key_file={KEY_FILE}");
        configure(bed, &[("username", ""), ("password", ""), ("dns_server", ""), ("param_opt", &file)]);
        let running = bed.start_home();
        assert_eq!(bed.dns(), ["203.0.113.7"], "{}", bed.story());
        bed.until("DNS is asked again", SOON, || bed.status("ip").as_deref() == Some("203.0.113.7\n"));
        bed.ip(
            "addr del 203.0.113.7/24 dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1",
        );
        bed.until("the new address", SOON, || bed.dns() == ["203.0.113.8"]);
        assert_eq!(bed.named.borrow().updates(), 2, "{}", bed.named.borrow().log());
        assert!(bed.asked().is_empty());
        running.terminate();
    });
}

#[test]
fn a_right_record_costs_one_question_and_use_api_check_asks_the_primary_with_the_key() {
    on(|bed| {
        change(&bed.net, "home.example.net", "203.0.113.7".parse().unwrap()).unwrap();
        let before = bed.named.borrow().updates();
        configure(bed, &[("use_api_check", "1"), ("check_interval", "600")]);
        let running = bed.start_home();
        assert_eq!(bed.status("ip").as_deref(), Some("203.0.113.7\n"), "{}", bed.story());
        let named = bed.named.borrow();
        assert_eq!(named.updates(), before);
        let log = named.log();
        let signed = log.lines().filter(|line| line.contains("query: home.example.net IN A -S")).count();
        // one for what is registered, one for the first update of a process
        assert!((1..=2).contains(&signed) && !log.contains("IN SOA"), "{log}");
        running.terminate();
    });
}

#[test]
fn a_wrong_secret_is_a_refusal_that_is_not_tried_again() {
    on(|bed| {
        let wrong = KEY.replace("Fk3Z", "Gk3Z");
        configure(bed, &[("password", &wrong)]);
        let running = bed.start_home();
        bed.until("the refusal", SOON, || {
            bed.logged("BADSIG: the secret is not the one it has for key 'home-key'") == 1
        });
        std::thread::sleep(Duration::from_millis(2300));
        assert_eq!(bed.logged("BADSIG"), 1, "{}", bed.log());
        assert_eq!(bed.dns(), ["192.0.2.99"]);
        assert!(running.lives());
    });
}

#[test]
fn what_cannot_leave_by_the_bound_network_is_not_sent() {
    on(|bed| {
        configure(bed, &[("bind_network", "lan0")]);
        let running = bed.start(&["run", "home"]);
        bed.until("the decision", SOON, || bed.logged("sending 203.0.113.7") > 0);
        std::thread::sleep(Duration::from_millis(300));
        running.terminate();
        assert_eq!(bed.dns(), ["192.0.2.99"], "{}", bed.story());
        configure(bed, &[("bind_network", "wan0")]);
        let _running = bed.start(&["run", "home"]);
        bed.until("the update by the other one", SOON, || bed.dns() == ["203.0.113.7"]);
    });
}

#[test]
fn sigterm_ends_the_wait_for_a_silent_name_server_at_once() {
    on(|bed| {
        let silent = bed.net.do_there(|| UdpSocket::bind((PROVIDER_V4, 5300))).unwrap();
        silent.set_read_timeout(Some(SOON)).unwrap();
        configure(bed, &[("dns_server", &format!("{PROVIDER_V4}:5300")), ("use_api_check", "1")]);
        let running = bed.start(&["run", "home"]);
        silent.recv(&mut [0; 512]).unwrap();
        println!("ended after {:?}", running.terminate());
        assert_eq!(bed.status("pid"), None);
    });
}

#[test]
fn the_owner_reads_which_options_there_are_and_which_are_missing() {
    on(|bed| {
        let told = bed.ddns(&["providers", "bind-nsupdate"]).out;
        for part in [
            "bind-nsupdate: IPv4, IPv6; DNS",
            "option username",
            "ALGORITHM:NAME",
            "key_file=PATH",
            "optional: the primary",
        ] {
            assert!(told.contains(part), "{told}");
        }
        configure(bed, &[("username", "hmac-md5:old"), ("password", "")]);
        let checked = bed.ddns(&["check"]);
        let missing = "section 'home', option 'password': missing: bind-nsupdate wants the key's secret in base64";
        assert!(checked.code == Some(1) && checked.out.contains(missing), "{checked:?}");
        configure(bed, &[("username", "hmac-md5:old")]);
        let checked = bed.ddns(&["check"]);
        let weak = "warning: /etc/config/ddns: section 'home', option 'username': hmac-md5 is for old keys only";
        assert!(checked.code == Some(0) && checked.out.contains(weak), "{checked:?}");
        configure(bed, &[("param_opt", "key_file=/etc/config/none.key")]);
        let checked = bed.ddns(&["check"]);
        let unread = "option 'param_opt', value '/etc/config/none.key': this key file cannot be read";
        assert!(checked.code == Some(1) && checked.out.contains(unread), "{checked:?}");
    });
}

//! An address that changes.

use std::time::{Duration, Instant};

use crate::bed::{Bed, Says, on};

/// Without polling: the next check is far away.
const FAR: [(&str, &str); 2] = [("check_interval", "10"), ("check_unit", "minutes")];
/// From the change to the request on the wire.
const LIMIT: Duration = Duration::from_millis(500);

/// What a router does when its provider gives it another address.
fn renumber(bed: &Bed, old: &str, new: &str) {
    bed.ip(&format!(
        "addr del {old}/24 dev wan0\naddr add {new}/24 dev wan0\nroute replace default via 203.0.113.1 dev wan0"
    ));
}

#[test]
fn a_new_address_is_on_the_wire_in_less_than_half_a_second() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        let mut times = Vec::new();
        for last in 8..12 {
            let (old, new) = (format!("203.0.113.{}", last - 1), format!("203.0.113.{last}"));
            let changed = Instant::now();
            renumber(bed, &old, &new);
            bed.until_asked(last - 6);
            let asked = bed.asked();
            let took = asked.last().unwrap().at.duration_since(changed);
            assert_eq!(asked.last().unwrap().query("myip"), Some(&*new));
            assert!(took < LIMIT, "{took:?}");
            times.push(took.as_millis());
            bed.until("DNS follows", LIMIT, || bed.dns() == [new.clone()]);
            bed.until("the answer", LIMIT, || bed.logged("update accepted") == asked.len());
        }
        println!("from the change of address to the request: {times:?} ms");
        assert_eq!(bed.asked().len(), 5);
    });
}

#[test]
fn a_new_ipv6_address_is_on_the_wire_in_less_than_half_a_second() {
    on(|bed| {
        bed.configure(&[FAR[0], FAR[1], ("use_ipv6", "1")]);
        let _running = bed.start_home();
        let changed = Instant::now();
        bed.ip("addr add 2001:db8:1::8/64 dev wan0 nodad\naddr del 2001:db8:1::7/64 dev wan0\nroute replace default via 2001:db8:1::1");
        bed.until_asked(2);
        let took = bed.asked()[1].at.duration_since(changed);
        println!("from the change of the IPv6 address to the request: {} ms", took.as_millis());
        assert!(took < LIMIT, "{took:?}");
        assert_eq!(bed.asked()[1].address(), "2001:db8:1::8".parse().ok());
    });
}

#[test]
fn an_address_that_changes_while_the_provider_is_slow_does_not_wait_for_it() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        bed.provider.borrow().next(Says::Late(Duration::from_secs(20)));
        renumber(bed, "203.0.113.7", "203.0.113.8");
        bed.until_asked(2);
        let changed = Instant::now();
        renumber(bed, "203.0.113.8", "203.0.113.9");
        bed.until_asked(3);
        assert_eq!(bed.sent(), ["203.0.113.7", "203.0.113.8", "203.0.113.9"]);
        let took = bed.asked()[2].at.duration_since(changed);
        println!("from the change of address in mid-transfer to the next request: {} ms", took.as_millis());
        assert!(took < Duration::from_millis(900), "{took:?}");
        bed.until("DNS follows", LIMIT, || bed.dns() == ["203.0.113.9"]);
    });
}

#[test]
fn another_interface_that_changes_costs_no_request_and_no_dns_question() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        let queries = bed.named.borrow().queries("home.example.net");
        bed.ip("addr add 192.168.1.2/24 dev lan0\naddr add 2001:db8:77::1/64 dev lan0 nodad");
        // beyond the second look
        bed.quiet_for(Duration::from_millis(2500));
        assert_eq!(bed.named.borrow().queries("home.example.net"), queries);
        assert!(queries > 0);
    });
}

#[test]
fn an_address_that_goes_and_comes_again_is_not_sent_twice_but_another_one_is() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        bed.ip("addr del 203.0.113.7/24 dev wan0");
        bed.quiet_for(Duration::from_millis(400));
        bed.ip("addr add 203.0.113.7/24 dev wan0\nroute replace default via 203.0.113.1");
        bed.quiet_for(Duration::from_millis(400));
        bed.ip("addr del 203.0.113.7/24 dev wan0");
        bed.quiet_for(Duration::from_millis(300));
        bed.ip("addr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1");
        bed.until_asked(2);
        assert_eq!(bed.sent(), ["203.0.113.7", "203.0.113.8"]);
    });
}

#[test]
fn a_line_that_comes_up_later_is_not_waited_for_until_the_next_check() {
    on(|bed| {
        bed.ip("addr del 203.0.113.7/24 dev wan0");
        bed.configure(&[FAR[0], FAR[1], ("retry_interval", "600")]);
        let _running = bed.start_home();
        assert!(bed.asked().is_empty());
        let changed = Instant::now();
        bed.ip("addr add 203.0.113.9/24 dev wan0\nroute replace default via 203.0.113.1");
        bed.until_asked(1);
        assert_eq!(bed.sent(), ["203.0.113.9"]);
        assert!(bed.asked()[0].at.duration_since(changed) < LIMIT);
    });
}

#[test]
fn fifty_changes_in_two_seconds_are_a_few_requests_and_the_last_one_is_right() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        for last in 8..58 {
            let next = Instant::now() + Duration::from_millis(40);
            renumber(bed, &format!("203.0.113.{}", last - 1), &format!("203.0.113.{last}"));
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        bed.until("the last address in DNS", Duration::from_secs(3), || bed.dns() == ["203.0.113.57"]);
        let sent = bed.sent();
        assert!(sent.len() <= 5, "{sent:?}");
        assert_eq!(sent.last().unwrap(), "203.0.113.57");
        bed.quiet_for(Duration::from_millis(300));
    });
}

#[test]
fn a_private_address_is_not_sent_and_the_owner_is_told() {
    on(|bed| {
        bed.ip("addr del 203.0.113.7/24 dev wan0\naddr add 10.1.2.3/24 dev wan0");
        bed.configure(&FAR);
        let _running = bed.start_home();
        bed.quiet_for(Duration::from_millis(200));
        assert_eq!(bed.logged("10.1.2.3 is private"), 1, "{}", bed.story());
    });
}

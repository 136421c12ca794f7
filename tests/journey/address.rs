//! An address that changes.

use std::time::{Duration, Instant};

use crate::bed::{Bed, SOON, Says, on};

/// Without polling: the next check is far away.
const FAR: [(&str, &str); 2] = [("check_interval", "10"), ("check_unit", "minutes")];
/// From the change to the request on the wire, when nothing else keeps the machine busy: once in some changes.
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
            times.push(took);
            bed.until("DNS follows", SOON, || bed.dns() == [new.clone()]);
            bed.until("the answer", SOON, || bed.logged("update accepted") == asked.len());
        }
        println!("from the change of address to the request: {times:?}");
        assert!(times.iter().any(|took| *took < LIMIT), "{times:?}");
        assert_eq!(bed.asked().len(), 5);
    });
}

#[test]
fn a_new_ipv6_address_is_on_the_wire_in_less_than_half_a_second() {
    on(|bed| {
        bed.configure(&[FAR[0], FAR[1], ("use_ipv6", "1")]);
        let _running = bed.start_home();
        let mut times = Vec::new();
        for (old, count) in (7..11).zip(1..) {
            let new = old + 1;
            let changed = Instant::now();
            bed.ip(&format!(
                "addr add 2001:db8:1::{new:x}/64 dev wan0 nodad\naddr del 2001:db8:1::{old:x}/64 dev wan0\nroute replace default via 2001:db8:1::1"
            ));
            bed.until_asked(count + 1);
            let asked = bed.asked();
            times.push(asked[count].at.duration_since(changed));
            assert_eq!(asked[count].address(), format!("2001:db8:1::{new:x}").parse().ok());
            bed.until("the answer", SOON, || bed.logged("update accepted") == asked.len());
        }
        println!("from the change of the IPv6 address to the request: {times:?}");
        assert!(times.iter().any(|took| *took < LIMIT), "{times:?}");
    });
}

#[test]
fn an_address_that_changes_while_the_provider_is_slow_does_not_wait_for_it() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        bed.provider.borrow().next(Says::Late(2 * SOON));
        renumber(bed, "203.0.113.7", "203.0.113.8");
        bed.until_asked(2);
        let changed = Instant::now();
        renumber(bed, "203.0.113.8", "203.0.113.9");
        bed.until_asked(3);
        assert_eq!(bed.sent(), ["203.0.113.7", "203.0.113.8", "203.0.113.9"]);
        let took = bed.asked()[2].at.duration_since(changed);
        println!("from the change of address in mid-transfer to the next request: {} ms", took.as_millis());
        assert!(took < SOON, "{took:?}");
        bed.until("DNS follows", SOON, || bed.dns() == ["203.0.113.9"]);
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
        assert!(bed.asked()[0].at.duration_since(changed) < SOON);
    });
}

#[test]
fn fifty_changes_in_two_seconds_are_a_few_requests_and_the_last_one_is_right() {
    on(|bed| {
        bed.configure(&FAR);
        let _running = bed.start_home();
        let mut moments = vec![Instant::now()];
        for last in 8..58 {
            let next = Instant::now() + Duration::from_millis(40);
            renumber(bed, &format!("203.0.113.{}", last - 1), &format!("203.0.113.{last}"));
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            moments.push(Instant::now());
        }
        bed.until("the last address in DNS", SOON, || bed.dns() == ["203.0.113.57"]);
        let sent = bed.sent();
        // a change that a busy machine holds up leaves the addresses quiet for a tenth of a second, and that is a settled address
        let held_up = moments.windows(2).filter(|pair| pair[1] - pair[0] > Duration::from_millis(90)).count();
        assert!(sent.len() <= 5 + held_up, "{held_up} {sent:?}");
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

//! No name, however written, lets a user change a record that is not of his own hosts.

use crate::bed::http::{Ask, escaped};
use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, ZONE, dns};

/// What ben, who has `one` and `two`, may try; each is another's name, nobody's, or none.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        HOST,
        "MYPC.DYN.EXAMPLE.COM.",
        "mypc\u{3002}dyn\u{ff0e}example\u{ff61}com",
        "\u{ff4d}\u{ff59}\u{ff50}\u{ff43}.dyn.example.com",
        "my\u{ad}pc.dyn.example.com",
        "my\u{200b}pc.dyn.example.com",
        "mypc.dyn.example.com..",
        ".mypc.dyn.example.com",
        "mypc.dyn.example.com\0",
        "mypc.dyn.example.com\0.one.dyn.example.com",
        "mypc\\.dyn.example.com",
        "mypc\\046dyn.example.com",
        "mypc.dyn.example.com/one.dyn.example.com",
        "mypc.dyn.example.com one.dyn.example.com",
        "mypc.dyn.example.com\none.dyn.example.com",
        "\u{43c}\u{443}\u{440}\u{441}.dyn.example.com",
        "\u{43e}ne.dyn.example.com",
        "xn--ne-7bc.dyn.example.com",
        "xn--one-.dyn.example.com",
        ZONE,
        "@.dyn.example.com",
        "@",
        "*",
        "*.dyn.example.com",
        "*.one.dyn.example.com",
        "ns.dyn.example.com",
        "new.dyn.example.com",
        "sub.one.dyn.example.com",
        "one.xdyn.example.com",
        "one.dyn.example.com.example.org",
        "one.dyn.example.org",
        "onexdyn.example.com",
        "one",
        "dyn",
        "com",
        ".",
        "..",
        "one.dyn.example.com'; DELETE FROM hosts; --",
        "one.dyn.example.com\" OR 1=1",
        "%",
        "_",
        "one%",
        "on_.dyn.example.com",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push(format!("{}.dyn.example.com", "a".repeat(63)));
    names.push(format!("{}.dyn.example.com", "a".repeat(64)));
    names.push(format!("{}dyn.example.com", "a.".repeat(120)));
    names.push("\u{fc}".repeat(1000));
    names.push(format!("xn--{}", "a".repeat(3500)));
    names
}

#[test]
fn no_name_leads_out_of_a_user_s_own_hosts() {
    let bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    let one = |name: &str, login: (&str, &str), address: &str| {
        let target = format!("/update?hostname={}&myip={address}", escaped(name));
        bed.ask(&Ask::get(&target).user(login.0, login.1))
    };
    assert_eq!(one("one.dyn.example.com", ("ben", PLAIN), "192.0.2.2").body, "good 192.0.2.2\n");
    assert_eq!(one("two.dyn.example.com", ("ben", PLAIN), "192.0.2.3").body, "good 192.0.2.3\n");
    let before = dns::transfer(bed.plan.dns_port, ZONE);
    assert!(before.iter().any(|line| line.contains("192.0.2.1")), "{before:?}");
    let token = bed.token("one");
    for name in names() {
        for login in [("ben", PLAIN), ("ben", token.as_str()), ("", token.as_str())] {
            let answer = one(&name, login, "192.0.2.66");
            let right = matches!(answer.status, 200 | 401 | 414)
                && answer.body.lines().all(|line| matches!(line, "nohost" | "notfqdn" | "badauth"))
                || answer.status == 414;
            assert!(right, "{name:?} as {login:?}: {answer:?}");
        }
        // beside a good one: that one is done, and no more
        let both = one(&format!("one.dyn.example.com,{name}"), ("ben", PLAIN), "192.0.2.2");
        assert!(both.status == 414 || both.body.starts_with("nochg 192.0.2.2\n"), "{name:?}: {both:?}");
        assert!(!both.body.contains("good"), "{name:?}: {both:?}");
    }
    assert_eq!(one("two.dyn.example.com", ("ben", &token), "192.0.2.66").body, "nohost\n", "a token is one host's");
    assert_eq!(one(HOST, ("ann", &token), "192.0.2.66").status, 401, "nor is it another user's");
    assert_eq!(one("two.dyn.example.com", ("ann", PASSWORD), "192.0.2.66").body, "nohost\n");
    assert_eq!(dns::transfer(bed.plan.dns_port, ZONE), before, "not a record changed");
}

#[test]
fn a_name_of_ten_thousand_letters_costs_no_time() {
    let bed = Bed::running(Plan::unlimited);
    for letters in ["a".repeat(10_000), "\u{fc}".repeat(5000), format!("xn--{}", "9".repeat(10_000)), "a.".repeat(5000)]
    {
        let begun = std::time::Instant::now();
        let answer = bed.ask(&Ask::post("/update", &format!("hostname={}", escaped(&letters))).user("ben", PLAIN));
        assert!(matches!(answer.status, 200 | 413), "{answer:?}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
    }
}

//! Addresses: which may be published, which is the best of several, which is the first in a text.

#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ddns::address::{Candidate, Family, Unfit, choose, expanded, first_in, unfit};
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn private_ranges_are_those_of_the_option_reference_to_the_last_address() {
    let rows = [
        ("0.0.0.1", true),
        ("0.255.255.255", true),
        ("1.0.0.0", false),
        ("9.255.255.255", false),
        ("10.0.0.0", true),
        ("10.255.255.255", true),
        ("11.0.0.0", false),
        ("100.63.255.255", false),
        ("100.64.0.0", true),
        ("100.127.255.255", true),
        ("100.128.0.0", false),
        ("169.253.255.255", false),
        ("169.254.0.0", true),
        ("169.254.255.255", true),
        ("169.255.0.0", false),
        ("172.15.255.255", false),
        ("172.16.0.0", true),
        ("172.31.255.255", true),
        ("172.32.0.0", false),
        ("192.167.255.255", false),
        ("192.168.0.0", true),
        ("192.168.255.255", true),
        ("192.169.0.0", false),
        ("198.18.0.1", false),
        ("192.0.2.1", false),
        ("203.0.113.7", false),
        ("::2", true),
        ("0:0:ffff::1", true),
        ("0:1::1", false),
        ("::ffff:203.0.113.7", true),
        ("efff:ffff::1", false),
        ("f000::1", true),
        ("fc00::1", true),
        ("fd12::1", true),
        ("fe80::1", true),
        ("fec0::1", true),
        ("2001:db8::1", false),
        ("2002:a00:1::1", false),
        ("64:ff9b::1", false),
        ("e000::1", false),
        ("3fff::1", false),
    ];
    for (address, private) in rows {
        assert_eq!(unfit(ip(address), false), private.then_some(Unfit::Private), "{address}");
        assert_eq!(unfit(ip(address), true), None, "{address} when private ones are allowed");
    }
}

#[test]
fn what_no_machine_can_have_is_never_sent_whatever_the_options_say() {
    for address in [
        "0.0.0.0",
        "127.0.0.1",
        "127.255.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "::",
        "::1",
        "ff02::1",
    ] {
        assert_eq!(unfit(ip(address), true), Some(Unfit::Never), "{address}");
    }
}

fn candidate(text: &str) -> Candidate {
    let mut words = text.split(' ');
    let mut candidate = Candidate::plain(ip(words.next().unwrap()));
    for word in words {
        match word {
            "deprecated" => candidate.deprecated = true,
            "tentative" => candidate.tentative = true,
            "temporary" => candidate.temporary = true,
            other => panic!("{other}"),
        }
    }
    candidate
}

#[test]
fn the_best_address_is_chosen_not_the_first() {
    let rows: [(&str, &[&str], Family, Option<&str>); 14] = [
        ("the only one", &["2001:db8::7"], Family::V6, Some("2001:db8::7")),
        ("none of the family", &["203.0.113.7"], Family::V6, None),
        ("none at all", &[], Family::V4, None),
        ("the first of two that are equally good", &["203.0.113.8", "203.0.113.7"], Family::V4, Some("203.0.113.8")),
        ("public before unique local", &["fd00::1", "2001:db8::7"], Family::V6, Some("2001:db8::7")),
        ("public before private", &["192.168.1.1", "203.0.113.7"], Family::V4, Some("203.0.113.7")),
        ("preferred before deprecated", &["2001:db8::6 deprecated", "2001:db8::7"], Family::V6, Some("2001:db8::7")),
        ("lasting before temporary", &["2001:db8::6 temporary", "2001:db8::7"], Family::V6, Some("2001:db8::7")),
        ("a tentative one is none", &["2001:db8::6 tentative"], Family::V6, None),
        ("deprecated when there is nothing better", &["2001:db8::6 deprecated"], Family::V6, Some("2001:db8::6")),
        (
            "temporary before deprecated",
            &["2001:db8::6 deprecated", "2001:db8::7 temporary"],
            Family::V6,
            Some("2001:db8::7"),
        ),
        (
            "deprecated public before unique local",
            &["fd00::1", "2001:db8::6 deprecated"],
            Family::V6,
            Some("2001:db8::6"),
        ),
        (
            "unique local when there is nothing else, so that the owner is told",
            &["fd00::1"],
            Family::V6,
            Some("fd00::1"),
        ),
        ("link-local is never an answer", &["fe80::1"], Family::V6, None),
    ];
    for (rule, candidates, family, wanted) in rows {
        let candidates: Vec<Candidate> = candidates.iter().map(|text| candidate(text)).collect();
        assert_eq!(choose(&candidates, family), wanted.map(ip), "{rule}");
    }
}

#[test]
fn the_first_whole_address_of_the_family_is_found_in_a_page() {
    let rows: [(&str, Family, Option<&str>); 26] = [
        ("203.0.113.44", Family::V4, Some("203.0.113.44")),
        ("203.0.113.44\n", Family::V4, Some("203.0.113.44")),
        ("<html><body>Current IP Address: 203.0.113.44</body></html>", Family::V4, Some("203.0.113.44")),
        ("{\"ip\":\"203.0.113.44\"}", Family::V4, Some("203.0.113.44")),
        ("203.0.113.44.", Family::V4, Some("203.0.113.44")),
        ("ip=203.0.113.44&x=1", Family::V4, Some("203.0.113.44")),
        ("IP:203.0.113.44", Family::V4, Some("203.0.113.44")),
        ("203.0.113.44:8080", Family::V4, Some("203.0.113.44")),
        ("(203.0.113.44)", Family::V4, Some("203.0.113.44")),
        ("198.51.100.77 203.0.113.44", Family::V4, Some("198.51.100.77")),
        ("2001:db8::1 203.0.113.44", Family::V4, Some("203.0.113.44")),
        ("203.0.113.44 2001:db8::1", Family::V6, Some("2001:db8::1")),
        ("addr:2001:db8::1", Family::V6, Some("2001:db8::1")),
        ("[2001:db8::1]:80", Family::V6, Some("2001:db8::1")),
        ("net 2001:db8:1::", Family::V6, Some("2001:db8:1::")),
        ("2001:DB8::A", Family::V6, Some("2001:db8::a")),
        ("999.1.1.1", Family::V4, None),
        ("1.2.3.4.5", Family::V4, None),
        ("1203.0.113.44", Family::V4, None),
        ("ip203.0.113.44x", Family::V4, None),
        ("203.000.113.044", Family::V4, None),
        ("version 1.2.3", Family::V4, None),
        ("at 12:34:56", Family::V6, None),
        ("00:11:22:33:44:55", Family::V6, None),
        ("fe80::1%eth0", Family::V6, None),
        ("", Family::V4, None),
    ];
    for (text, family, wanted) in rows {
        assert_eq!(first_in(text, family), wanted.map(ip), "{text}");
    }
}

#[test]
fn ipv6_goes_out_as_eight_groups_of_four_digits() {
    assert_eq!(expanded(ip("2001:db8::7")), "2001:0db8:0000:0000:0000:0000:0000:0007");
    assert_eq!(expanded(ip("203.0.113.7")), "203.0.113.7");
}

fn any_address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits))),
    ]
}

proptest! {
    #[test]
    fn an_expanded_address_is_the_same_address(address in any_address()) {
        prop_assert_eq!(ip(&expanded(address)), address);
    }

    #[test]
    fn an_address_is_found_between_words_that_are_none(
        address in any_address(), before in "[g-z <>\"]{0,20}", after in "[ <>\",;][g-z <>\"]{0,20}",
    ) {
        let text = format!("{before} {address}{after}");
        prop_assert_eq!(first_in(&text, Family::of(address)), Some(address));
        prop_assert_eq!(first_in(&text, Family::of(address).other()), None);
    }

    #[test]
    fn no_text_makes_the_search_fail_and_what_it_finds_is_of_the_family(text in "\\PC{0,200}") {
        for family in [Family::V4, Family::V6] {
            prop_assert!(first_in(&text, family).is_none_or(|found| Family::of(found) == family));
        }
    }

    #[test]
    fn the_chosen_address_is_never_tentative_and_always_one_of_the_candidates(
        all in proptest::collection::vec((any_address(), any::<(bool, bool, bool)>()), 0..8),
    ) {
        let all: Vec<Candidate> = all
            .into_iter()
            .map(|(address, (deprecated, tentative, temporary))| Candidate { address, deprecated, tentative, temporary })
            .collect();
        for family in [Family::V4, Family::V6] {
            let chosen = choose(&all, family);
            prop_assert!(chosen.is_none_or(|a| all.iter().any(|c| c.address == a && !c.tentative && Family::of(a) == family)));
            let usable = |c: &&Candidate| !c.tentative && !c.deprecated && !c.temporary && unfit(c.address, false).is_none();
            let flawless = all.iter().filter(usable).any(|c| Family::of(c.address) == family);
            prop_assert!(!flawless || chosen.is_some_and(|a| all.iter().filter(usable).any(|c| c.address == a)));
        }
    }
}

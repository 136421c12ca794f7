//! The exact texts of the status files, and the memory that outlives a process.

#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use ddns::address::Known;
use ddns::memory::{Hold, HoldReason, Memory, Uptime};
use ddns::record;
use proptest::prelude::*;

fn at(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

#[test]
fn moments_are_whole_seconds_and_a_newline() {
    assert_eq!(record::moment(Uptime(Duration::from_millis(4_711_900))), "4711\n");
    assert_eq!(record::pid(42), "42\n");
}

#[test]
fn a_moment_that_is_empty_zero_garbage_or_later_than_now_is_none() {
    let now = at(1000);
    for (text, wanted) in [
        ("900\n", Some(900)),
        ("1000\n", Some(1000)),
        ("  900 ", Some(900)),
        ("1001\n", None),
        ("", None),
        ("\n", None),
        ("0\n", None),
        ("abc", None),
        ("-5", None),
        ("9e2", None),
        ("99999999999999999999999", None),
    ] {
        assert_eq!(record::parse_moment(text, now), wanted.map(at), "{text:?}");
    }
}

#[test]
fn a_pid_file_with_anything_but_a_number_names_nobody() {
    for (text, wanted) in
        [("42\n", Some(42)), ("0\n", None), ("-1", None), ("", None), ("42 43", None), ("1;reboot", None)]
    {
        assert_eq!(record::parse_pid(text), wanted, "{text:?}");
    }
}

#[test]
fn the_ip_file_holds_one_address_ours_if_dns_gives_several_and_an_empty_line_when_nothing_is_known() {
    let ours: IpAddr = "203.0.113.7".parse().unwrap();
    let other: IpAddr = "203.0.113.9".parse().unwrap();
    for (known, wanted) in [
        (Known::Is(vec![other, ours]), "203.0.113.7\n"),
        (Known::Is(vec![other]), "203.0.113.9\n"),
        (Known::Nothing(String::new()), "\n"),
        (Known::Unclear("<script>".to_owned()), "\n"),
    ] {
        assert_eq!(record::registered(&known, Some(ours)), wanted);
    }
}

#[test]
fn a_memory_of_another_boot_is_forgotten() {
    let memory = Memory { holds: 3, accepted: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), ..Memory::default() };
    let text = record::memory(&memory, "boot-1");
    assert_eq!(record::parse_memory(&text, "boot-1"), memory);
    assert_eq!(record::parse_memory(&text, "boot-2"), Memory::default());
    assert_eq!(record::parse_memory("", "boot-1"), Memory::default());
}

fn reasons() -> impl Strategy<Value = HoldReason> {
    proptest::sample::select(vec![
        HoldReason::Refused,
        HoldReason::SlowDown,
        HoldReason::ServerTrouble,
        HoldReason::Unclear,
    ])
}

prop_compose! {
    fn memories()(
        updated in proptest::option::of(1..1_000_000_u64), accepted in any::<Option<IpAddr>>(), current in any::<Option<IpAddr>>(),
        hold in proptest::option::of((1..1_000_000_u64, reasons())), numbers in any::<(u32, u32, u32)>(), config in any::<u64>(),
    ) -> Memory {
        Memory {
            updated: updated.map(at), accepted, current, config, partly: accepted.map(|address| (address, config)),
            hold: hold.map(|(until, reason)| Hold { until: at(until), reason }),
            quick: numbers.2, held: hold.map(|(_, reason)| reason),
            resent: numbers.0, holds: numbers.1, failures: numbers.2,
        }
    }
}

proptest! {
    #[test]
    fn a_memory_written_and_read_again_is_the_same(memory in memories()) {
        prop_assert_eq!(record::parse_memory(&record::memory(&memory, "b"), "b"), memory);
    }

    #[test]
    fn no_text_makes_the_reading_of_a_memory_fail(text in "(boot b\n)?\\PC{0,200}(\n[a-z]{1,8} \\PC{0,30}){0,5}") {
        let _ = record::parse_memory(&text, "b");
    }
}

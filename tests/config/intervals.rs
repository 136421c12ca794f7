//! Numbers and units: defaults, floors, ceilings, and what becomes of nonsense.

use std::time::Duration;

use ddns::config::Fault;

use crate::{config, said, section, with};

#[test]
fn intervals_are_number_times_unit_with_floors() {
    let cases: &[(&str, u64, bool)] = &[
        ("check_interval 5", 300, false),
        ("check_interval 1\ncheck_unit hours", 3600, false),
        ("check_interval 2\ncheck_unit days", 172_800, false),
        ("check_unit hours", 36_000, false),
        ("check_interval 010", 600, false),
        ("check_interval 300\ncheck_unit seconds", 300, false),
        ("check_interval 299\ncheck_unit seconds", 300, true),
        ("check_interval 10\ncheck_unit seconds", 300, true),
        ("check_unit seconds", 300, true),
        ("check_interval 1", 300, true),
        ("check_interval 0", 300, true),
        ("check_interval -1", 600, true),
        ("check_interval abc", 600, true),
        ("check_interval 7.5", 600, true),
        ("check_interval '5 '", 600, true),
        ("check_interval 99999999999", 315_360_000, true),
        ("check_interval 999999999999999999999999999999", 315_360_000, true),
        ("check_interval 2\ncheck_unit fortnight", 300, true),
        ("check_interval 20\ncheck_unit fortnight", 1200, true),
        ("check_interval 1\ncheck_unit seconds\ncheck_interval_min 1", 1, false),
        ("check_interval 100\ncheck_unit seconds\ncheck_interval_min 1", 100, false),
        ("check_interval 0\ncheck_unit seconds\ncheck_interval_min 0", 1, true),
        ("check_interval 2\ncheck_interval_min 60", 3600, true),
        ("check_interval 10\ncheck_interval_min 60", 600, false),
        ("check_interval 10\ncheck_unit seconds\ncheck_interval_min abc", 300, true),
    ];
    for (lines, secs, warned) in cases {
        let (section, warnings) = with(lines);
        assert_eq!(section.timing.check, Duration::from_secs(*secs), "{lines}");
        assert_eq!(!warnings.is_empty(), *warned, "{lines}: {}", said(&warnings));
    }
}

#[test]
fn force_and_retry_have_their_own_floors() {
    let force = |lines: &str| with(lines);
    let cases: &[(&str, Option<u64>, bool)] = &[
        ("force_interval 0", None, false),
        ("force_interval 0\nforce_unit days", None, false),
        ("force_interval 2\nforce_unit days", Some(172_800), false),
        ("force_interval 3", Some(10_800), false),
        ("force_unit minutes", Some(4320), false),
        ("force_interval 5\nforce_unit minutes", Some(600), true),
        ("force_interval -1", Some(259_200), true),
        ("force_interval 99999999999\nforce_unit days", Some(315_360_000), true),
    ];
    for (lines, secs, warned) in cases {
        let (section, warnings) = force(lines);
        assert_eq!(section.timing.force, secs.map(Duration::from_secs), "{lines}");
        assert_eq!(!warnings.is_empty(), *warned, "{lines}: {}", said(&warnings));
    }
    for (lines, secs, warned) in [
        ("retry_interval 5", 5, false),
        ("retry_interval 2\nretry_unit minutes", 120, false),
        ("retry_interval 0", 1, true),
        ("retry_interval x", 60, true),
    ] {
        let (section, warnings) = with(lines);
        assert_eq!((section.timing.retry, !warnings.is_empty()), (Duration::from_secs(secs), warned), "{lines}");
    }
    assert_eq!(section("retry_max_count 99999999999").timing.retry_max, u32::MAX);
    assert_eq!(section("retry_max_count -1").timing.retry_max, 0);
}

#[test]
fn a_bad_unit_is_named_with_its_place_and_what_was_wanted() {
    let (_, warnings) = with("check_unit 'fortnight'");
    let expected = "/etc/config/ddns:6:9: section 'a', option 'check_unit', value 'fortnight': wanted seconds, minutes, hours or days";
    assert!(warnings[0].in_file("/etc/config/ddns").to_string().starts_with(expected), "{}", said(&warnings));
    assert_eq!(warnings.len(), 1);
    let nowhere = Fault::error("nothing there").in_file("F").to_string();
    assert_eq!(nowhere, "F: nothing there");
}

#[test]
fn numbers_outside_their_range_are_taken_as_the_nearest() {
    for (word, level) in [("0", 0), ("4", 4), ("5", 4), ("true", 2), ("-1", 2)] {
        assert_eq!(section(&format!("use_syslog {word}")).syslog, level, "{word}");
    }
    for (word, lines) in [("1", 1), ("0", 1), ("abc", 250), ("99999999999", 1_000_000)] {
        assert_eq!(config(&format!("ddns_loglines {word}"), "").global.loglines, lines, "{word}");
    }
}

//! What updates and time do to a host, as tables.
#![forbid(unsafe_code)]

use super::*;
use crate::account::Name;

const TTL: u32 = 3600;

fn host() -> Host {
    Host {
        id: 7,
        user: 1,
        name: Name { label: "mypc".into(), zone: "dyn.example.org".into() },
        dns_ttl: 60,
        expiry_ttl: TTL,
        held: Pair::default(),
        generation: 0,
        applied: 0,
        source: None,
        recent: Vec::new(),
        leaving: false,
    }
}

fn said(v4: &str, v6: &str, seconds: i64) -> Said {
    let addresses = Pair { v4: v4.parse().ok(), v6: v6.parse().ok() };
    Said { addresses, source: "198.51.100.1".parse().unwrap(), now: Moment(seconds * 1000) }
}

fn changed(host: &Host, said: &Said) -> (Host, Vec<Event>) {
    match update(host, said, None) {
        Verdict::Change(next, events) => (*next, events),
        other => panic!("{other:?}"),
    }
}

/// As the database has it after the DNS took it.
fn applied(mut host: Host) -> Host {
    host.applied = host.generation;
    host
}

#[test]
fn a_first_update_sets_only_the_family_it_speaks_of() {
    let (next, events) = changed(&host(), &said("192.0.2.1", "", 100));
    assert_eq!(next.generation, 1);
    assert_eq!(next.held.v4.address, "192.0.2.1".parse().ok());
    assert_eq!(next.held.v4.expires, Some(Moment(3_700_000)));
    assert_eq!(next.held.v6, Held::default());
    assert_eq!(events.len(), 1);
    let records = records(&next);
    assert_eq!((records.set.v4, records.set.v6), (Set::To("192.0.2.1".parse().unwrap()), Set::Keep));
}

#[test]
fn the_same_again_is_no_change_once_the_dns_is_known_to_have_it() {
    let (next, _) = changed(&host(), &said("192.0.2.1", "", 100));
    assert_eq!(update(&next, &said("192.0.2.1", "", 101), None), Verdict::Again);
    let next = applied(next);
    assert_eq!(update(&next, &said("192.0.2.1", "", 101), None), Verdict::Unchanged(None));
    let (after, events) = changed(&next, &said("192.0.2.1", "2001:db8::1", 102));
    assert_eq!((after.held.v6.address, events.len()), ("2001:db8::1".parse().ok(), 1), "one family is new");
    assert_eq!(after.held.v4.changed, Some(Moment(100_000)), "the other did not change");
    assert_eq!(after.held.v4.seen, Some(Moment(102_000)), "but was confirmed");
}

#[test]
fn a_confirmation_is_written_down_after_a_tenth_of_the_time_to_expiry() {
    let next = applied(changed(&host(), &said("192.0.2.1", "", 0)).0);
    assert_eq!(update(&next, &said("192.0.2.1", "", 360), None), Verdict::Unchanged(None));
    let Verdict::Unchanged(Some(touch)) = update(&next, &said("192.0.2.1", "", 361), None) else { panic!() };
    assert_eq!(touch.times.v4, Some((Moment(361_000), Some(Moment(3_961_000)))));
    assert_eq!(touch.times.v6, None);
    assert_eq!((touch.host, touch.generation), (7, 1));
    let forever = Host { expiry_ttl: 0, ..next };
    assert_eq!(update(&forever, &said("192.0.2.1", "", 361), None), Verdict::Unchanged(None));
    let Verdict::Unchanged(Some(touch)) = update(&forever, &said("192.0.2.1", "", 9000), None) else { panic!() };
    assert_eq!(touch.times.v4, Some((Moment(9_000_000), None)), "what never expires is still seen");
}

#[test]
fn changes_are_counted_in_the_row_by_a_sliding_window() {
    let window = Window { span: Duration::from_mins(1), most: 2 };
    let mut row = host();
    for (second, address) in [(0, "192.0.2.1"), (10, "192.0.2.2")] {
        let Verdict::Change(next, _) = update(&row, &said(address, "", second), Some(window)) else { panic!() };
        row = applied(*next);
    }
    assert_eq!(update(&row, &said("192.0.2.3", "", 59), Some(window)), Verdict::TooOften);
    assert_eq!(
        update(&row, &said("192.0.2.2", "", 59), Some(window)),
        Verdict::Unchanged(None),
        "no change, no limit here"
    );
    let Verdict::Change(next, _) = update(&row, &said("192.0.2.3", "", 60), Some(window)) else { panic!() };
    assert_eq!(next.recent, [Moment(10_000), Moment(60_000)]);
}

#[test]
fn each_family_expires_by_itself_and_can_come_back() {
    let (row, _) = changed(&host(), &said("192.0.2.1", "", 0));
    let (row, _) = changed(&applied(row), &said("", "2001:db8::1", 100));
    assert_eq!(expire(&row, Moment(3_599_999)), None);
    let (next, events) = expire(&row, Moment(3_600_000)).unwrap();
    assert_eq!((next.held.v4.address, next.held.v4.last), (None, "192.0.2.1".parse().ok()));
    assert_eq!(next.held.v6.address, "2001:db8::1".parse().ok());
    assert_eq!((events.len(), events[0].kind), (1, EventKind::Expiry));
    assert_eq!(records(&next).set.v4, Set::Remove, "it was ours");
    assert_eq!(expire(&next, Moment(3_600_000)), None);
    let (back, _) = changed(&applied(next), &said("192.0.2.1", "", 4000));
    assert_eq!(back.held.v4.address, "192.0.2.1".parse().ok());
}

#[test]
fn a_host_that_leaves_has_no_records_and_one_that_had_none_leaves_too() {
    let (row, _) = changed(&host(), &said("192.0.2.1", "", 0));
    let (gone, events) = leave(&row, Moment(5));
    assert!(gone.leaving && gone.generation == 2 && events.len() == 1);
    assert_eq!(update(&gone, &said("192.0.2.9", "", 5), None), Verdict::Leaving);
    assert_eq!(records(&gone).set, Pair { v4: Set::Remove, v6: Set::Keep });
    let (gone, events) = leave(&host(), Moment(5));
    assert!(gone.leaving && gone.generation == 1 && events.is_empty());
}

#[test]
fn other_times_to_live_count_from_the_last_confirmation() {
    let (row, _) = changed(&host(), &said("192.0.2.1", "", 100));
    let next = retime(&row, 300, 7200);
    assert_eq!((next.dns_ttl, next.generation, next.held.v4.expires), (300, 2, Some(Moment(7_300_000))));
    assert_eq!(retime(&row, 60, 0).held.v4.expires, None);
    assert_eq!(retime(&row, 60, 0).generation, 1, "the DNS has its TTL already");
    assert_eq!(retime(&host(), 300, 0).generation, 0, "it has no record");
    assert_eq!(next.held.v6.expires, None);
}

#[test]
fn addresses_that_no_option_makes_public() {
    let fit = |text: &str, private| publishable(text.parse().unwrap(), private);
    for never in
        ["0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "169.254.1.1", "::", "::1", "ff02::1", "fe80::1"]
    {
        assert!(!fit(never, true), "{never}");
    }
    for private in ["10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd00::1"] {
        assert!(fit(private, true) && !fit(private, false), "{private}");
    }
    for public in ["192.0.2.1", "8.8.8.8", "2001:db8::1"] {
        assert!(fit(public, false), "{public}");
    }
}

//! Every rule of deciding, as rows with an explicit `now`.

#![cfg(test)]

use std::net::IpAddr;
use std::time::Duration;

use ddns::address::{Known, Unfit};
use ddns::answer::{Answer, Refusal};
use ddns::config::{Section, Timing};
use ddns::decide::{self, Action, Facts, Idle, Why};
use ddns::memory::{Hold, HoldReason, Memory, Uptime};

const CHECK: u64 = 600;
const FORCE: u64 = 259_200;
const HOUR: u64 = 3600;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn ours() -> IpAddr {
    ip("203.0.113.7")
}

fn other() -> IpAddr {
    ip("203.0.113.9")
}

fn section() -> Section {
    let text = "config service 'a'\n option enabled 1\n option update_url 'http://p.example/?ip=[IP]'\n \
                option lookup_host 'h.example.net'\n option domain 'h.example.net'\n option retry_max_count 3\n";
    ddns::config::Config::read(text.as_bytes(), b"").section("a").unwrap().0
}

fn at(secs: u64) -> Uptime {
    Uptime::from_secs(secs)
}

fn facts(current: Known<IpAddr>, registered: Known<Vec<IpAddr>>) -> Facts {
    Facts { current, registered }
}

fn is(address: IpAddr) -> Known<IpAddr> {
    Known::Is(address)
}

fn shows(address: IpAddr) -> Known<Vec<IpAddr>> {
    Known::Is(vec![address])
}

fn nothing<T>() -> Known<T> {
    Known::Nothing("no such thing".into())
}

fn unclear<T>() -> Known<T> {
    Known::Unclear("no answer".into())
}

/// A memory of this section: updated at `secs` with `accepted`.
fn updated(secs: u64, accepted: Option<IpAddr>) -> Memory {
    Memory { updated: Some(at(secs)), accepted, config: section().fingerprint, ..Memory::default() }
}

fn held(until: u64, reason: HoldReason) -> Memory {
    Memory { hold: Some(Hold { until: at(until), reason }), ..updated(100, Some(other())) }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table reads best in one piece")]
fn what_is_done_next_follows_from_facts_memory_and_time() {
    let fresh = Memory { config: section().fingerprint, ..Memory::default() };
    let rows: Vec<(&str, Memory, Facts, u64, Action)> = vec![
        (
            "the first update since boot is sent even when DNS is right",
            fresh.clone(),
            facts(is(ours()), shows(ours())),
            1000,
            Action::Send(ours(), Why::First),
        ),
        (
            "a lookup that fails does not keep the first update back",
            fresh.clone(),
            facts(is(ours()), unclear()),
            1000,
            Action::Send(ours(), Why::First),
        ),
        (
            "a name that does not exist yet gets its first update",
            fresh.clone(),
            facts(is(ours()), nothing()),
            1000,
            Action::Send(ours(), Why::First),
        ),
        (
            "DNS right and updated since boot: nothing to do",
            updated(900, None),
            facts(is(ours()), shows(ours())),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Right),
        ),
        (
            "DNS shows several addresses, ours among them: nothing to do",
            updated(900, None),
            facts(is(ours()), Known::Is(vec![other(), ours()])),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Right),
        ),
        (
            "DNS shows another address and we do not know what was sent",
            updated(900, None),
            facts(is(ours()), shows(other())),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "the name vanished from DNS and we do not know what was sent",
            updated(900, None),
            facts(is(ours()), nothing()),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "an unclear lookup alone is no reason to send",
            updated(900, None),
            facts(is(ours()), unclear()),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Unsure),
        ),
        (
            "an unclear lookup and the accepted address: still no reason",
            updated(900, Some(ours())),
            facts(is(ours()), unclear()),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Unsure),
        ),
        (
            "our address changed: sent although DNS does not answer",
            updated(900, Some(other())),
            facts(is(ours()), unclear()),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "our address changed and is back at what a lagging DNS still shows",
            updated(900, Some(other())),
            facts(is(ours()), shows(ours())),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "DNS lags behind an accepted update: not sent again",
            updated(900, Some(ours())),
            facts(is(ours()), shows(other())),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Lagging),
        ),
        (
            "DNS lags for an hour: sent once more",
            updated(900, Some(ours())),
            facts(is(ours()), shows(other())),
            900 + HOUR,
            Action::Send(ours(), Why::NotFollowed),
        ),
        (
            "sent again once, the next time is two hours off",
            Memory { resent: 1, ..updated(900, Some(ours())) },
            facts(is(ours()), shows(other())),
            900 + HOUR,
            Action::Wait(at(900 + HOUR + CHECK), Idle::Lagging),
        ),
        (
            "sent again once, two hours are over",
            Memory { resent: 1, ..updated(900, Some(ours())) },
            facts(is(ours()), shows(other())),
            900 + 2 * HOUR,
            Action::Send(ours(), Why::NotFollowed),
        ),
        (
            "the force interval is over",
            updated(900, Some(ours())),
            facts(is(ours()), shows(ours())),
            900 + FORCE,
            Action::Send(ours(), Why::Forced),
        ),
        (
            "one second before the force interval is over",
            updated(900, Some(ours())),
            facts(is(ours()), shows(ours())),
            899 + FORCE,
            Action::Wait(at(899 + FORCE + CHECK), Idle::Right),
        ),
        (
            "an update of before the reboot counts as none",
            updated(5000, Some(ours())),
            facts(is(ours()), shows(ours())),
            1000,
            Action::Send(ours(), Why::First),
        ),
        (
            "a hold keeps a changed address back",
            held(8000, HoldReason::Refused),
            facts(is(ours()), shows(other())),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Held(HoldReason::Refused)),
        ),
        (
            "a hold that ends before the next check ends the wait",
            held(1300, HoldReason::ServerTrouble),
            facts(is(ours()), shows(other())),
            1000,
            Action::Wait(at(1300), Idle::Held(HoldReason::ServerTrouble)),
        ),
        (
            "a hold that is over holds nothing, the newest address is sent",
            held(1000, HoldReason::Refused),
            facts(is(ours()), shows(other())),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "a hold before the first update of all holds too",
            Memory { updated: None, ..held(8000, HoldReason::Refused) },
            facts(is(ours()), shows(other())),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Held(HoldReason::Refused)),
        ),
        (
            "a hold is lifted by a changed configuration",
            Memory { config: 1, ..held(8000, HoldReason::Refused) },
            facts(is(ours()), shows(other())),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "a hold farther off than any hold can be is from before a reboot",
            held(1000 + 25 * HOUR, HoldReason::Refused),
            facts(is(ours()), shows(other())),
            1000,
            Action::Send(ours(), Why::Changed),
        ),
        (
            "a private address is not sent",
            fresh.clone(),
            facts(is(ip("192.168.1.1")), unclear()),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Unfit(ip("192.168.1.1"), Unfit::Private)),
        ),
        (
            "a multicast address is never sent",
            fresh.clone(),
            facts(is(ip("224.0.0.1")), unclear()),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::Unfit(ip("224.0.0.1"), Unfit::Never)),
        ),
        (
            "no address: another try after the retry interval",
            fresh.clone(),
            facts(nothing(), shows(other())),
            1000,
            Action::Wait(at(1060), Idle::NoAddress),
        ),
        (
            "an unclear address is no address",
            fresh.clone(),
            facts(unclear(), shows(other())),
            1000,
            Action::Wait(at(1060), Idle::NoAddress),
        ),
        (
            "retry_max_count tries are made",
            Memory { failures: 2, ..fresh.clone() },
            facts(nothing(), unclear()),
            1000,
            Action::Wait(at(1060), Idle::NoAddress),
        ),
        (
            "then nothing before the next check",
            Memory { failures: 3, ..fresh.clone() },
            facts(nothing(), unclear()),
            1000,
            Action::Wait(at(1000 + CHECK), Idle::GaveUp),
        ),
    ];
    for (rule, mut memory, facts, now, wanted) in rows {
        assert_eq!(decide::next(&section(), &mut memory, &facts, at(now)), wanted, "{rule}");
    }
}

#[test]
fn private_addresses_are_sent_when_the_owner_allows_it() {
    let section = Section { allow_private: true, ..section() };
    let sent = decide::next(&section, &mut Memory::default(), &facts(is(ip("10.0.0.1")), unclear()), at(10));
    assert_eq!(sent, Action::Send(ip("10.0.0.1"), Why::First));
    let never = decide::next(&section, &mut Memory::default(), &facts(is(ip("127.0.0.1")), unclear()), at(10));
    assert!(matches!(never, Action::Wait(_, Idle::Unfit(_, Unfit::Never))));
}

#[test]
fn a_section_that_runs_once_is_never_forced() {
    let mut section = section();
    section.timing.force = None;
    let action = decide::next(&section, &mut updated(5, Some(ours())), &facts(is(ours()), shows(ours())), at(900_000));
    assert_eq!(action, Action::Wait(at(900_000 + CHECK), Idle::Right));
}

/// The moment of the next look and the hold, after `answer` came `holds` times before; dice in the middle.
fn after(answer: &Answer, holds: u32, failures: u32) -> (u64, Option<(u64, HoldReason)>, Memory) {
    let held = match answer {
        Answer::Refused(_) => HoldReason::Refused,
        Answer::SlowDown(_) => HoldReason::SlowDown,
        Answer::ServerTrouble(_) => HoldReason::ServerTrouble,
        _ => HoldReason::Unclear,
    };
    let mut memory = Memory { holds, failures, held: Some(held), ..updated(900, Some(other())) };
    let after = decide::after(&section(), &mut memory, (ours(), Why::Changed), answer, at(1000), u32::MAX / 2);
    (after.until.as_secs(), memory.hold.map(|hold| (hold.until.as_secs(), hold.reason)), memory)
}

/// The next look, and the hold with its reason, in seconds since boot.
type Consequence = (u64, Option<(u64, HoldReason)>);

#[test]
fn every_class_of_answer_has_its_consequence() {
    use HoldReason::{Refused, ServerTrouble, SlowDown, Unclear};
    let secs = Duration::from_secs;
    let next_check = 1000 + CHECK;
    let rows: Vec<(&str, Answer, u32, Consequence)> = vec![
        ("accepted", Answer::Accepted, 0, (next_check, None)),
        ("unchanged is accepted", Answer::Unchanged, 2, (next_check, None)),
        ("refused: hours", Answer::Refused(Refusal::BadAuth), 0, (next_check, Some((1000 + 4 * HOUR, Refused)))),
        (
            "refused again: twice as long",
            Answer::Refused(Refusal::NoHost),
            1,
            (next_check, Some((1000 + 8 * HOUR, Refused))),
        ),
        (
            "refused for ever: a day at most",
            Answer::Refused(Refusal::NoHost),
            30,
            (next_check, Some((1000 + 24 * HOUR, Refused))),
        ),
        ("abuse: an hour", Answer::SlowDown(None), 0, (next_check, Some((1000 + HOUR, SlowDown)))),
        (
            "429 with Retry-After: that long",
            Answer::SlowDown(Some(secs(7200))),
            0,
            (next_check, Some((1000 + 7200, SlowDown))),
        ),
        ("Retry-After 0 is not at once", Answer::SlowDown(Some(secs(0))), 0, (1060, Some((1060, SlowDown)))),
        (
            "Retry-After of a year is a day",
            Answer::SlowDown(Some(secs(31_536_000))),
            0,
            (next_check, Some((1000 + 24 * HOUR, SlowDown))),
        ),
        ("server trouble: the retry interval", Answer::ServerTrouble(None), 0, (1060, Some((1060, ServerTrouble)))),
        ("server trouble again: doubled", Answer::ServerTrouble(None), 1, (1120, Some((1120, ServerTrouble)))),
        (
            "server trouble for ever: half an hour",
            Answer::ServerTrouble(None),
            20,
            (next_check, Some((1000 + 1800, ServerTrouble))),
        ),
        (
            "server trouble with Retry-After: not sooner",
            Answer::ServerTrouble(Some(secs(300))),
            0,
            (1300, Some((1300, ServerTrouble))),
        ),
        ("unclear: the next check", Answer::Unclear, 0, (next_check, Some((next_check, Unclear)))),
        ("not sent: the next check", Answer::NotSent, 0, (next_check, Some((next_check, Unclear)))),
        ("unreachable: the retry interval, no hold", Answer::Unreachable, 0, (1060, None)),
    ];
    for (rule, answer, holds, (until, hold)) in rows {
        let (got_until, got_hold, _) = after(&answer, holds, 0);
        // jitter in the middle of its range may round by a second
        assert!(got_until.abs_diff(until) <= 1, "{rule}: next look {got_until}, wanted {until}");
        assert_eq!(got_hold.map(|h| h.1), hold.map(|h| h.1), "{rule}");
        let (got, wanted) = (got_hold.map_or(0, |h| h.0), hold.map_or(0, |h| h.0));
        assert!(got.abs_diff(wanted) <= 1, "{rule}: hold until {got}, wanted {wanted}");
    }
}

#[test]
fn a_hold_of_another_reason_begins_the_count_anew() {
    let mut memory = Memory { holds: 9, held: Some(HoldReason::ServerTrouble), ..updated(900, None) };
    let answer = Answer::Refused(Refusal::BadAuth);
    for (hours, holds) in [(4, 1), (8, 2)] {
        decide::after(&section(), &mut memory, (ours(), Why::Changed), &answer, at(1000), 0);
        assert_eq!(memory.hold.map(|hold| hold.until), Some(at(1000 + hours * HOUR)));
        assert_eq!(memory.holds, holds);
    }
}

#[test]
fn who_asks_for_a_second_again_and_again_is_asked_ever_more_rarely() {
    let mut memory = updated(900, None);
    let waits = [(); 8].map(|()| {
        let answer = Answer::SlowDown(Some(Duration::from_secs(1)));
        decide::after(&section(), &mut memory, (ours(), Why::Changed), &answer, at(0), 0);
        memory.hold.map_or(0, |hold| hold.until.as_secs())
    });
    assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
}

#[test]
fn an_accepted_update_clears_every_trouble() {
    let (_, _, memory) = after(&Answer::Accepted, 5, 3);
    assert_eq!((memory.updated, memory.accepted), (Some(at(1000)), Some(ours())));
    assert_eq!((memory.holds, memory.failures, memory.resent, memory.hold), (0, 0, 0, None));
}

#[test]
fn unreachable_counts_up_to_retry_max_count_and_starts_over() {
    let mut memory = updated(900, None);
    let mut untils = Vec::new();
    for _ in 0..5 {
        let after = decide::after(&section(), &mut memory, (ours(), Why::First), &Answer::Unreachable, at(1000), 0);
        untils.push((after.until.as_secs(), after.gave_up));
    }
    assert_eq!(untils, [(1060, false), (1060, false), (1060, false), (1600, true), (1060, false)]);
}

#[test]
fn without_retry_max_count_the_tries_never_end() {
    let mut section = section();
    section.timing.retry_max = 0;
    let mut memory = Memory { failures: u32::MAX, ..updated(900, None) };
    let after = decide::after(&section, &mut memory, (ours(), Why::First), &Answer::Unreachable, at(1000), 0);
    assert_eq!((after.until, after.gave_up), (at(1060), false));
}

#[test]
fn two_tries_never_follow_each_other_within_a_second() {
    let mut section = section();
    section.timing = Timing { retry: Duration::ZERO, ..section.timing };
    let action = decide::next(&section, &mut Memory::default(), &facts(nothing(), unclear()), at(1000));
    assert_eq!(action, Action::Wait(at(1001), Idle::NoAddress));
}

#[test]
fn back_off_is_spread_by_a_quarter_to_both_sides() {
    let times = [0, u32::MAX].map(|dice| {
        let mut memory = Memory { holds: 3, held: Some(HoldReason::ServerTrouble), ..updated(900, None) };
        let answer = Answer::ServerTrouble(None);
        decide::after(&section(), &mut memory, (ours(), Why::First), &answer, at(0), dice).until.as_secs()
    });
    assert_eq!(times, [360, 600]);
}

#[test]
fn a_send_that_dns_did_not_follow_is_counted_and_any_other_is_not() {
    let mut memory = Memory { resent: 2, ..updated(900, Some(ours())) };
    decide::after(&section(), &mut memory, (ours(), Why::NotFollowed), &Answer::Accepted, at(9000), 0);
    assert_eq!(memory.resent, 3);
    decide::after(&section(), &mut memory, (other(), Why::Changed), &Answer::Accepted, at(9000), 0);
    assert_eq!(memory.resent, 0);
}

#[test]
fn a_provider_that_has_the_address_already_is_not_asked_again_soon_whatever_dns_shows() {
    let mut memory = updated(900, Some(ours()));
    decide::after(&section(), &mut memory, (ours(), Why::NotFollowed), &Answer::Unchanged, at(900 + HOUR), 0);
    let longest = decide::LONGEST_SETTLE.as_secs();
    // force_interval of this section is shorter than three days, so it is put off here
    let mut section = section();
    section.timing.force = Some(Duration::from_secs(30 * 24 * HOUR));
    memory.config = section.fingerprint;
    for (now, sends) in [(900 + 3 * HOUR, false), (900 + HOUR + longest - 1, false), (900 + HOUR + longest, true)] {
        let action = decide::next(&section, &mut memory.clone(), &facts(is(ours()), shows(other())), at(now));
        assert_eq!(action == Action::Send(ours(), Why::NotFollowed), sends, "{now}: {action:?}");
    }
}

#[test]
fn names_that_were_refused_are_told_again_after_the_hold_whatever_dns_shows_of_the_others() {
    let partly = Memory { partly: Some((ours(), 1)), ..updated(900, None) };
    let action = decide::next(&section(), &mut partly.clone(), &facts(is(ours()), shows(ours())), at(1000));
    assert_eq!(action, Action::Send(ours(), Why::Changed));
    let mut back = Memory { accepted: Some(other()), ..partly.clone() };
    let action = decide::next(&section(), &mut back, &facts(is(other()), shows(other())), at(1000));
    assert_eq!(action, Action::Send(other(), Why::Changed), "some names have the address between");
    decide::after(&section(), &mut back, (other(), Why::Changed), &Answer::Accepted, at(1000), 0);
    assert_eq!(back.partly, None);
    let mut changed = Memory { config: 1, ..partly };
    decide::next(&section(), &mut changed, &facts(is(ours()), shows(ours())), at(1000));
    assert_eq!(changed.partly, None, "they may be other names now");
}

#[test]
fn dns_that_shows_the_address_makes_it_the_accepted_one() {
    let mut memory = updated(900, None);
    decide::next(&section(), &mut memory, &facts(is(ours()), shows(ours())), at(1000));
    // the line dropped, another address came, DNS is silent: that is a change all the same
    let action = decide::next(&section(), &mut memory, &facts(is(other()), unclear()), at(1010));
    assert_eq!(action, Action::Send(other(), Why::Changed));
}

#[test]
fn a_router_that_slept_for_days_checks_and_forces_as_soon_as_it_wakes() {
    let mut memory = updated(900, Some(ours()));
    let action = decide::next(&section(), &mut memory, &facts(is(ours()), unclear()), at(900 + 7 * 24 * HOUR));
    assert_eq!(action, Action::Send(ours(), Why::Forced));
}

#[test]
fn a_line_that_flaps_is_followed_at_once_a_few_times_and_then_ever_more_rarely() {
    let mut memory = updated(1000, Some(ours()));
    let mut now = 1000;
    let mut waited = Vec::new();
    for round in 0..12 {
        let address = ip(&format!("203.0.113.{}", 20 + round));
        now += 10;
        let mut wait = 0;
        while let Action::Wait(until, Idle::Flapping) =
            decide::next(&section(), &mut memory, &facts(is(address), unclear()), at(now))
        {
            wait += until.as_secs() - now;
            now = until.as_secs();
        }
        waited.push(wait);
        decide::after(&section(), &mut memory, (address, Why::Changed), &Answer::Accepted, at(now), 0);
    }
    assert_eq!(waited, [0, 0, 0, 0, 0, 20, 50, 110, 230, 470, 590, 590]);
    // ten quiet minutes, and the next change is sent at once
    let action = decide::next(&section(), &mut memory, &facts(is(other()), unclear()), at(now + 601));
    assert_eq!(action, Action::Send(other(), Why::Changed));
    decide::after(&section(), &mut memory, (other(), Why::Changed), &Answer::Accepted, at(now + 601), 0);
    assert_eq!(memory.quick, 0);
}

//! Intervals: number times unit, floors and ceilings (contract section 1). Every bad value ends in a warning and a sensible time.
#![forbid(unsafe_code)]

use std::time::Duration;

use super::options::{self, Spec};
use super::read::{Found, Reader, whole_number};
use super::{Severity, Timing};

/// Checks more often than this make no sense, because DNS takes about as long to follow.
const FLOOR: u64 = 300;
const DAY: u64 = 86_400;

/// An interval with the value that a complaint about it must name.
struct Interval<'a> {
    secs: u64,
    named: Option<(&'static Spec, Found<'a>)>,
}

/// Reads all intervals of a section.
pub(super) fn timing(reader: &mut Reader<'_>) -> Timing {
    let check = check(reader);
    let force = force(reader, check);
    let retry = interval(reader, &options::RETRY_INTERVAL, &options::RETRY_UNIT);
    if retry.secs == 0 {
        warn(reader, &retry, "wanted at least 1 second; taken as 1 second");
    }
    let retry_max = u32::try_from(reader.number(&options::RETRY_MAX_COUNT)).unwrap_or(u32::MAX);
    Timing {
        check: Duration::from_secs(check),
        force: force.map(Duration::from_secs),
        retry: Duration::from_secs(retry.secs.max(1)),
        retry_max,
    }
}

/// Under five minutes only for those who lowered the floor on purpose; never under a second.
fn check(reader: &mut Reader<'_>) -> u64 {
    let check = interval(reader, &options::CHECK_INTERVAL, &options::CHECK_UNIT);
    let floor = match reader.find(&options::CHECK_INTERVAL_MIN) {
        Some(_) => interval(reader, &options::CHECK_INTERVAL_MIN, &options::CHECK_UNIT).secs.max(1),
        None => FLOOR,
    };
    if check.secs >= FLOOR.min(floor) {
        return check.secs;
    }
    warn(
        reader,
        &check,
        &format!("too short for DNS to follow: wanted at least {floor} seconds; taken as {floor} seconds"),
    );
    floor
}

fn force(reader: &mut Reader<'_>, check: u64) -> Option<u64> {
    let force = interval(reader, &options::FORCE_INTERVAL, &options::FORCE_UNIT);
    if force.secs == 0 {
        return None;
    }
    if force.secs < check {
        warn(reader, &force, &format!("wanted 0 or at least the check interval; taken as {check} seconds"));
    }
    Some(force.secs.max(check))
}

fn interval<'a>(reader: &mut Reader<'a>, number: &'static Spec, unit: &'static Spec) -> Interval<'a> {
    let (default, default_unit) =
        (number.default.parse().unwrap_or(0), unit_secs(unit.default.as_bytes()).unwrap_or(1));
    let (found, found_unit) = (reader.find(number), reader.find(unit));
    let factor = match found_unit.map(|found| (found, unit_secs(found.value))) {
        None => default_unit,
        Some((_, Some(factor))) => factor,
        Some((found, None)) => {
            // said once, not again for each number that shares the unit
            if number.name != options::CHECK_INTERVAL_MIN.name {
                let wanted = format!("wanted seconds, minutes, hours or days; taken as {}", unit.default);
                reader.wrong(unit, found, Severity::Warning, wanted);
            }
            default_unit
        }
    };
    let named = found.map(|found| (number, found)).or(found_unit.map(|found| (unit, found)));
    let (count, factor) = match found.map(|found| (found, whole_number(found.value))) {
        None => (default, factor),
        Some((_, Some(count))) => (count, factor),
        Some((found, None)) => {
            let wanted = format!("wanted a whole number; taken as {} {}", number.default, unit.default);
            reader.wrong(number, found, Severity::Warning, wanted);
            (default, default_unit)
        }
    };
    let most = options::MOST_DAYS * DAY;
    let secs = count.saturating_mul(factor);
    let interval = Interval { secs: secs.min(most), named };
    if secs > most {
        let days = options::MOST_DAYS;
        warn(reader, &interval, &format!("wanted at most {days} days; taken as {days} days"));
    }
    interval
}

fn warn(reader: &mut Reader<'_>, interval: &Interval<'_>, wanted: &str) {
    if let Some((spec, found)) = interval.named {
        reader.wrong(spec, found, Severity::Warning, wanted);
    }
}

fn unit_secs(word: &[u8]) -> Option<u64> {
    match word {
        b"seconds" => Some(1),
        b"minutes" => Some(60),
        b"hours" => Some(3600),
        b"days" => Some(DAY),
        _ => None,
    }
}

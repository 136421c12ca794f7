//! The calendar as far as HTTP and certificates need it (RFC 9110 section 5.6.7). Pure: the clock is handed in.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A server that says to come back later than this is not believed to mean it.
const LONGEST: Duration = Duration::from_secs(7 * 86400);
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Retry-After` (RFC 9110 section 10.2.3): seconds or a date, as a waiting time from `now`; nothing when it is neither.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.parse().map_or(LONGEST, |seconds| Duration::from_secs(seconds).min(LONGEST)));
    }
    let then = moment(text)?;
    Some(then.duration_since(now).unwrap_or_default().min(LONGEST))
}

/// A date as HTTP writes it.
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    imf_fixdate(text).map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as seconds since 1970. The weekday is not checked against the date.
fn imf_fixdate(text: &str) -> Option<u64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let mut word = || words.next();
    let (day, month, year) = (number(word()?, 2)?, word()?, number(word()?, 4)?);
    let mut clock = word()?.split(':');
    let mut part = || number(clock.next()?, 2);
    let (hour, minute, second) = (part()?, part()?, part()?);
    let month = MONTHS.iter().position(|&name| name == month)? + 1;
    let rest_is_gmt = word() == Some("GMT") && word().is_none() && clock.next().is_none();
    let fits = (1..=31).contains(&day) && year >= 1970 && hour < 24 && minute < 60 && second <= 60;
    (rest_is_gmt && fits).then(|| days_since_1970(year, month as u64, day) * 86400 + hour * 3600 + minute * 60 + second)
}

fn number(text: &str, digits: usize) -> Option<u64> {
    if text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Days of the Gregorian calendar, with years counted from March so that the leap day comes last.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// `YYYY-MM-DD` (UTC) of a moment in seconds since 1970.
fn day(seconds: u64) -> String {
    let days = seconds / 86400;
    // no year is shorter than 365 days: the first guess is never too early
    let mut year = 1970 + days / 365;
    while days_since_1970(year, 1, 1) > days {
        year -= 1;
    }
    let month = (1..=12).rev().find(|&month| days_since_1970(year, month, 1) <= days).unwrap_or(1);
    format!("{year:04}-{month:02}-{:02}", days - days_since_1970(year, month, 1) + 1)
}

/// Two moments as people tell them apart (UTC): by their days, and within one day by the time too.
pub(super) fn apart(one: u64, other: u64) -> (String, String) {
    if one / 86400 != other / 86400 {
        return (day(one), day(other));
    }
    let clock = |at: u64| format!("{} {:02}:{:02}:{:02} UTC", day(at), at / 3600 % 24, at / 60 % 60, at % 60);
    (clock(one), clock(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_date_is_the_moment_that_date_1_says() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] {
            assert_eq!(imf_fixdate(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_nothing() {
        for text in [
            "",
            "soon",
            "-5",
            "1.5",
            "Sun, 06 Nov 1994",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sunday, 06-Nov-94 08:49:37 GMT",
        ] {
            assert_eq!(retry_after(text, at(0)), None, "{text}");
        }
    }

    #[test]
    fn a_waiting_time_counts_from_now_and_has_an_end() {
        let now = at(784_111_777 - 90);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(90)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:40:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now), Some(LONGEST));
        assert_eq!(retry_after("99999999999999999999999999", now), Some(LONGEST));
    }

    #[test]
    fn a_day_is_written_as_in_iso_8601() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (784_111_777, "1994-11-06"),
            (1_709_251_199, "2024-02-29"),
            (1_704_067_199, "2023-12-31"),
            (1_735_603_200, "2024-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(seconds), text);
        }
    }
    #[test]
    fn moments_of_one_day_are_told_apart_by_the_time() {
        let both = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(apart(0, 784_111_777), both("1970-01-01", "1994-11-06"));
        assert_eq!(apart(784_111_777, 784_111_780), both("1994-11-06 08:49:37 UTC", "1994-11-06 08:49:40 UTC"));
    }
}

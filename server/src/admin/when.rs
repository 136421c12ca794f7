//! Moments as the tables and JSON show them: UTC, so that lines of several machines can be compared.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::moment::Moment;

/// `2026-11-21 10:47:04Z`.
pub(super) fn shown(moment: Moment) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z");
    date(moment).and_then(|date| date.format(form).ok()).unwrap_or_else(|| moment.0.to_string())
}

/// `2026-11-21T10:47:04.123Z` (RFC 3339).
pub(super) fn exact(moment: Moment) -> String {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    date(moment).and_then(|date| date.format(form).ok()).unwrap_or_else(|| moment.0.to_string())
}

fn date(moment: Moment) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000_000).ok()
}

/// `35 days`, `1 hour`, `90 seconds`: the largest unit that says it exactly.
pub(super) fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (count, unit) = UNITS
        .into_iter()
        .find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size))
        .map_or((seconds, "second"), |(size, unit)| (seconds / size, unit));
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// About how long: `35 days`, `3 minutes`.
pub(super) fn about(seconds: u64) -> String {
    let unit = match seconds {
        0..=119 => 1,
        120..=7_199 => 60,
        7_200..=172_799 => 3_600,
        _ => 86_400,
    };
    span(seconds / unit * unit)
}

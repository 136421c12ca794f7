//! When a letter is tried again, and when no more.

use std::time::Duration;

/// How long a letter is ours once taken: much longer than a mail server may take for it.
pub const LEASE: Duration = Duration::from_mins(2);

const FIRST: Duration = Duration::from_mins(1);
const MOST: Duration = Duration::from_hours(6);
/// RFC 5321 section 4.5.4.1: a sender gives up after four or five days.
const PATIENCE: Duration = Duration::from_hours(5 * 24);

/// After so many tries without success: one minute, two, four, ... six hours.
pub fn pause(tries: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(tries)).min(MOST)
}

/// Whether so many tries before this one have lasted five days.
pub fn gives_up(tries: u32) -> bool {
    (0..tries.min(1000)).map(pause).sum::<Duration>() >= PATIENCE
}

/// The whole loop's rest after so many rounds in which nothing went: the mail server is away, not one letter's recipient.
pub(super) fn rest(rounds: u32) -> Duration {
    Duration::from_secs(5).saturating_mul(2_u32.saturating_pow(rounds.saturating_sub(1))).min(FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_a_minute_to_six_hours() {
        let minutes: Vec<u64> = (0..11).map(|tries| pause(tries).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(pause(u32::MAX), MOST);
    }

    #[test]
    fn a_letter_is_given_up_after_five_days_and_no_sooner() {
        let last = (0..100).find(|tries| gives_up(*tries)).unwrap();
        assert_eq!(last, 28);
        assert!(!gives_up(0) && gives_up(u32::MAX));
    }

    #[test]
    fn rests_grow_to_a_minute() {
        assert_eq!([1, 2, 3, 4, 5, 99].map(|rounds| rest(rounds).as_secs()), [5, 10, 20, 40, 60, 60]);
    }
}

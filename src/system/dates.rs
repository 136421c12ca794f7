//! Dates by the words of strftime(3) as POSIX and musl know them, in English. The C library's own would bring all of printf(3) with it.
//!
//! Pure: which moment it is and in which time zone is told.
#![forbid(unsafe_code)]

use std::fmt::Write as _;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in local time.
pub(super) struct Local<'a> {
    /// As `localtime_r` gives it.
    pub(super) parts: &'a libc::tm,
    /// Seconds since 1970.
    pub(super) seconds: i64,
    /// The short name of the time zone.
    pub(super) zone: &'a str,
}

/// A number and how wide it is written.
struct Number(i64, usize, char);

impl Local<'_> {
    /// The moment as `format` wants it; `None` where it holds a word that nobody knows.
    pub(super) fn written(&self, format: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = format.chars();
        while let Some(letter) = rest.next() {
            if letter != '%' {
                text.push(letter);
                continue;
            }
            let mut word = rest.next()?;
            let fill = matches!(word, '-' | '_' | '0').then_some(word);
            if fill.is_some() {
                word = rest.next()?;
            }
            // other digits and other eras are those of English
            while matches!(word, '+' | '1'..='9' | 'E' | 'O') {
                word = rest.next()?;
            }
            match self.number(word) {
                Some(Number(number, width, usual)) => put(&mut text, number, width, fill.unwrap_or(usual)),
                None => text.push_str(&self.text(word)?),
            }
        }
        Some(text)
    }

    fn number(&self, word: char) -> Option<Number> {
        let parts = self.parts;
        let year = i64::from(parts.tm_year) + 1900;
        let (iso_year, iso_week) = self.iso_week();
        let of_week = |first: i32| (parts.tm_yday + 7 - (parts.tm_wday + 7 - first) % 7) / 7;
        let (number, width) = match word {
            'C' => (year.div_euclid(100), 2),
            'd' | 'e' => (parts.tm_mday.into(), 2),
            'g' => (iso_year.rem_euclid(100), 2),
            'G' => (iso_year, 4),
            'H' => (parts.tm_hour.into(), 2),
            'I' => (((parts.tm_hour + 11) % 12 + 1).into(), 2),
            'j' => ((parts.tm_yday + 1).into(), 3),
            'm' => ((parts.tm_mon + 1).into(), 2),
            'M' => (parts.tm_min.into(), 2),
            's' => (self.seconds, 1),
            'S' => (parts.tm_sec.into(), 2),
            'u' => (((parts.tm_wday + 6) % 7 + 1).into(), 1),
            'U' => (of_week(0).into(), 2),
            'V' => (iso_week, 2),
            'w' => (parts.tm_wday.into(), 1),
            'W' => (of_week(1).into(), 2),
            'y' => (year.rem_euclid(100), 2),
            'Y' => (year, 4),
            _ => return None,
        };
        Some(Number(number, width, if word == 'e' { '_' } else { '0' }))
    }

    fn text(&self, word: char) -> Option<String> {
        let parts = self.parts;
        let named = |names: &[&'static str], at: i32| usize::try_from(at).ok().and_then(|at| names.get(at).copied());
        let (day, month) = (named(&DAYS, parts.tm_wday)?, named(&MONTHS, parts.tm_mon)?);
        let composed = match word {
            'a' => return Some(day[..3].to_owned()),
            'A' => return Some(day.to_owned()),
            'b' | 'h' => return Some(month[..3].to_owned()),
            'B' => return Some(month.to_owned()),
            'n' => return Some("\n".to_owned()),
            'p' => return Some(if parts.tm_hour < 12 { "AM" } else { "PM" }.to_owned()),
            't' => return Some("\t".to_owned()),
            'z' => return Some(self.offset()),
            'Z' => return Some(self.zone.to_owned()),
            '%' => return Some("%".to_owned()),
            'c' => "%a %b %e %H:%M:%S %Y",
            'D' | 'x' => "%m/%d/%y",
            'F' => "%Y-%m-%d",
            'r' => "%I:%M:%S %p",
            'R' => "%H:%M",
            'T' | 'X' => "%H:%M:%S",
            _ => return None,
        };
        self.written(composed)
    }

    /// `+0100`
    fn offset(&self) -> String {
        let minutes = self.parts.tm_gmtoff / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("{sign}{:04}", minutes.abs() / 60 * 100 + minutes.abs() % 60)
    }

    /// Year and number of the week that the day is in (ISO 8601): a week is of the year in which its Thursday is.
    fn iso_week(&self) -> (i64, i64) {
        let year = i64::from(self.parts.tm_year) + 1900;
        let thursday = i64::from(self.parts.tm_yday - (self.parts.tm_wday + 6) % 7 + 3);
        if thursday < 0 {
            (year - 1, (thursday + days_of(year - 1)) / 7 + 1)
        } else if thursday >= days_of(year) {
            (year + 1, 1)
        } else {
            (year, thursday / 7 + 1)
        }
    }
}

fn days_of(year: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    365 + i64::from(leap)
}

fn put(text: &mut String, number: i64, width: usize, fill: char) {
    let _ = match fill {
        '-' => write!(text, "{number}"),
        '_' => write!(text, "{number:width$}"),
        _ => write!(text, "{number:0width$}"),
    };
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;

    use super::*;
    use crate::system::clock::tests::{parts_in_utc, strftime};

    fn by_the_library(parts: &libc::tm, format: &str) -> String {
        let format = CString::new(format).unwrap();
        let mut room = [0_u8; 300];
        let length = strftime(parts, &format, &mut room);
        String::from_utf8(room[..length].to_vec()).unwrap()
    }

    #[test]
    fn dates_are_those_of_the_c_library() {
        let words = "a A b B c C d D e F g G h H I j m M n p r R s S t T u U V w W x X y Y z %";
        let mut formats: Vec<String> = words.split(' ').map(|word| format!("%{word}")).collect();
        formats.extend(["%-d.%-m. %_H %_j %0e %-I%p", "%Ey %Od", "Ä%d%%"].map(str::to_owned));
        // ends of years, leap years, each day of a week, both halves of a day
        for day in (0..40 * 366).step_by(5).chain((0..60).map(|year| year * 1461 / 4 + 363)) {
            for second in [0, 43_199, 43_200, 86_399] {
                let seconds = day * 86_400 + second;
                let parts = parts_in_utc(seconds);
                for format in &formats {
                    let written = Local { parts: &parts, seconds, zone: "UTC" }.written(format);
                    assert_eq!(written.as_deref(), Some(&*by_the_library(&parts, format)), "{format} at {seconds}");
                }
            }
        }
    }

    #[test]
    fn zones_have_a_sign_and_a_name_and_unknown_words_are_no_format() {
        let mut parts = parts_in_utc(0);
        for (offset, text) in [(0, "+0000"), (3600, "+0100"), (-12_600, "-0330"), (20_700, "+0545")] {
            parts.tm_gmtoff = offset;
            let local = Local { parts: &parts, seconds: 0, zone: "XYZ" };
            assert_eq!(local.written("%z %Z").as_deref(), Some(&*format!("{text} XYZ")));
        }
        for format in ["%", "%Q", "%F %", "%-"] {
            assert_eq!(Local { parts: &parts, seconds: 0, zone: "" }.written(format), None, "{format}");
        }
    }
}

//! One event as one line: message, then `key=value`, so written that nothing a client sends can look like another line or another field.
//!
//! Pure. Knows no target.
#![forbid(unsafe_code)]

use std::fmt::{self, Write as _};
use std::time::SystemTime;

use time::OffsetDateTime;
use time::macros::format_description;
use tracing::Level;
use tracing::field::{Field, Visit};

/// Characters of a message, and of a value, that are shown.
const MESSAGE: usize = 4096;
const VALUE: usize = 1024;

/// What a target needs to know of an event.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: SystemTime,
    pub(super) level: Level,
    /// Message and fields, without a line's end.
    pub(super) text: String,
}

impl Line {
    /// Time, level, text and the line's end.
    pub(super) fn dated(&self) -> String {
        let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
        // a clock beyond the year 9999 has no such form
        let time = OffsetDateTime::from(self.at).format(&form).unwrap_or_default();
        format!("{time} {} {}\n", self.word(), self.text)
    }

    /// The level, as the configuration calls it.
    pub(super) fn word(&self) -> &'static str {
        match self.level {
            Level::ERROR => "ERROR",
            Level::WARN => "WARNING",
            Level::INFO => "INFO",
            _ => "DEBUG",
        }
    }

    /// The level as syslog and journald count it (RFC 5424 section 6.2.1).
    pub(super) fn severity(&self) -> u8 {
        match self.level {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        }
    }
}

/// Collects an event's or a span's fields.
#[derive(Debug, Default)]
pub(super) struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    /// ` key=value` of each.
    pub(super) fn rest(self) -> String {
        self.rest
    }

    /// Message and fields, those of the surroundings first.
    pub(super) fn text(self, around: &str) -> String {
        let mut text = message(&self.message);
        text.push_str(around);
        text.push_str(&self.rest);
        text
    }

    fn push(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            let _ = write!(self.rest, " {}={}", field.name(), Value(value));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, &format!("{value:?}"));
    }
}

/// A message is bare, but not when it could be taken for fields.
fn message(text: &str) -> String {
    if text.contains('=') || text.starts_with('"') {
        return quoted(text, MESSAGE);
    }
    let mut out = String::with_capacity(text.len());
    escape(&mut out, text, MESSAGE, false);
    out
}

struct Value<'a>(&'a str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = |c: char| !c.is_whitespace() && !odd(c) && !matches!(c, '"' | '=' | '\\');
        if !self.0.is_empty() && self.0.len() <= VALUE && self.0.chars().all(bare) {
            f.write_str(self.0)
        } else {
            f.write_str(&quoted(self.0, VALUE))
        }
    }
}

fn quoted(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape(&mut out, text, most, true);
    out.push('"');
    out
}

fn escape(out: &mut String, text: &str, most: usize, inside_quotes: bool) {
    for (at, c) in text.chars().enumerate() {
        if at >= most {
            out.push_str("...");
            return;
        }
        if odd(c) || (inside_quotes && matches!(c, '"' | '\\')) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
}

/// What ends a line, moves a terminal's cursor, or turns the direction of writing (UAX #9 section 2).
fn odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::{Value, message};

    #[test]
    fn values_are_bare_only_when_nothing_in_them_can_mislead() {
        let table = [
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("m\u{fc}ller", "m\u{fc}ller"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            ("a=b", "\"a=b\""),
            ("a\" user=root", "\"a\\\" user=root\""),
            ("a\\", "\"a\\\\\""),
            ("a\nERROR", "\"a\\nERROR\""),
            ("\u{1b}[31m", "\"\\u{1b}[31m\""),
            ("\u{9b}31m", "\"\\u{9b}31m\""),
            ("a\u{202e}b", "\"a\\u{202e}b\""),
            ("a\u{2028}b", "\"a\\u{2028}b\""),
            ("\0", "\"\\u{0}\""),
        ];
        for (value, wanted) in table {
            assert_eq!(Value(value).to_string(), wanted);
        }
        assert_eq!(Value(&"x".repeat(5000)).to_string().len(), 1024 + 3 + 2);
    }

    #[test]
    fn messages_are_bare_unless_they_look_like_fields() {
        assert_eq!(message("address changed"), "address changed");
        assert_eq!(message("it's \"so\""), "it's \"so\"");
        assert_eq!(message("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(message("x address=192.0.2.1"), "\"x address=192.0.2.1\"");
        assert_eq!(message("\"x\""), "\"\\\"x\\\"\"");
    }
}

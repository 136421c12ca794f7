//! How a fault in the configuration is said to its owner. Knows no options and no grammar.
#![forbid(unsafe_code)]

use std::fmt;

use super::{Fault, Severity};

/// Longer values are cut when shown: a fault is one line on a terminal.
const SHOWN: usize = 60;

impl Fault {
    /// Something that keeps a section from running.
    pub fn error(wanted: impl Into<String>) -> Self {
        Self { place: None, section: None, option: None, value: None, wanted: wanted.into(), severity: Severity::Error }
    }

    /// Something that works, but surely not as meant.
    pub fn warning(wanted: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(wanted) }
    }

    /// Says where it stands: line and column.
    #[must_use]
    pub fn at(mut self, place: Option<(usize, usize)>) -> Self {
        self.place = place;
        self
    }

    /// Says in which section.
    #[must_use]
    pub fn in_section(mut self, name: &str) -> Self {
        self.section = Some(name.to_owned());
        self
    }

    /// Says which option.
    #[must_use]
    pub fn of_option(mut self, name: &str) -> Self {
        self.option = Some(name.to_owned());
        self
    }

    /// Shows the value, cut and with control characters escaped.
    #[must_use]
    pub fn with_value(mut self, value: &[u8]) -> Self {
        self.value = Some(shown(value));
        self
    }

    /// The fault with the name of its file in front: `FILE:LINE:COLUMN: section 'a', option 'b', value 'c': what was wanted`.
    pub fn in_file<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        InFile { fault: self, file }
    }
}

struct InFile<'a> {
    fault: &'a Fault,
    file: &'a str,
}

impl fmt::Display for InFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.fault.place.is_some() { "" } else { " " };
        write!(f, "{}:{gap}{}", self.file, self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        let parts = [("section", &self.section), ("option", &self.option), ("value", &self.value)];
        let mut named = false;
        for (what, text) in parts.iter().filter_map(|(what, text)| text.as_ref().map(|text| (what, text))) {
            write!(f, "{}{what} '{text}'", if named { ", " } else { "" })?;
            named = true;
        }
        write!(f, "{}{}", if named { ": " } else { "" }, self.wanted)
    }
}

/// Text that is safe on a terminal and in a log line, whatever the bytes are. Only its first line: a quote that is never closed swallows the
/// lines behind it, and one of them may be the password.
fn shown(value: &[u8]) -> String {
    let mut out = String::new();
    for c in String::from_utf8_lossy(value).chars() {
        if out.chars().count() >= SHOWN || c == '\n' {
            out.push_str("...");
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

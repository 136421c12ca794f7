//! How a fault in the configuration is said to its owner. Knows no keys and no grammar.
#![forbid(unsafe_code)]

use std::fmt;

/// Longer values are cut when shown: a fault is one line on a terminal.
const SHOWN: usize = 60;

/// What keeps a configuration from being used: where it stands, what stands there, what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line and column, both from 1; `None` when the fault is that something is not there.
    pub place: Option<(usize, usize)>,
    /// The table as the file writes it, with brackets; empty for the file as a whole.
    pub table: String,
    /// The key.
    pub key: Option<String>,
    /// The value as the file has it, cut and without control characters; never a secret's.
    pub value: Option<String>,
    /// What was wanted, and perhaps what to do.
    pub wanted: String,
}

impl Fault {
    /// The fault with the name of its file in front, as compilers write it.
    pub fn in_file<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        InFile { fault: self, file }
    }
}

/// What works, but surely not as meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning(pub Fault);

impl Warning {
    /// The warning with the name of its file in front.
    pub fn in_file<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        self.0.in_file(file)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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
        f.write_str(&self.table)?;
        let mut said = !self.table.is_empty();
        if let Some(key) = &self.key {
            write!(f, "{}{key}", if said { " " } else { "" })?;
            said = true;
        }
        if let Some(value) = &self.value {
            write!(f, " = {value}")?;
        }
        write!(f, "{}{}", if said { ": " } else { "" }, self.wanted)
    }
}

/// Text of the file that is safe on a terminal and in a log line. Only its first line: a quote that is never closed swallows the lines
/// behind it, and one of them may be a password.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at >= SHOWN || c == '\n' {
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

//! The one way to the two outputs. Text that came from elsewhere cannot move the cursor or turn the writing direction; a reader that
//! has gone away ends the command quietly.

use std::fmt::Display;
use std::io::Write;

use super::outcome::Fault;
use super::table::{Table, cleaned};

/// Writes to standard output and standard error.
pub(super) struct Printer<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    width: Option<usize>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut dyn Write, err: &'a mut dyn Write, width: Option<usize>) -> Self {
        Self { out, err, width }
    }

    /// One line of the answer.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Fault> {
        writeln!(self.out, "{}", cleaned(text))?;
        Ok(self.out.flush()?)
    }

    /// Text of our own with its own line ends.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Fault> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// A table, as wide as the screen allows.
    pub(super) fn table(&mut self, table: &Table) -> Result<(), Fault> {
        self.raw(&table.shown(self.width))
    }

    /// One JSON value, indented.
    pub(super) fn json(&mut self, value: &serde_json::Value) -> Result<(), Fault> {
        self.raw(&format!("{value:#}\n"))
    }

    /// A remark beside the answer.
    pub(super) fn warn(&mut self, text: impl Display) {
        self.aside(&format!("ddns-service: warning: {}\n", cleaned(&text.to_string())));
    }

    /// One line beside the answer, without a head.
    pub(super) fn aside_line(&mut self, text: &str) {
        self.aside(&format!("{}\n", cleaned(text)));
    }

    /// Text of our own to standard error.
    pub(super) fn warn_raw(&mut self, text: &str) {
        self.aside(text);
    }

    /// Why the command was not done.
    pub(super) fn fault(&mut self, fault: &Fault) {
        for line in fault.to_string().lines() {
            let head = if line.starts_with(' ') { "" } else { "ddns-service: " };
            self.aside(&format!("{head}{}\n", cleaned(line)));
        }
    }

    /// Standard error that is closed or full has nobody behind it: the exit code says the rest.
    fn aside(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }
}

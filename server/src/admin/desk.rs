//! What a command reads from and writes to. Nothing here knows whether it is a terminal, a pipe or a test.

use std::io::{BufRead, Write};

use super::printer::Printer;
use super::terminal::Terminal;

/// The handles of one run.
pub struct Desk<'a> {
    /// Standard input.
    pub input: &'a mut dyn BufRead,
    /// Standard output: answers.
    pub out: &'a mut dyn Write,
    /// Standard error: faults, warnings, questions.
    pub err: &'a mut dyn Write,
    /// Where passwords are asked for.
    pub terminal: &'a mut dyn Terminal,
    /// Columns of the screen that standard output is on; `None` is no screen.
    pub width: Option<usize>,
}

impl Desk<'_> {
    pub(super) fn printer(&mut self) -> Printer<'_> {
        Printer::new(self.out, self.err, self.width)
    }
}

//! Changes done in the bytes of a file, for machines without `uci`: comments, order, quoting and all that is not touched stay as they are.
#![forbid(unsafe_code)]

use std::ops::Range;

use super::migrate::Change;
use super::uci::{Command, Verb, commands, quoted};

/// The file after the changes, which must come from [`super::migrate::migrate`] of the same bytes.
pub fn rewrite(original: &[u8], changes: &[Change]) -> Vec<u8> {
    let sections = commands(original);
    let mut sheet = Sheet { original, edits: Vec::new(), tail: Vec::new(), ended: false };
    for change in changes {
        match change {
            Change::Add { section, kind } => sheet.add(section, kind),
            Change::Set { section, option, value } => match of(&sections, section) {
                Some(commands) => sheet.set(commands, option, value.as_bytes()),
                None => sheet.tail.extend(line(b"\t", option, value.as_bytes(), sheet.line_end())),
            },
            Change::Rename { section, from, to } => {
                for command in named(&sections, section, from) {
                    sheet.rename(command, to);
                }
            }
            Change::Delete { section, option } => {
                for command in named(&sections, section, option) {
                    sheet.delete(command, option);
                }
            }
        }
    }
    sheet.done()
}

fn of<'a>(sections: &'a [(String, Vec<Command>)], section: &str) -> Option<&'a Vec<Command>> {
    sections.iter().find(|(name, _)| name == section).map(|(_, commands)| commands)
}

fn named<'a>(
    sections: &'a [(String, Vec<Command>)],
    section: &str,
    option: &'a str,
) -> impl Iterator<Item = &'a Command> {
    of(sections, section).into_iter().flatten().filter(move |command| is_option(command, option))
}

fn is_option(command: &Command, name: &str) -> bool {
    command.verb != Verb::Config && command.first.text == name.as_bytes()
}

struct Sheet<'a> {
    original: &'a [u8],
    /// Bytes to replace; done from the end of the file to its beginning.
    edits: Vec<(Range<usize>, Vec<u8>)>,
    /// What comes behind the last line.
    tail: Vec<u8>,
    /// The last line, which had no end, has got one.
    ended: bool,
}

impl<'a> Sheet<'a> {
    fn add(&mut self, section: &str, kind: &str) {
        let end = self.line_end();
        self.tail.extend_from_slice(end);
        self.tail.extend_from_slice(format!("config {kind} '{section}'").as_bytes());
        self.tail.extend_from_slice(end);
    }

    fn rename(&mut self, command: &Command, to: &str) {
        let span = command.first.span.clone();
        let was_quoted = self.original.get(span.start).is_some_and(|byte| b"'\"".contains(byte));
        let name = if was_quoted { quoted(to.as_bytes()) } else { to.as_bytes().to_vec() };
        self.edits.push((span, name));
    }

    fn delete(&mut self, command: &Command, name: &str) {
        let start = self.line_start(command.span.start);
        let alone = command.span.end == self.original.len() || self.ends_line(command);
        if let Some(start) = start.filter(|_| alone) {
            self.edits.push((start..command.span.end, Vec::new()));
        } else {
            // it shares its line: an empty value is "not set", and the line keeps its shape
            let end = command.second.span.end.max(command.first.span.end);
            self.edits.push((command.span.start..end, format!("option {name} ''").into_bytes()));
        }
    }

    fn set(&mut self, commands: &'a [Command], name: &str, value: &[u8]) {
        let old = commands.iter().rfind(|command| is_option(command, name));
        match old.filter(|command| command.verb == Verb::Option && !command.rest_unread) {
            Some(command) if command.second.span.is_empty() => {
                let name = command.first.span.clone();
                let with_value = [&self.original[name.clone()], b" ", quoted(value).as_slice()].concat();
                self.edits.push((name, with_value));
            }
            Some(command) => self.edits.push((command.second.span.clone(), quoted(value))),
            None => self.append(commands, name, value),
        }
    }

    /// A new line behind the last one of the section.
    fn append(&mut self, commands: &[Command], name: &str, value: &[u8]) {
        let Some(last) = commands.last() else { return };
        let at = last.span.end;
        let end = self.line_end();
        let indent = match self.line_start(last.span.start) {
            Some(start) if last.verb != Verb::Config => &self.original[start..last.span.start],
            _ => b"\t",
        };
        let text = if self.ends_line(last) {
            line(indent, name, value, end)
        } else if at == self.original.len() {
            let first = !std::mem::replace(&mut self.ended, true);
            [if first { end } else { b"" }, line(indent, name, value, end).as_slice()].concat()
        } else {
            // a `;` ended the command and another one follows on this line
            line(b" ", name, value, b";")
        };
        self.edits.push((at..at, text));
    }

    fn ends_line(&self, command: &Command) -> bool {
        self.original[command.span.clone()].ends_with(b"\n")
    }

    /// Where the line begins, if nothing but blanks stands before `at`.
    fn line_start(&self, at: usize) -> Option<usize> {
        let start = self.original[..at].iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
        self.original[start..at].iter().all(u8::is_ascii_whitespace).then_some(start)
    }

    fn line_end(&self) -> &'static [u8] {
        let first = self.original.iter().position(|&b| b == b'\n');
        if first.is_some_and(|at| self.original[..at].ends_with(b"\r")) { b"\r\n" } else { b"\n" }
    }

    fn done(mut self) -> Vec<u8> {
        let end = self.line_end();
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = Vec::with_capacity(self.original.len() + 256);
        let mut at = 0;
        for (span, text) in self.edits {
            out.extend_from_slice(&self.original[at..span.start.max(at)]);
            out.extend(text);
            at = span.end.max(at);
        }
        out.extend_from_slice(&self.original[at..]);
        if !self.tail.is_empty() && !out.is_empty() && !out.ends_with(b"\n") {
            out.extend_from_slice(end);
        }
        out.extend(self.tail);
        out
    }
}

fn line(indent: &[u8], name: &str, value: &[u8], end: &[u8]) -> Vec<u8> {
    [indent, b"option ", name.as_bytes(), b" ", quoted(value).as_slice(), end].concat()
}

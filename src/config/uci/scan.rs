//! Words and commands of a UCI file, as libuci cuts them: quotes, escapes, comments, `;`.
//!
//! Knows neither sections nor options. Where libuci is odd, it is odd in the same way, because a file that `uci` reads differently from us
//! would be two configurations in one.
#![forbid(unsafe_code)]

use std::ops::Range;

/// The four commands of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Package,
    Config,
    Option,
    List,
}

/// A word with its quotes and escapes resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: Vec<u8>,
    /// The bytes of the file it was written with; empty where there is no word.
    pub(crate) span: Range<usize>,
}

/// One command, with the bytes of the file that belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) verb: Verb,
    /// From its first letter up to and including its line end or `;`.
    pub(crate) span: Range<usize>,
    /// Type or option name.
    pub(crate) first: Word,
    /// Section name or value; empty when not written.
    pub(crate) second: Word,
    /// An unquoted `;` ended the command and libuci never looks at what follows on that line.
    pub(crate) rest_unread: bool,
}

/// Why a command cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    /// Where in the file.
    pub(crate) at: usize,
    /// The verb, if that much could be read.
    pub(crate) verb: Option<Verb>,
    /// What is wrong and what was wanted.
    pub(crate) wanted: &'static str,
}

const NUL: &str = "a NUL byte: this is not a text file";
const OPEN_QUOTE: &str = "the quote opened here is never closed (EOF with unterminated quote)";

/// Reads commands one after the other.
pub(crate) struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    /// At the beginning of a line, not behind a `;`.
    fresh: bool,
    /// Bytes that may still be read a second time after an error; keeps the whole linear.
    budget: usize,
}

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, fresh: true, budget: text.len() }
    }

    /// The next command, or why it cannot be read; `None` at the end of the file.
    pub(crate) fn next_command(&mut self) -> Option<Result<Command, Broken>> {
        loop {
            self.skip_to_verb();
            match self.peek()? {
                b'#' => self.skip_line(),
                _ => break,
            }
        }
        let start = self.at;
        Some(self.command(start).inspect_err(|_| self.resume(start)))
    }

    /// One word and whether the line holds nothing else: the form of a line in a file of pending changes.
    pub(crate) fn lone_word(&mut self) -> Result<Word, Broken> {
        self.skip_blanks();
        let word = self.word(&mut false)?;
        self.skip_blanks();
        match self.peek() {
            None | Some(b'\n') => Ok(word),
            Some(_) => Err(Broken { at: self.at, verb: None, wanted: "one word" }),
        }
    }

    /// Moves to the next line, wherever it is now; false at the end of the file.
    pub(crate) fn next_line(&mut self) -> bool {
        self.skip_line();
        self.at += 1;
        self.fresh = true;
        self.at < self.text.len()
    }

    fn command(&mut self, start: usize) -> Result<Command, Broken> {
        let verb = self.verb()?;
        let tell = |broken: Broken| Broken { verb: Some(verb), ..broken };
        let mut rest_unread = false;
        let first = self.argument(&mut rest_unread).map_err(tell)?;
        if first.text.is_empty() {
            let wanted =
                if verb == Verb::Config { "a section type after 'config'" } else { "a name after the command" };
            return Err(tell(Broken { at: first.span.start, verb: None, wanted }));
        }
        let none = Word { text: Vec::new(), span: self.at..self.at };
        let second = if verb == Verb::Package { none } else { self.argument(&mut rest_unread).map_err(tell)? };
        let extra = self.argument(&mut rest_unread).map_err(tell)?;
        if !extra.text.is_empty() {
            let wanted =
                "too many arguments: a value with blanks must stand in quotes, an apostrophe in it is written '\\''";
            return Err(tell(Broken { at: extra.span.start, verb: None, wanted }));
        }
        let semicolon = self.at == extra.span.start + 1 && self.text[extra.span.start] == b';';
        self.fresh = !semicolon && self.peek() == Some(b'\n');
        self.at += usize::from(self.fresh);
        Ok(Command { verb, span: start..self.at, first, second, rest_unread })
    }

    /// The command's own word ends at a blank and nowhere else.
    fn verb(&mut self) -> Result<Verb, Broken> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.iter().position(|b| b" \t\n".contains(b)).unwrap_or(rest.len());
        let word = &rest[..length];
        self.at = start + length;
        let verb = match word {
            b"p" | b"package" => Verb::Package,
            b"c" | b"config" => Verb::Config,
            b"o" | b"option" => Verb::Option,
            b"l" | b"list" => Verb::List,
            _ if word.contains(&0) => return Err(Broken { at: start, verb: None, wanted: NUL }),
            _ => {
                return Err(Broken { at: start, verb: None, wanted: "invalid command: wanted config, option or list" });
            }
        };
        match self.peek() {
            Some(b' ' | b'\t') => Ok(verb),
            _ => Err(Broken {
                at: start,
                verb: Some(verb),
                wanted: "invalid command: a name must follow on the same line",
            }),
        }
    }

    fn argument(&mut self, rest_unread: &mut bool) -> Result<Word, Broken> {
        self.skip_blanks();
        if self.peek() == Some(b';') {
            self.at += 1;
            return Ok(Word { text: Vec::new(), span: self.at - 1..self.at - 1 });
        }
        self.word(rest_unread)
    }

    fn word(&mut self, rest_unread: &mut bool) -> Result<Word, Broken> {
        let start = self.at;
        let mut text = Vec::new();
        let mut plain = true;
        while let Some(byte) = self.peek() {
            plain = plain && !b"'\"\\".contains(&byte);
            match byte {
                byte if byte.is_ascii_whitespace() || byte == 0x0b => break,
                b'\'' | b'"' => self.quoted(byte, &mut text)?,
                b'\\' => self.escaped(&mut text),
                b'#' => break,
                b';' => {
                    *rest_unread |= plain;
                    break;
                }
                0 => return Err(Broken { at: self.at, verb: None, wanted: NUL }),
                byte => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        let span = start..self.at;
        if self.peek() == Some(b'#') || (plain && self.peek() == Some(b';')) {
            self.skip_line();
        }
        Ok(Word { text, span })
    }

    fn quoted(&mut self, quote: u8, text: &mut Vec<u8>) -> Result<(), Broken> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(Broken { at: open, verb: None, wanted: OPEN_QUOTE }),
                Some(0) => return Err(Broken { at: self.at, verb: None, wanted: NUL }),
                Some(byte) if byte == quote => break,
                Some(b'\\') if quote == b'"' => self.escaped(text),
                Some(byte) => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(())
    }

    /// `\` keeps the next byte as it is; before a line end both vanish.
    fn escaped(&mut self, text: &mut Vec<u8>) {
        self.at += 1;
        let rest = &self.text[self.at..];
        match rest {
            [b'\r', b'\n', ..] => self.at += 2,
            [b'\n', ..] => self.at += 1,
            // NUL is left for the caller, which refuses it
            [] | [0, ..] => {}
            [byte, ..] => {
                text.push(*byte);
                self.at += 1;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_to_verb(&mut self) {
        while let Some(byte) = self.peek() {
            // behind a `;` libuci skips only these two, and calls a line end an invalid command
            let blank = matches!(byte, b' ' | b'\t') || (self.fresh && (byte.is_ascii_whitespace() || byte == 0x0b));
            if !blank {
                break;
            }
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c)) {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        self.fresh = true;
    }

    /// Goes on at the next line that begins a section. A quote that was not meant may have swallowed lines: they are looked at again.
    pub(crate) fn resume(&mut self, start: usize) {
        let again = self.at.saturating_sub(start);
        if again <= self.budget {
            self.budget -= again;
            self.at = start;
        }
        while self.next_line() {
            if begins_section(&self.text[self.at..]) {
                return;
            }
        }
        self.at = self.text.len();
    }
}

fn begins_section(line: &[u8]) -> bool {
    let blanks = line.iter().take_while(|b| b" \t".contains(b)).count();
    let line = &line[blanks..];
    let rest = line.strip_prefix(b"config").or_else(|| line.strip_prefix(b"c"));
    matches!(rest, Some([b' ' | b'\t', ..]))
}

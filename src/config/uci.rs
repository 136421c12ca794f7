//! The UCI grammar: bytes of `/etc/config/ddns` to sections and back, as libuci reads and writes them.
//!
//! Values are bytes (a password need not be UTF-8). Knows no option by name. `scan` cuts words, `parse` builds sections and goes on
//! after an error, `delta` applies changes that are not committed yet.
#![forbid(unsafe_code)]

mod delta;
mod parse;
mod scan;

pub use delta::apply_delta;
pub(crate) use parse::commands;
pub use parse::parse;
pub(crate) use scan::{Command, Verb};

use std::fmt;

use super::Fault;

/// Line and column, both from 1; the column counts bytes.
pub type Place = (usize, usize);

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// In the order of the file; a section that is named again continues the first one.
    pub sections: Vec<Section>,
    /// What libuci would refuse (errors) and what it silently drops (warnings).
    pub faults: Vec<Fault>,
}

/// `config KIND 'NAME'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its type.
    pub kind: String,
    /// Its name; libuci's `cfgXXXXXX` when it has none of its own.
    pub name: String,
    /// It stands unnamed in the file.
    pub anonymous: bool,
    /// In the order of the file, each name once.
    pub options: Vec<Opt>,
    /// Where it begins; `None` when it is a pending change.
    pub place: Option<Place>,
    /// There is an error inside: what could be read is here, but nobody may rely on it.
    pub broken: bool,
}

/// `option NAME 'VALUE'` or the `list NAME` lines of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    /// A-Z a-z 0-9 `_` only.
    pub name: String,
    /// Never empty: libuci takes an empty value for "not set".
    pub value: Value,
    /// Where its name stands; `None` when it is a pending change.
    pub place: Option<Place>,
}

/// What an option holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// From `option`.
    One(Vec<u8>),
    /// From `list`.
    List(Vec<Vec<u8>>),
}

impl fmt::Debug for Value {
    /// Without the bytes: the grammar does not know which options are secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => write!(f, "One({} bytes)", value.len()),
            Self::List(values) => write!(f, "List({} values)", values.len()),
        }
    }
}

impl File {
    /// The section of that name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|s| s.name == name)
    }

    /// The section of that name, to be changed.
    pub fn section_mut(&mut self, name: &str) -> Option<&mut Section> {
        self.sections.iter_mut().find(|s| s.name == name)
    }
}

impl Section {
    /// A named section without options, as `uci set ddns.NAME=KIND` makes it.
    pub fn named(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            anonymous: false,
            options: Vec::new(),
            place: None,
            broken: false,
        }
    }

    /// The option of that name.
    pub fn get(&self, name: &str) -> Option<&Opt> {
        self.options.iter().find(|o| o.name == name)
    }

    /// The value of an `option`; a `list` of that name is not seen.
    pub fn one(&self, name: &str) -> Option<&[u8]> {
        match &self.get(name)?.value {
            Value::One(value) => Some(value),
            Value::List(_) => None,
        }
    }

    /// Sets an option in its place or at the end; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &[u8]) {
        if value.is_empty() {
            self.remove(name);
            return;
        }
        let value = Value::One(value.to_vec());
        match self.options.iter_mut().find(|o| o.name == name) {
            Some(option) => option.value = value,
            None => self.options.push(Opt { name: name.to_owned(), value, place: None }),
        }
    }

    /// Removes an option; it is no fault if there is none.
    pub fn remove(&mut self, name: &str) {
        self.options.retain(|o| o.name != name);
    }

    /// Renames an option in its place; one that had the new name is gone.
    pub fn rename(&mut self, from: &str, to: &str) {
        if from == to || self.get(from).is_none() {
            return;
        }
        self.remove(to);
        if let Some(option) = self.options.iter_mut().find(|o| o.name == from) {
            to.clone_into(&mut option.name);
        }
    }
}

/// A section or option name: what a shell accepts in a variable, and safe in a path.
pub fn valid_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// A section type: anything printable without blanks.
fn valid_kind(kind: &[u8]) -> bool {
    !kind.is_empty() && kind.iter().all(u8::is_ascii_graphic)
}

/// libuci's name for the `number`th section (from 1) of a file: `cfg`, the number, the low half of Bernstein's hash over the type.
fn generated_name(number: usize, kind: &str) -> String {
    let hash = kind.bytes().fold(5381u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)));
    format!("cfg{number:02x}{:04x}", hash & 0xffff)
}

/// Writes a file as `uci export` does, without its `package` line. Comments and the unreadable parts of broken sections are not in it.
pub fn print(file: &File) -> Vec<u8> {
    let mut out = Vec::new();
    for section in &file.sections {
        out.extend_from_slice(b"\nconfig ");
        out.extend(if valid_name(section.kind.as_bytes()) {
            section.kind.clone().into_bytes()
        } else {
            quoted(section.kind.as_bytes())
        });
        if !section.anonymous {
            out.push(b' ');
            out.extend(quoted(section.name.as_bytes()));
        }
        out.push(b'\n');
        for option in &section.options {
            print_option(option, &mut out);
        }
    }
    out.push(b'\n');
    out
}

fn print_option(option: &Opt, out: &mut Vec<u8>) {
    let (word, values) = match &option.value {
        Value::One(value) => ("option", std::slice::from_ref(value)),
        Value::List(values) => ("list", values.as_slice()),
    };
    for value in values {
        out.extend_from_slice(format!("\t{word} {} ", option.name).as_bytes());
        out.extend(quoted(value));
        out.push(b'\n');
    }
}

/// A value in single quotes; an apostrophe leaves them for a moment.
pub(crate) fn quoted(value: &[u8]) -> Vec<u8> {
    let mut out = vec![b'\''];
    for &byte in value {
        if byte == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(byte);
        }
    }
    out.push(b'\'');
    out
}

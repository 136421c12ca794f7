//! One table of the file, read by the rows of `keys.rs`: every getter gives a value that is fit to use, and notes what was wrong.
//!
//! Knows how TOML writes values, and no key's meaning.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::path::PathBuf;

use ddns::secret::Secret;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::shown;
use super::keys::{ALL, Key, Kind, Table};
use super::{Fault, Warning};

/// The file's text, and what was found wrong in it so far.
pub(super) struct Notes<'a> {
    text: &'a str,
    pub(super) faults: RefCell<Vec<Fault>>,
    pub(super) warnings: RefCell<Vec<Warning>>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, faults: RefCell::default(), warnings: RefCell::default() }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.bytes().filter(|b| *b == b'\n').count() + 1, before[start..].chars().count() + 1)
    }
}

/// A key that is there.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// As the file spells it.
    pub(super) name: &'a str,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    at: usize,
}

/// A text, and where it stands.
#[derive(Clone)]
pub(super) struct Text<'a> {
    pub(super) text: String,
    pub(super) entry: Option<Entry<'a>>,
}

/// A table that is there, or one of which every key is left out.
pub(super) struct Sheet<'a> {
    pub(super) notes: &'a Notes<'a>,
    pub(super) label: String,
    values: Option<&'a DeTable<'a>>,
    at: Option<usize>,
}

impl<'a> Sheet<'a> {
    /// The file's top.
    pub(super) fn top(notes: &'a Notes<'a>, values: &'a DeTable<'a>, spec: &'static Table) -> Self {
        let sheet = Self { notes, label: String::new(), values: Some(values), at: None };
        sheet.refuse_unknown(spec);
        sheet
    }

    /// A table that is not there: all defaults.
    pub(super) fn none(notes: &'a Notes<'a>) -> Self {
        Self { notes, label: String::new(), values: None, at: None }
    }

    /// The table that stands under `key`, with a fault for each of its keys that is not in `spec`.
    pub(super) fn inside(&self, key: &Key, spec: &'static Table) -> Self {
        let sheet = self.free(key, spec.name);
        sheet.refuse_unknown(spec);
        sheet
    }

    /// The table that stands under `key`, whose keys are the owner's own.
    pub(super) fn free(&self, key: &Key, name: &str) -> Self {
        let label = format!("[{name}]");
        let entry = self.entry(key);
        let values = entry.and_then(|entry| {
            let table = entry.value.get_ref().as_table();
            if table.is_none() {
                self.wrong(entry, format!("wanted a table, written {label}"));
            }
            table
        });
        Self { notes: self.notes, label, values, at: entry.map(|entry| entry.at) }
    }

    /// One of several tables.
    pub(super) fn one_of(&self, label: String, value: &'a Spanned<DeValue<'a>>, spec: &'static Table) -> Option<Self> {
        let values = value.get_ref().as_table()?;
        let sheet = Self { notes: self.notes, label, values: Some(values), at: Some(value.span().start) };
        sheet.refuse_unknown(spec);
        Some(sheet)
    }

    /// Everything in it, in the order of the file.
    pub(super) fn entries(&self) -> Vec<Entry<'a>> {
        let values = self.values.into_iter().flat_map(|table| table.iter());
        let mut all: Vec<Entry<'a>> =
            values.map(|(name, value)| Entry { name: name.get_ref().as_ref(), value, at: name.span().start }).collect();
        all.sort_by_key(|entry| entry.at);
        all
    }

    /// What stands under a key or its alias.
    pub(super) fn entry(&self, key: &Key) -> Option<Entry<'a>> {
        let mut found = self.entries().into_iter().filter(|entry| key.is(entry.name));
        let first = found.next()?;
        if let Some(second) = found.next() {
            self.wrong(second, format!("'{}' and '{}' are the same key: keep one", first.name, second.name));
        }
        Some(first)
    }

    pub(super) fn flag(&self, key: &Key) -> bool {
        let Kind::Flag(default) = key.kind else { return false };
        let Some(entry) = self.entry(key) else { return default };
        entry.value.get_ref().as_bool().unwrap_or_else(|| {
            self.mistyped(entry, "wanted true or false");
            default
        })
    }

    pub(super) fn number<T: TryFrom<u64> + Default>(&self, key: &Key) -> T {
        let Kind::Number(least, most, default) = key.kind else { return T::default() };
        let number = self.entry(key).and_then(|entry| {
            let number = entry.value.get_ref().as_integer();
            let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
            let fit = number.filter(|number| (least..=most).contains(number));
            if fit.is_none() {
                self.mistyped(entry, &format!("wanted a whole number from {least} to {most}"));
            }
            fit
        });
        T::try_from(number.unwrap_or(default)).unwrap_or_default()
    }

    /// A key's word, as `keys.rs` spells it.
    pub(super) fn choice(&self, key: &Key) -> &'static str {
        let Kind::Choice(words) = key.kind else { return "" };
        let Some(entry) = self.entry(key) else { return words[0] };
        let text = entry.value.get_ref().as_str();
        let found = words.iter().find(|word| text.is_some_and(|text| text.eq_ignore_ascii_case(word)));
        if found.is_none() {
            self.wrong(entry, format!("wanted {}", either(words)));
        }
        found.unwrap_or(&words[0])
    }

    /// A key's text, or its default; `None` when that is empty.
    pub(super) fn text(&self, key: &Key) -> Option<Text<'a>> {
        let default = if let Kind::Text(default) = key.kind { default } else { "" };
        let Some(entry) = self.entry(key) else {
            return (!default.is_empty()).then(|| Text { text: default.to_owned(), entry: None });
        };
        self.line(entry).filter(|text| !text.is_empty()).map(|text| Text { text, entry: Some(entry) })
    }

    pub(super) fn path(&self, key: &Key) -> Option<PathBuf> {
        self.text(key).map(|text| PathBuf::from(text.text))
    }

    pub(super) fn secret(&self, key: &Key) -> Option<Secret> {
        self.text(key).map(|text| Secret::new(text.text))
    }

    /// A key's texts, or its default's.
    pub(super) fn list(&self, key: &Key) -> Vec<Text<'a>> {
        let Kind::List(default) = key.kind else { return Vec::new() };
        let Some(entry) = self.entry(key) else {
            return default.iter().map(|text| Text { text: (*text).to_owned(), entry: None }).collect();
        };
        self.texts(entry)
    }

    /// The texts of an array.
    pub(super) fn texts(&self, entry: Entry<'a>) -> Vec<Text<'a>> {
        let Some(array) = entry.value.get_ref().as_array() else {
            self.wrong(entry, "wanted a list of texts: [\"...\", \"...\"]".to_owned());
            return Vec::new();
        };
        let entries = array.iter().map(|value| Entry { name: entry.name, value, at: value.span().start });
        entries.filter_map(|entry| self.line(entry).map(|text| Text { text, entry: Some(entry) })).collect()
    }

    /// One line of text; control characters would end in mails, logs and requests.
    pub(super) fn line(&self, entry: Entry<'a>) -> Option<String> {
        let text = entry.value.get_ref().as_str();
        if text.is_none() {
            self.mistyped(entry, "wanted a text in quotes");
        }
        let text = text?;
        if text.chars().any(char::is_control) {
            self.wrong(entry, "wanted one line of text without control characters".to_owned());
            return None;
        }
        Some(text.to_owned())
    }

    /// A value that is not what was wanted.
    pub(super) fn wrong(&self, entry: Entry<'_>, wanted: String) {
        self.notes.faults.borrow_mut().push(self.fault(entry, wanted));
    }

    /// The same for a text that may be a default.
    pub(super) fn unfit(&self, text: &Text<'_>, wanted: String) {
        if let Some(entry) = text.entry {
            self.wrong(entry, wanted);
        }
    }

    /// Something that works, but surely not as meant.
    pub(super) fn odd(&self, entry: Entry<'_>, wanted: String) {
        self.notes.warnings.borrow_mut().push(Warning(self.fault(entry, wanted)));
    }

    /// The same for each of these keys that is there.
    pub(super) fn idle(&self, keys: &[&Key], because: &str) {
        for entry in keys.iter().filter_map(|key| self.entry(key)) {
            let fault = Fault { value: None, ..self.fault(entry, format!("has no effect {because}")) };
            self.notes.warnings.borrow_mut().push(Warning(fault));
        }
    }

    /// A key that has to be there; one that is, and is wrong, has been told of.
    pub(super) fn missing(&self, key: &Key, because: &str) {
        let told = |fault: &Fault| fault.table == self.label && fault.key.as_deref().is_some_and(|name| key.is(name));
        if self.notes.faults.borrow().iter().any(told) {
            return;
        }
        self.notes.faults.borrow_mut().push(Fault {
            place: self.at.map(|at| self.notes.place(at)),
            table: self.label.clone(),
            key: Some(key.name.to_owned()),
            value: None,
            wanted: format!("is missing: wanted {because}"),
        });
    }

    fn mistyped(&self, entry: Entry<'_>, wanted: &str) {
        let quoted = entry.value.get_ref().is_str();
        self.wrong(entry, format!("{wanted}{}", if quoted { ", without quotes" } else { "" }));
    }

    fn fault(&self, entry: Entry<'_>, wanted: String) -> Fault {
        Fault {
            place: Some(self.notes.place(entry.at)),
            table: self.label.clone(),
            key: Some(shown(entry.name)),
            value: self.raw(entry),
            wanted,
        }
    }

    /// The value as it stands in the file; nothing of tables, and nothing of what is secret or may be.
    fn raw(&self, entry: Entry<'_>) -> Option<String> {
        let public =
            ALL.iter().flat_map(|table| table.keys).any(|key| key.is(entry.name)) && !entry.name.contains("password");
        let listed = self.label == "[endpoints.params]" || self.label.starts_with("[dns_service.");
        if entry.value.get_ref().is_table() || !(public || listed) {
            return None;
        }
        self.notes.text.get(entry.value.span()).map(shown)
    }

    fn refuse_unknown(&self, spec: &'static Table) {
        for entry in self.entries() {
            if spec.keys.iter().any(|key| key.is(entry.name)) {
                continue;
            }
            let fault = Fault { value: None, ..self.fault(entry, unknown(entry.name, spec)) };
            self.notes.faults.borrow_mut().push(fault);
        }
    }
}

/// What an unknown key may have been meant to be.
fn unknown(name: &str, spec: &'static Table) -> String {
    let what = if spec.name.is_empty() { "unknown table or key" } else { "unknown key" };
    if let Some(other) = ALL.iter().find(|table| table.keys.iter().any(|key| key.is(name))) {
        let place = if other.name.is_empty() { "the top of the file".to_owned() } else { format!("[{}]", other.name) };
        return format!("{what}: '{name}' belongs into {place}");
    }
    // a name as long as a paragraph is like nothing, and not worth the time
    let short = name.len() <= 60;
    let near = spec.keys.iter().filter(|_| short).map(|key| (strsim::osa_distance(name, key.name), key));
    match near.min_by_key(|(distance, _)| *distance) {
        Some((distance, key)) if distance <= key.name.len().min(name.len()) / 3 + 1 => {
            format!("{what}; the nearest known one is '{}'", key.name)
        }
        _ => format!("{what}; known are {}", spec.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
    }
}

fn either(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

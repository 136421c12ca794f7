//! Changes that were made with `uci set` and not committed yet: the lines of `/tmp/.uci/ddns`.
//!
//! `ddns.a.opt='v'` sets, `-` deletes, `|` adds to a list, `~` takes from it, `@` renames, `+` adds an unnamed section, `^` moves a section.
#![forbid(unsafe_code)]

use super::scan::Scan;
use super::{File, Opt, Section, Value, valid_kind, valid_name};

/// The only package there is here.
const PACKAGE: &str = "ddns";

/// Applies the lines in order. One that cannot be read, or changes what is not there, is ignored, as libuci does it.
pub fn apply_delta(file: &mut File, delta: &[u8]) {
    let mut scan = Scan::new(delta);
    loop {
        if let Ok(word) = scan.lone_word()
            && let Some(change) = Change::read(&word.text)
        {
            change.apply(file);
        }
        if !scan.next_line() {
            break;
        }
    }
}

struct Change<'a> {
    /// The sign in front; 0 for a plain setting.
    sign: u8,
    section: &'a str,
    option: Option<&'a str>,
    value: Option<&'a [u8]>,
}

impl<'a> Change<'a> {
    fn read(line: &'a [u8]) -> Option<Self> {
        let (sign, line) = match line {
            [sign, rest @ ..] if b"-@+|~^".contains(sign) => (*sign, rest),
            _ => (0, line),
        };
        let split = line.iter().position(|&b| b == b'=');
        let (path, value) = match split {
            Some(at) => (&line[..at], Some(&line[at + 1..])),
            None => (line, None),
        };
        let mut parts = std::str::from_utf8(path).ok()?.split('.');
        let package = parts.next()?;
        let section = parts.next().filter(|name| valid_name(name.as_bytes()))?;
        let option = parts.next();
        let sound = package == PACKAGE
            && parts.next().is_none()
            && option.is_none_or(|name| valid_name(name.as_bytes()))
            && (value.is_some() || sign == b'-');
        sound.then_some(Self { sign, section, option, value })
    }

    fn apply(&self, file: &mut File) {
        let value = self.value.unwrap_or_default();
        match (self.sign, self.option) {
            (b'-', None) => file.sections.retain(|s| s.name != self.section),
            (b'^', None) => self.move_section(file, value),
            (b'@', None) if valid_name(value) => self.rename_section(file, value),
            (0 | b'+', None) => self.set_section(file, value),
            (sign, Some(option)) => {
                if let Some(section) = file.section_mut(self.section) {
                    change_option(section, sign, option, self.value);
                }
            }
            _ => {}
        }
    }

    fn set_section(&self, file: &mut File, kind: &[u8]) {
        if kind.is_empty() {
            file.sections.retain(|s| s.name != self.section);
        }
        let Some(kind) = std::str::from_utf8(kind).ok().filter(|kind| valid_kind(kind.as_bytes())) else { return };
        match file.section_mut(self.section) {
            Some(section) => kind.clone_into(&mut section.kind),
            None => file.sections.push(Section { anonymous: self.sign == b'+', ..Section::named(kind, self.section) }),
        }
    }

    fn rename_section(&self, file: &mut File, name: &[u8]) {
        if let (Some(section), Ok(name)) = (file.section_mut(self.section), std::str::from_utf8(name)) {
            name.clone_into(&mut section.name);
            section.anonymous = false;
        }
    }

    fn move_section(&self, file: &mut File, to: &[u8]) {
        let to = std::str::from_utf8(to).ok().and_then(|to| to.parse::<usize>().ok());
        let from = file.sections.iter().position(|s| s.name == self.section);
        if let (Some(from), Some(to)) = (from, to) {
            let section = file.sections.remove(from);
            file.sections.insert(to.min(file.sections.len()), section);
        }
    }
}

fn change_option(section: &mut Section, sign: u8, name: &str, value: Option<&[u8]>) {
    match (sign, value) {
        (b'-', None) => section.remove(name),
        (b'-', Some(index)) => remove_item(section, name, index),
        (b'@', Some(to)) if valid_name(to) => {
            if let Ok(to) = std::str::from_utf8(to) {
                section.rename(name, to);
            }
        }
        (b'|', Some(value)) => add_item(section, name, value),
        (b'~', Some(value)) => keep_items(section, name, |_, item| item != value),
        (0 | b'+', Some(value)) => section.set(name, value),
        _ => {}
    }
}

/// `-ddns.a.list='1'` takes the second item; for a plain option the number says nothing.
fn remove_item(section: &mut Section, name: &str, index: &[u8]) {
    let index = std::str::from_utf8(index).ok().and_then(|index| index.parse::<usize>().ok());
    match (section.get(name).map(|o| &o.value), index) {
        (Some(Value::List(_)), Some(index)) => keep_items(section, name, |at, _| at != index),
        (Some(Value::List(_)), None) => {}
        _ => section.remove(name),
    }
}

fn add_item(section: &mut Section, name: &str, item: &[u8]) {
    match section.options.iter_mut().find(|o| o.name == name).map(|o| &mut o.value) {
        Some(Value::List(items)) => items.push(item.to_vec()),
        Some(value) => {
            if let Value::One(first) = value {
                *value = Value::List(vec![std::mem::take(first), item.to_vec()]);
            }
        }
        None => {
            let value = Value::List(vec![item.to_vec()]);
            section.options.push(Opt { name: name.to_owned(), value, place: None });
        }
    }
}

fn keep_items(section: &mut Section, name: &str, keep: impl Fn(usize, &[u8]) -> bool) {
    let Some(Opt { value: Value::List(items), .. }) = section.options.iter_mut().find(|o| o.name == name) else {
        return;
    };
    let mut at = 0;
    items.retain(|item| {
        at += 1;
        keep(at - 1, item)
    });
    if items.is_empty() {
        section.remove(name);
    }
}

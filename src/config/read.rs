//! Reads single options of a section as what the table says they are, with `global` behind it, and collects what is wrong on the way.
//!
//! Knows how values are written, not what they are for: that is `section`.
#![forbid(unsafe_code)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::options::{Kind, Spec};
use super::uci::{self, Place, Value};
use super::{Fault, Severity};
use crate::secret::Secret;

/// A value with where it came from.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) value: &'a [u8],
    section: &'a str,
    name: &'a str,
    place: Option<Place>,
}

/// One section being read.
pub(super) struct Reader<'a> {
    section: &'a uci::Section,
    global: Option<&'a uci::Section>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(section: &'a uci::Section, global: Option<&'a uci::Section>) -> Self {
        Self { section, global, faults: Vec::new() }
    }

    /// The option as it stands: in the section, by its old name there, or in `global`. Empty and `list` values count as not set.
    pub(super) fn find(&self, spec: &Spec) -> Option<Found<'a>> {
        self.own(spec).or_else(|| self.global.and_then(|global| look(global, spec)))
    }

    /// The same without `global`.
    pub(super) fn own(&self, spec: &Spec) -> Option<Found<'a>> {
        look(self.section, spec)
    }

    /// Something is wrong with a value.
    pub(super) fn wrong(&mut self, spec: &Spec, found: Found<'_>, severity: Severity, wanted: impl Into<String>) {
        let login = matches!(spec.kind, Kind::Url) && found.value.contains(&b'@');
        let value = if spec.secret() || login { b"***" } else { found.value };
        let fault =
            Fault::error(wanted).in_section(found.section).of_option(found.name).with_value(value).at(found.place);
        self.faults.push(Fault { severity, ..fault });
    }

    /// Something is wrong with the section as a whole.
    pub(super) fn complain(&mut self, fault: Fault) {
        self.faults.push(fault.in_section(&self.section.name).at(self.section.place));
    }

    /// A switch; anything but the known words is a warning and the default.
    pub(super) fn flag(&mut self, spec: &Spec) -> bool {
        let default = truth(spec.default.as_bytes()).unwrap_or(false);
        let Some(found) = self.find(spec) else { return default };
        truth(found.value).unwrap_or_else(|| {
            let wanted = format!("wanted 0 or 1; taken as {}", u8::from(default));
            self.wrong(spec, found, Severity::Warning, wanted);
            default
        })
    }

    /// A whole number within the table's range; anything else is a warning and the default or the nearest end of the range.
    pub(super) fn number(&mut self, spec: &Spec) -> u64 {
        let default = spec.default.parse().unwrap_or(0);
        let Kind::Number(least, most) = spec.kind else { return default };
        let Some(found) = self.find(spec) else { return default };
        let read = whole_number(found.value);
        let taken = read.map_or(default, |number| number.clamp(least, most));
        if read != Some(taken) {
            let wanted = format!("wanted a whole number from {least} to {most}; taken as {taken}");
            self.wrong(spec, found, Severity::Warning, wanted);
        }
        taken
    }

    /// Text of one line in UTF-8; anything else is an error.
    pub(super) fn text(&mut self, spec: &Spec) -> Option<String> {
        self.form(spec, |text| Ok(text.to_owned()))
    }

    /// Text in a form of its own; what the form wants instead is an error.
    pub(super) fn form<T>(&mut self, spec: &Spec, form: impl Fn(&str) -> Result<T, &'static str>) -> Option<T> {
        let found = self.find(spec)?;
        let text = std::str::from_utf8(found.value).ok().filter(|text| !text.contains(char::is_control));
        match text.ok_or("wanted one line of text").and_then(form) {
            Ok(value) => Some(value),
            Err(wanted) => {
                self.wrong(spec, found, Severity::Error, wanted);
                None
            }
        }
    }

    /// Any bytes, kept secret.
    pub(super) fn secret(&self, spec: &Spec) -> Option<Secret> {
        self.find(spec).map(|found| Secret::new(found.value))
    }

    /// A full path; anything else is an error.
    pub(super) fn path(&mut self, spec: &Spec) -> Option<PathBuf> {
        let found = self.find(spec)?;
        if found.value.starts_with(b"/") && !found.value.contains(&b'\n') {
            return Some(PathBuf::from(OsStr::from_bytes(found.value)));
        }
        self.wrong(spec, found, Severity::Error, "wanted a full path, beginning with /");
        None
    }
}

fn look<'a>(section: &'a uci::Section, spec: &Spec) -> Option<Found<'a>> {
    let mut names = std::iter::once(spec.name).chain(spec.old.iter().copied());
    names.find_map(|name| {
        let option = section.get(name)?;
        match &option.value {
            Value::One(value) => Some(Found { value, section: &section.name, name: &option.name, place: option.place }),
            Value::List(_) => None,
        }
    })
}

/// A switch, as `config_get_bool` of `OpenWrt` reads it.
pub(super) fn truth(value: &[u8]) -> Option<bool> {
    match value {
        b"1" | b"on" | b"true" | b"yes" | b"enabled" => Some(true),
        b"0" | b"off" | b"false" | b"no" | b"disabled" => Some(false),
        _ => None,
    }
}

/// Decimal digits and nothing else; what does not fit is as much as fits.
pub(super) fn whole_number(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(u64::MAX))
}

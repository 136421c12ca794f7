//! Options of a section, as providers with an API of their own read them.
//!
//! Pure.
#![forbid(unsafe_code)]

use std::path::Path;

use super::json::Step;
use super::{Job, not_sent};
use crate::address::Family;
use crate::config::Section;
use crate::secret::percent_encoded;

/// An option of the section as text, if it is set; whatever it is called.
pub(super) fn option<'s>(section: &'s Section, name: &str) -> Option<&'s str> {
    let (_, value) = section.raw.iter().find(|(known, _)| known == name)?;
    std::str::from_utf8(value.reveal()).ok().map(str::trim).filter(|text| !text.is_empty())
}

/// `KEY=VALUE` in option `param_opt`, where words are separated by blanks; the last one counts.
pub(super) fn parameter<'s>(section: &'s Section, key: &str) -> Option<&'s str> {
    let words = option(section, "param_opt")?.split_ascii_whitespace();
    words.filter_map(|word| word.split_once('=')).rfind(|(known, _)| *known == key).map(|(_, value)| value)
}

/// The file that holds the section's key, and the option that says so: `key_file=PATH` in `param_opt`, or a path in `password` in place of the
/// key (`/.../key.json`, `.pem` or `.key`).
pub(super) fn key_file(section: &Section) -> Option<(&'static str, &Path)> {
    let is_key = |path: &&Path| path.extension().is_some_and(|end| end == "json" || end == "pem" || end == "key");
    let in_password = || option(section, "password").map(Path::new).filter(|path| path.is_absolute()).filter(is_key);
    let named = parameter(section, "key_file").map(|path| ("param_opt", Path::new(path)));
    named.or_else(|| in_password().map(|path| ("password", path)))
}

/// Option `param_opt` where it is a time to live in seconds.
pub(super) fn seconds(job: &Job<'_>) -> Step<Option<u64>> {
    let seconds = option(job.section, "param_opt").map(str::parse).transpose();
    seconds.map_err(|_| not_sent("option 'param_opt': wanted seconds, such as 300".to_owned()))
}

/// An option as a part of a URL's path: a name, lower case, without a dot at its end.
pub(super) fn in_path(section: &Section, name: &str) -> String {
    percent_encoded(label(section, name).as_bytes())
}

/// An option that holds a name, lower case, without a dot at its end.
pub(super) fn label(section: &Section, name: &str) -> String {
    option(section, name).unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
}

/// `name` inside `zone`, whether it was written with the zone or without; `@` for the zone itself. Both as [`label`] gives them.
pub(super) fn relative(name: &str, zone: &str) -> String {
    let host = name.strip_suffix(zone).filter(|host| host.is_empty() || host.ends_with(['.', '@'])).unwrap_or(name);
    let host = host.trim_end_matches(['.', '@']);
    if host.is_empty() { "@".to_owned() } else { host.to_owned() }
}

/// `A` or `AAAA`.
pub(super) fn kind(job: &Job<'_>) -> &'static str {
    match job.section.family {
        Family::V4 => "A",
        Family::V6 => "AAAA",
    }
}

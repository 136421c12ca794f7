//! What was fetched for the list of providers or as a provider's recipe, looked through before it replaces anything.
//!
//! Pure: bytes in, a checked text or a reason out. `luci.md` sections 6 and 7 say what `LuCI`'s page cannot stand.
#![forbid(unsafe_code)]

use serde_json::Value;

use super::service::{Kind, NATIVE, Recipe, find, is_name};
use crate::address::Family;
use crate::url::Url;

/// Anything larger is no list and no recipe, in bytes.
pub const LIMIT: usize = 64 * 1024;
/// So much of a foreign line is quoted, in characters.
const QUOTED: usize = 40;

/// The names of a fetched list, in its order, each once.
pub fn names(body: &[u8]) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    for (at, line) in text(body)?.lines().enumerate() {
        let name = line.trim_ascii();
        if name.is_empty() || names.contains(&name) {
            continue;
        }
        if !is_name(name) {
            return Err(format!("line {} is no provider's name: '{}'", at + 1, quoted(name)));
        }
        names.push(name);
    }
    if names.is_empty() { Err("is empty".to_owned()) } else { Ok(names) }
}

/// A provider's recipe as a JSON file that can be used.
#[derive(Debug)]
pub struct Entry {
    /// What to write down.
    pub text: Vec<u8>,
    /// How the provider is told, for each family the file knows.
    pub kinds: Vec<(Family, Kind)>,
}

/// The recipe of `name`.
pub fn entry(name: &str, body: &[u8]) -> Result<Entry, String> {
    let mut file: Value =
        serde_json::from_slice(text(body)?.as_bytes()).map_err(|error| format!("is no JSON: {error}"))?;
    let Some(fields) = file.as_object_mut() else { return Err("is no JSON object".to_owned()) };
    let said = match fields.get("name") {
        None | Some(Value::Null) => None,
        Some(said) => Some(said.as_str().ok_or("has a name that is no text")?.to_owned()),
    };
    if let Some(other) = said.as_deref().filter(|said| !said.eq_ignore_ascii_case(name)) {
        return Err(format!("is about another provider, '{}'", quoted(other)));
    }
    let mut kinds = Vec::new();
    for (family, key) in [(Family::V4, "ipv4"), (Family::V6, "ipv6")] {
        if let Some(kind) = kind(name, key, fields.get(key)).map_err(|why| format!("{why} (in {key})"))? {
            kinds.push((family, kind));
        }
    }
    if kinds.is_empty() {
        return Err("has no URL".to_owned());
    }
    if said.as_deref() == Some(name) {
        return Ok(Entry { text: body.to_vec(), kinds });
    }
    fields.insert("name".to_owned(), Value::from(name));
    Ok(Entry { text: format!("{file:#}\n").into_bytes(), kinds })
}

/// `LuCI`'s page does not open a section whose provider has no `ipv4.url`, so that must be there, even if it is empty.
fn kind(name: &str, key: &str, part: Option<&Value>) -> Result<Option<Kind>, String> {
    let Some(part) = part.filter(|part| !part.is_null()) else {
        return if key == "ipv4" { Err("has no URL, which LuCI needs".to_owned()) } else { Ok(None) };
    };
    let url = part.get("url").and_then(Value::as_str).ok_or("has no URL")?;
    let answer = match part.get("answer") {
        None | Some(Value::Null) => "",
        Some(answer) => answer.as_str().ok_or("has words of success that are no text")?,
    };
    if url.is_empty() {
        return Ok(None);
    }
    let rules = part.get("rules").and_then(Value::as_str).unwrap_or_default();
    let kind = Recipe::from_target(name, url, answer, rules)?.kind;
    match &kind {
        Kind::Template(template) => check_template(template)?,
        Kind::Native(name) if !is_native(name) => return Err("wants an API that is not spoken here".to_owned()),
        Kind::Native(_) | Kind::Script(_) => {}
    }
    Ok(Some(kind))
}

fn is_native(name: &str) -> bool {
    [Family::V4, Family::V6].iter().any(|family| find(name, *family).is_some_and(|row| row.target == NATIVE))
}

/// Whether a template becomes a URL once its placeholders are filled in.
fn check_template(template: &str) -> Result<(), String> {
    if template.contains(char::is_control) {
        return Err("has control characters in its URL".to_owned());
    }
    let slots = ["[USERNAME]", "[PASSWORD]", "[PARAMENC]", "[PARAMOPT]", "[DOMAIN]", "[IP]", "[IPBOTH]"];
    let filled = slots.iter().fold(template.to_owned(), |text, slot| text.replace(slot, "x"));
    Url::parse(&filled).map(|_| ()).map_err(|wanted| format!("has a URL that is none: {wanted}"))
}

fn text(body: &[u8]) -> Result<&str, String> {
    if body.len() > LIMIT {
        return Err(format!("is larger than {LIMIT} bytes"));
    }
    std::str::from_utf8(body).map_err(|_| "is no text in UTF-8".to_owned())
}

/// Foreign text as a terminal may show it.
fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED).flat_map(char::escape_debug).collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push_str("...");
    }
    short
}

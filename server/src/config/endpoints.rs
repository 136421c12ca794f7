//! `[[endpoints]]`: paths, and the names by which values are asked for there.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use super::keys::{Key, endpoints as k, params, top};
use super::settings::{Endpoint, Params};
use super::sheet::{Sheet, Text};

/// The path without any `[[endpoints]]`.
const DEFAULT: &str = "/update";

pub(super) fn read(top: &Sheet<'_>, page: bool) -> Vec<Endpoint> {
    let mut all: Vec<Endpoint> = Vec::new();
    let mut written = false;
    if let Some(entry) = top.entry(&top::ENDPOINTS) {
        let tables = entry.value.get_ref().as_array();
        for (at, value) in tables.into_iter().flat_map(|array| array.iter().enumerate()) {
            written = true;
            let label = format!("[[endpoints]] {}", at + 1);
            match top.one_of(label, value, &k::TABLE) {
                Some(sheet) => all.extend(endpoint(&sheet, &all, page)),
                None => top.wrong(entry, "wanted tables, each written [[endpoints]]".to_owned()),
            }
        }
        if tables.is_none() {
            top.wrong(entry, "wanted tables, each written [[endpoints]] with two brackets".to_owned());
        }
    }
    if !written {
        let none = Sheet::none(top.notes);
        all.push(Endpoint { path: DEFAULT.to_owned(), params: names(&none) });
    }
    all
}

fn endpoint(sheet: &Sheet<'_>, others: &[Endpoint], page: bool) -> Option<Endpoint> {
    let params = names(&sheet.inside(&k::PARAMS, &params::TABLE));
    let Some(path) = sheet.text(&k::PATH) else {
        sheet.missing(&k::PATH, "such as \"/update\"");
        return None;
    };
    let plain =
        path.text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '%' | '"' | '<' | '>' | '\\'));
    if !path.text.starts_with('/') || !plain {
        sheet.unfit(&path, "wanted a path that begins with a slash, such as \"/update\"".to_owned());
    }
    if others.iter().any(|other| other.path == path.text) {
        sheet.unfit(&path, "another endpoint has this path already".to_owned());
    }
    if page && path.text == "/" {
        sheet.unfit(&path, "is the owners' page, because [daemon] page = true: wanted another path".to_owned());
    }
    Some(Endpoint { path: path.text, params })
}

fn names(sheet: &Sheet<'_>) -> Params {
    let mut taken = BTreeMap::new();
    let mut read = |key: &'static Key| list(sheet, key, &mut taken);
    let params = Params {
        hostname: read(&params::HOSTNAME),
        ipv4: read(&params::IPV4),
        ipv6: read(&params::IPV6),
        username: read(&params::USERNAME),
        password: read(&params::PASSWORD),
        notify_change: read(&params::NOTIFY_CHANGE),
    };
    one_value_each(sheet, &taken);
    params
}

/// Who takes each name, lower case because that is how slips look alike: value, name as written, place.
type Taken<'a> = BTreeMap<String, Vec<(&'static str, Text<'a>)>>;

fn list<'a>(sheet: &Sheet<'a>, key: &'static Key, taken: &mut Taken<'a>) -> Vec<String> {
    let texts = sheet.list(key);
    for text in &texts {
        if text.text.is_empty() || text.text.contains(|c: char| c.is_whitespace() || matches!(c, '&' | '=' | '?' | '#'))
        {
            sheet.unfit(text, "wanted a parameter's name, without blanks and without any of & = ? #".to_owned());
        }
        taken.entry(text.text.to_lowercase()).or_default().push((key.name, text.clone()));
    }
    texts.into_iter().map(|text| text.text).collect()
}

fn one_value_each(sheet: &Sheet<'_>, taken: &Taken<'_>) {
    for users in taken.values() {
        for (at, (value, name)) in users.iter().enumerate() {
            let Some((other, first)) =
                users[..at].iter().rev().find(|(_, first)| first.text == name.text).or_else(|| users[..at].last())
            else {
                continue;
            };
            // a default's place is nowhere: then the complaint belongs to the one that was written
            let Some(entry) = name.entry.or(first.entry) else { continue };
            let same = first.text == name.text;
            if same && other == value {
                sheet.odd(entry, format!("'{}' stands twice in the list", name.text));
            } else if same {
                let hint = if name.entry.is_some() && first.entry.is_some() { "" } else { " (by default)" };
                sheet.wrong(
                    entry,
                    format!(
                        "'{}' is a name of both {other} and {value}{hint}: wanted one value for each name",
                        name.text
                    ),
                );
            } else if other != value {
                sheet.odd(
                    entry,
                    format!(
                        "'{}' and '{}' differ by case only, and stand for {other} and {value}",
                        first.text, name.text
                    ),
                );
            }
        }
    }
}

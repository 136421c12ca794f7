//! `ddns providers`: which providers are known, and what goes into which option for one of them.

use super::Console;
use crate::address::Family;
use crate::config::service::{self, Row, Rules};
use crate::send;

/// What stands in a table for a provider with an API of its own.
const NATIVE: &str = "native";
/// Placeholders of templates, the options that fill them, and what the owner is told of them.
const SLOTS: [(&str, &str, &str); 5] = [
    ("[DOMAIN]", "domain", "the name to be kept right, as the provider writes it"),
    ("[USERNAME]", "username", "the user, or what the provider calls it"),
    ("[PASSWORD]", "password", "the password, token or key"),
    ("[PARAMENC]", "param_enc", "a further value, put in percent-encoded"),
    ("[PARAMOPT]", "param_opt", "a further value, put in as it is"),
];

/// Lists all, or tells of one. Exit code 1: there is no such provider.
pub(super) fn providers(name: Option<&str>, console: &mut Console<'_>) -> i32 {
    let all = all();
    let Some(name) = name else {
        for (name, rows) in &all {
            console.tell(&line(name, rows));
        }
        return 0;
    };
    let Some((_, rows)) = all.iter().find(|(known, _)| *known == name) else {
        console.complain(&format!("no provider '{name}'; 'ddns providers' lists those that are known"));
        return 1;
    };
    tell(name, rows, console);
    0
}

/// Each provider with its rows of both tables.
type Rows = Vec<(Family, Row<'static>)>;

/// All of them, by their names in order.
fn all() -> Vec<(&'static str, Rows)> {
    let mut all: Vec<(&str, Rows)> = Vec::new();
    for family in [Family::V4, Family::V6] {
        for row in service::rows(service::table(family)).flatten() {
            match all.binary_search_by_key(&row.name, |(name, _)| name) {
                Ok(at) => all[at].1.push((family, row)),
                Err(at) => all.insert(at, (row.name, vec![(family, row)])),
            }
        }
    }
    all
}

fn families(rows: &Rows) -> String {
    rows.iter().map(|(family, _)| family.to_string()).collect::<Vec<_>>().join(", ")
}

/// How the provider is reached, in a word.
fn way(name: &str, rows: &Rows) -> &'static str {
    match rows.iter().any(|(_, row)| row.target == NATIVE) {
        true if name == "bind-nsupdate" => "DNS",
        true if send::options(name).is_some() => "API",
        true => "not spoken",
        false if rows.iter().any(|(_, row)| row.target.starts_with("http:")) => "URL, not encrypted",
        false => "URL",
    }
}

fn line(name: &str, rows: &Rows) -> String {
    format!("{name:<26} {:<12} {}", families(rows), way(name, rows))
}

fn tell(name: &str, rows: &Rows, console: &mut Console<'_>) {
    console.tell(&format!("{name}: {}; {}", families(rows), way(name, rows)));
    let native = rows.iter().any(|(_, row)| row.target == NATIVE);
    if let Some(why) = send::unspoken(name).filter(|_| native) {
        console.tell(&format!("  {why}"));
        return;
    }
    console.tell(&format!("  option service_name '{name}'"));
    if let Some(options) = send::options(name) {
        for field in options {
            let may = if field.needed { "" } else { "optional: " };
            console.tell(&format!("  option {:<12} {may}{}", field.option, field.holds));
        }
        return;
    }
    let wanted = |slot: &str| rows.iter().any(|(_, row)| row.target.contains(slot));
    for (_, option, holds) in SLOTS.into_iter().filter(|(slot, ..)| wanted(slot)) {
        console.tell(&format!("  option {option:<12} {holds}"));
    }
    if wanted("[DOMAIN]") {
        let rules = rows.iter().find_map(|(_, row)| Rules::read(row.rules).ok()).unwrap_or_default();
        special(rules, console);
    }
    for (family, row) in rows.iter().filter(|(_, row)| row.target != NATIVE) {
        console.tell(&format!("  {family}: {}", row.target));
    }
}

/// What an owner has to know of names and updates.
fn special(rules: Rules, console: &mut Console<'_>) {
    let several = if rules.together { "all in one request" } else { "a request for each" };
    console.tell(&format!("  several names in domain, with commas or blanks between: {several}"));
    if rules.no_star {
        console.tell("  a name with '*' is not taken: a name stands for all below it");
    }
    if rules.no_repeat {
        console.tell("  updates without a change are held against the account: set force_interval to 25 days or more");
    }
}

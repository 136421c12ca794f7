//! The rule between rooms: who may know whom. A line of code that breaks it belongs elsewhere.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import. `ARCHITECTURE.md` draws the same table.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // nouns
    ("moment", &[]),
    ("pair", &[]),
    ("tally", &[]),
    ("account", &["moment", "pair"]),
    ("names", &["account"]),
    ("config", &["names"]),
    ("world", &["account", "moment", "pair"]),
    // pure
    ("request", &["config", "names", "pair", "world"]),
    ("limit", &["config", "moment"]),
    ("decide", &["account", "config", "moment", "pair", "request", "world"]),
    ("letter", &["account", "moment", "pair", "world"]),
    ("proof", &["account", "moment", "world"]),
    // corridors
    ("desk", &["account", "moment", "world"]),
    ("auth", &["account", "config", "limit", "proof", "request", "tally", "world"]),
    ("push", &["account", "decide", "desk", "moment", "pair", "tally", "world"]),
    (
        "serve",
        &[
            "account", "auth", "config", "decide", "desk", "letter", "limit", "moment", "names", "pair", "proof",
            "push", "request", "tally", "world",
        ],
    ),
    ("page", &["account", "auth", "config", "desk", "moment", "names", "pair", "proof", "request", "world"]),
    ("sweep", &["account", "config", "decide", "desk", "letter", "moment", "pair", "push", "tally", "world"]),
    ("post", &["moment", "tally", "world"]),
    // beside the corridors: what operators ask
    ("status", &["tally", "world"]),
    // machines: they never meet
    ("listen", &["config", "world"]),
    ("log", &["config"]),
    ("mail", &["config", "world"]),
    ("store", &["account", "config", "moment", "pair", "world"]),
    ("zone", &["account", "config", "moment", "names", "pair", "world"]),
    // doorways
    (
        "daemon",
        &[
            "account", "auth", "config", "decide", "desk", "letter", "listen", "log", "mail", "moment", "page", "post",
            "proof", "push", "serve", "status", "store", "sweep", "tally", "world", "zone",
        ],
    ),
    (
        "admin",
        &[
            "account", "config", "daemon", "decide", "desk", "letter", "listen", "log", "mail", "moment", "names",
            "pair", "post", "proof", "push", "store", "sweep", "world", "zone",
        ],
    ),
    (
        "house",
        &[
            "account", "admin", "config", "daemon", "desk", "log", "mail", "moment", "push", "store", "sweep", "world",
            "zone",
        ],
    ),
];

/// Rooms without input and output: they are tested as tables.
const FORBID_UNSAFE: &[&str] =
    &["moment", "pair", "account", "names", "tally", "config", "world", "request", "limit", "decide", "letter"];

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Room name to all its files' texts, tests and comments left out.
fn rooms() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut rooms: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in all {
        let inside = path.strip_prefix(&src).unwrap().to_owned();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let lines: Vec<&str> = code.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
        let code = lines.join("\n");
        rooms.entry(room).or_default().push((inside, code));
    }
    rooms
}

fn imported(code: &str) -> Vec<String> {
    code.match_indices("crate::")
        .map(|(at, _)| {
            let rest = &code[at + "crate::".len()..];
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        })
        .collect()
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    for (room, texts) in rooms() {
        if matches!(room.as_str(), "main" | "lib") {
            continue;
        }
        let allowed = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("room '{room}' is not in the table"))
            .1;
        for (path, code) in texts {
            for name in imported(&code) {
                assert!(
                    name == room || allowed.contains(&name.as_str()),
                    "{} imports crate::{name}; {room} may import {allowed:?} only",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_table_has_no_cycle_and_no_room_that_does_not_exist() {
    let rooms = rooms();
    for (at, (room, allowed)) in MAY_IMPORT.iter().enumerate() {
        assert!(rooms.contains_key(*room), "'{room}' is in the table but not in src/");
        for other in *allowed {
            let place = MAY_IMPORT.iter().position(|(name, _)| name == other).unwrap();
            assert!(place < at, "'{room}' may import '{other}', which stands after it: a cycle is possible");
        }
    }
}

#[test]
fn pure_rooms_say_that_they_hold_no_unsafe_code() {
    let rooms = rooms();
    for room in FORBID_UNSAFE {
        for (path, code) in rooms.get(*room).into_iter().flatten() {
            assert!(code.contains("#![forbid(unsafe_code)]"), "{}", path.display());
        }
    }
}

//! The rule between rooms: who may know whom. A line of code that breaks it belongs elsewhere.

#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may import. `ARCHITECTURE.md` draws the same table.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // nouns
    ("address", &[]),
    ("secret", &[]),
    ("url", &["secret"]),
    ("memory", &[]),
    ("answer", &[]),
    ("dns", &["address", "secret"]),
    ("world", &["address", "dns", "memory", "secret", "url"]),
    ("config", &["address", "secret", "url", "world"]),
    // verbs
    ("detect", &["address", "config", "dns", "url", "world"]),
    ("decide", &["address", "answer", "config", "memory"]),
    ("send", &["address", "answer", "config", "dns", "secret", "url", "world"]),
    ("record", &["address", "memory"]),
    // corridors
    ("run", &["address", "answer", "config", "decide", "detect", "memory", "record", "secret", "send", "world"]),
    ("control", &["address", "cli", "config", "memory", "record", "run", "send", "url", "world"]),
    ("luci", &["address", "cli", "config", "control", "detect", "dns", "memory", "record", "run", "world"]),
    ("aid", &["address", "cli", "config", "control", "detect", "run", "secret", "send", "url", "world"]),
    // doorways
    ("cli", &["run", "world"]),
    ("system", &["address", "dns", "memory", "record", "secret", "url", "world"]),
];

/// Rooms that may not see the window at all: they are tested as tables.
const WITHOUT_WORLD: &[&str] = &["decide", "record", "address", "answer", "memory", "dns", "secret", "url"];

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
            let doorway = matches!(*room, "control" | "luci" | "aid" | "system");
            assert!(place < at || doorway, "'{room}' may import '{other}', which stands after it: a cycle is possible");
        }
    }
}

#[test]
fn deciding_and_the_plain_nouns_cannot_see_the_window() {
    for room in WITHOUT_WORLD {
        let allowed = MAY_IMPORT.iter().find(|(name, _)| name == room).unwrap().1;
        assert!(!allowed.contains(&"world"), "{room}");
    }
}

#[test]
fn only_the_machine_room_holds_unsafe_code() {
    for (room, texts) in rooms() {
        for (path, code) in texts {
            let has_unsafe = code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl");
            assert!(room == "system" || !has_unsafe, "{} holds unsafe code", path.display());
        }
    }
}

#[test]
fn only_corridors_log() {
    for (room, texts) in rooms() {
        for (path, code) in texts {
            let logs = code.contains("log.say(") || code.contains("log.terminate(");
            assert!(
                !logs || matches!(room.as_str(), "run" | "control" | "luci" | "aid" | "system"),
                "{} logs",
                path.display()
            );
        }
    }
}

#[test]
fn no_file_is_longer_than_500_lines_and_main_stays_a_doorway() {
    for texts in rooms().values() {
        for (path, _) in texts {
            let whole = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)).unwrap();
            let limit = if path.to_string_lossy() == "main.rs" { 45 } else { 500 };
            assert!(whole.lines().count() <= limit, "{} has {} lines", path.display(), whole.lines().count());
        }
    }
}

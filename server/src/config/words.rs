//! What is said of words that are not known: the nearest one, where the word belongs, or all that could stand there.
#![forbid(unsafe_code)]

use super::keys::{ALL, Table};

/// What an unknown key may have been meant to be.
pub(super) fn unknown(name: &str, spec: &'static Table) -> String {
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

/// `"a", "b" or "c"`
pub(super) fn either(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

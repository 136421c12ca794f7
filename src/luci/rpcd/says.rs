//! `get_services_log`: the log file of a section, as text.
#![forbid(unsafe_code)]

use std::path::Path;

use serde_json::Value;

use super::config;
use crate::world::World;

/// What the app's backend says where there is nothing to show.
const NOTHING: &str = "File not found or empty";
/// Longest answer in bytes: rpcd takes no more than 256 KiB.
const ANSWER_LIMIT: usize = 250 * 1024;

/// The end of the log, in whole lines, as much as rpcd takes.
pub(super) fn answer(name: Option<&str>, world: &World<'_>) -> String {
    let dir = config(world).global.logdir;
    let text = name.filter(|name| harmless(name)).and_then(|name| log(&dir, name, world));
    let mut text = text.as_deref().unwrap_or(NOTHING);
    loop {
        let mut answer = Value::Null;
        answer["result"] = text.into();
        let answer = answer.to_string();
        if answer.len() <= ANSWER_LIMIT {
            return answer;
        }
        text = later_half(text);
    }
}

/// The name becomes part of a path.
fn harmless(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn log(dir: &Path, name: &str, world: &World<'_>) -> Option<String> {
    let limit = u64::try_from(ANSWER_LIMIT).unwrap_or(u64::MAX);
    let bytes = world.shelf.tail(&dir.join(format!("{name}.log")), limit).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    // a file that was cut begins in the middle of a line
    let cut = bytes.len() >= ANSWER_LIMIT;
    Some(if cut { after_line(&text).to_owned() } else { text.into_owned() })
}

fn later_half(text: &str) -> &str {
    let middle = (text.len() / 2..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    after_line(&text[middle..])
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or(text, |(_, rest)| rest)
}

//! `ddns migrate`: old spellings put right once, through `uci` where there is one, else as one atomic change.

use std::path::Path;
use std::time::Duration;

use super::Console;
use crate::config::migrate::{Change, migrate as changes_of, rewrite, uci_commands};
use crate::config::uci;
use crate::run::CONFIG;
use crate::world::{Script, World};

/// Our changes wait here for their commit, so that changes of others that wait in the usual place are not committed along. Not in /tmp, where
/// anybody could lay changes of his own beside them.
const SAVE: &str = "/var/run/ddns-migrate";

/// Rewrites the file; nothing to do changes nothing. Exit code 1 when it could not be done, and then nothing was changed.
pub(super) fn migrate(file: Option<&Path>, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let path = file.unwrap_or(Path::new(CONFIG));
    let Some(bytes) = console.read(path, world.desk) else { return 1 };
    let mut parsed = uci::parse(&bytes);
    if let Some(fault) = parsed.faults.first() {
        console.complain(&format!("{}; not changed", fault.in_file(&path.to_string_lossy())));
        return 1;
    }
    let changes = changes_of(&mut parsed);
    if changes.is_empty() {
        console.tell(&format!("{}: nothing to migrate", path.display()));
        return 0;
    }
    let by_uci = if file.is_none() { through_uci(&changes, world) } else { None };
    let done = by_uci.unwrap_or_else(|| world.desk.store(path, &rewrite(&bytes, &changes)).map_err(|e| e.to_string()));
    match done {
        Ok(()) => {
            for change in &changes {
                console.tell(&change.to_string());
            }
            0
        }
        Err(why) => {
            console.complain(&format!("cannot migrate {}: {why}", path.display()));
            1
        }
    }
}

/// `None` when there is no `uci` program.
fn through_uci(changes: &[Change], world: &mut World<'_>) -> Option<Result<(), String>> {
    let folder = world.desk.real(Path::new("/etc/config"));
    let save = world.desk.real(Path::new(SAVE));
    for words in uci_commands(changes) {
        let start = ["uci", "-c", &folder.to_string_lossy(), "-t", &save.to_string_lossy()].map(str::to_owned);
        let argv: Vec<String> = start.into_iter().chain(words).collect();
        let shown = argv.join(" ");
        match world.host.run(&Script { argv, env: Vec::new(), limit: Duration::from_secs(10) }) {
            Ok(end) if end.code == 0 => {}
            Ok(end) => return Some(Err(format!("'{shown}' ended with code {}", end.code))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => return Some(Err(format!("'{shown}': {error}"))),
        }
    }
    Some(Ok(()))
}

//! `config.toml`: text in, [`Settings`] out. After this room no key's name appears as a string.
//!
//! Pure but for `file.rs`, the thin shell that opens the file. `keys.rs` is the one table of keys with defaults, `sheet.rs` reads one
//! table of the file by it, `daemon.rs`, `database.rs`, `dns.rs`, `email.rs`, `limits.rs` and `endpoints.rs` make the types of
//! `settings.rs` and check what goes together; `parts.rs` reads addresses, networks and zones; `fault.rs` says how a fault is said;
//! `changes.rs` what a reload cannot change.
#![forbid(unsafe_code)]

mod changes;
mod daemon;
mod database;
mod dns;
mod email;
mod endpoints;
mod fault;
mod file;
mod keys;
mod limits;
mod parts;
mod settings;
mod sheet;

use std::path::PathBuf;

use toml::de::DeTable;

pub use changes::fixed_changes;
pub use fault::{Fault, Warning};
pub use file::{LoadFault, load};
pub use settings::*;
use sheet::{Notes, Sheet};

/// The shipped example: every key with its default.
pub const EXAMPLE: &str = include_str!("../files/config.example.toml");

/// What the text says, and what in it is foolish; or all that is wrong with it.
///
/// The password of a `password_file` is not in it: [`load`] fetches that.
pub fn read(text: &str) -> Result<(Settings, Vec<Warning>), Vec<Fault>> {
    let (settings, warnings, _) = read_all(text)?;
    Ok((settings, warnings))
}

/// Every known key: its table's full name, its own, its default as the file would have it (`None` for tables).
pub fn known() -> impl Iterator<Item = (&'static str, &'static str, Option<String>)> {
    keys::ALL.iter().flat_map(|table| table.keys.iter().map(|key| (table.name, key.name, key.default())))
}

/// The same as [`read`], with the database's `password_file`.
fn read_all(text: &str) -> Result<(Settings, Vec<Warning>, Option<PathBuf>), Vec<Fault>> {
    // editors of some systems begin a file with a mark of its encoding
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let notes = Notes::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // what follows from a broken grammar is not worth telling
        return Err(grammar(&notes, &errors));
    }
    let top = Sheet::top(&notes, table.get_ref(), &keys::top::TABLE);
    let daemon = daemon::read(&top.inside(&keys::top::DAEMON, &keys::daemon::TABLE));
    let (database, password_file) = database::read(&top.inside(&keys::top::DATABASE, &keys::database::TABLE));
    let dns_service = dns::read(&top.inside(&keys::top::DNS_SERVICE, &keys::dns_service::TABLE), &database);
    let defaults = limits::defaults(&top.inside(&keys::top::DEFAULTS, &keys::defaults::TABLE));
    let email = email::read(&top.inside(&keys::top::EMAIL, &keys::email::TABLE));
    let rate_limit = limits::rate_limit(&top.inside(&keys::top::RATE_LIMIT, &keys::rate_limit::TABLE));
    let endpoints = endpoints::read(&top, daemon.page);
    let mut faults = notes.faults.take();
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.place.unwrap_or((usize::MAX, 0)));
        faults.dedup();
        return Err(faults);
    }
    let settings = Settings { daemon, database, dns_service, defaults, email, rate_limit, endpoints };
    Ok((settings, notes.warnings.take(), password_file))
}

/// One fault a line: a second one there mostly follows from the first. The line itself is not shown, it may hold a password.
fn grammar(notes: &Notes<'_>, errors: &[toml::de::Error]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = errors
        .iter()
        .map(|error| Fault {
            place: error.span().map(|span| notes.place(span.start)),
            table: String::new(),
            key: None,
            value: None,
            wanted: format!("not TOML: {}", error.message().trim_end_matches('.')),
        })
        .collect();
    faults.sort_by_key(|fault| fault.place);
    faults.dedup_by_key(|fault| fault.place.map(|(line, _)| line));
    faults
}

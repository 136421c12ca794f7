//! `ddns service`: the list of providers that `LuCI` offers, and recipes installed from it.
//!
//! What was fetched is checked before it replaces anything. The terminal's story goes to standard error: standard output is for lists alone.

use std::io;
use std::path::{Path, PathBuf};

use super::Console;
use crate::address::Family;
use crate::cli::Action;
use crate::config::catalog::{Entry, LIMIT, entry, names};
use crate::config::service::{Kind, find, is_name};
use crate::config::{Config, ProviderList};
use crate::run::configuration;
use crate::url::Url;
use crate::world::{Request, Route, Shelf, Trust, World};

/// `LuCI` reads it here; without a newline at its end, which would become a provider without a name.
const LIST: &str = "/usr/share/ddns/list";
/// Recipes of the owner, `NAME.json`; each entry is a line of `LuCI`'s menu.
const CUSTOM: &str = "/usr/share/ddns/custom";

// exit codes; 3, 4 and 5 are contract section 4, the others are none that it gives away
const NOT_REMOVED: i32 = 1;
const NO_LIST: i32 = 3;
const NONE: i32 = 4;
const NO_CERTIFICATES: i32 = 5;
const BAD_OPTION: i32 = 6;
const NO_TRANSFER: i32 = 7;
const BAD_ANSWER: i32 = 8;
const NOT_WRITTEN: i32 = 9;

/// Does it; gives the exit code.
pub(super) fn service(action: &Action, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let done = match action {
        Action::Update => update(world, console),
        Action::ListAvailable => list_available(world, console),
        Action::ListInstalled => list_installed(world, console),
        Action::Install(name) => install(name, world, console),
        Action::Remove(name) => remove(name, world, console),
        Action::Purge => purge(world, console),
    };
    done.err().unwrap_or(0)
}

/// The good side is exit code 0; the reason for any other has been said.
type Done = Result<(), i32>;

fn update(world: &mut World<'_>, console: &mut Console<'_>) -> Done {
    let list = provider_list(world, console)?;
    let url = list.base.list();
    let body = fetch(&url, &list, world, console)?;
    let names = names(&body).map_err(|why| unusable(&url, &why, console))?;
    let path = Path::new(LIST);
    let text = names.join("\n");
    let kept = world.desk.load(path, LIMIT).is_ok_and(|old| old == text.as_bytes());
    // LuCI shows the time of the file as that of the last update; its content need not cost flash again
    let written = if kept { world.shelf.touch(path) } else { world.desk.store(path, text.as_bytes()) };
    written.map_err(|error| not_written(path, &error, console))?;
    let change = if kept { ", none of them new" } else { "" };
    console.complain(&format!("{LIST}: {} providers{change}", names.len()));
    Ok(())
}

fn list_available(world: &World<'_>, console: &mut Console<'_>) -> Done {
    match world.desk.load(Path::new(LIST), LIMIT) {
        Ok(list) => {
            let list = String::from_utf8_lossy(&list);
            console.tell(list.strip_suffix('\n').unwrap_or(&list));
            Ok(())
        }
        Err(error) => {
            let hint = if error.kind() == io::ErrorKind::NotFound { "; 'ddns service update' fetches it" } else { "" };
            console.complain(&format!("no list of providers: {LIST}: {error}{hint}"));
            Err(NO_LIST)
        }
    }
}

fn list_installed(world: &World<'_>, console: &mut Console<'_>) -> Done {
    let folder = Path::new(CUSTOM);
    if world.shelf.seen(folder).is_none_or(|entry| entry.file) {
        console.complain(&format!("no provider is installed: there is no {CUSTOM}"));
        return Err(NONE);
    }
    let mut names = world.shelf.names(folder);
    names.sort_unstable();
    for name in names.iter().filter(|name| !name.starts_with('.')) {
        console.tell(&name.replace(char::is_control, "?"));
    }
    Ok(())
}

fn install(name: &str, world: &mut World<'_>, console: &mut Console<'_>) -> Done {
    let path = file_of(name, console)?;
    let list = provider_list(world, console)?;
    sweep(world.shelf);
    let url = list.base.recipe(name);
    let body = fetch(&url, &list, world, console)?;
    let entry = entry(name, &body).map_err(|why| unusable(&url, &why, console))?;
    if world.desk.load(&path, LIMIT).is_ok_and(|old| old == entry.text) {
        console.complain(&format!("{}: unchanged", path.display()));
    } else {
        world.desk.store(&path, &entry.text).map_err(|error| not_written(&path, &error, console))?;
        console.complain(&format!("{}: installed", path.display()));
    }
    explain(name, &entry, &list, world.shelf, console);
    Ok(())
}

fn remove(name: &str, world: &mut World<'_>, console: &mut Console<'_>) -> Done {
    let path = file_of(name, console)?;
    if world.shelf.seen(&path).is_none() && world.shelf.link(&path).is_none() {
        console.complain(&format!("there is no {}", path.display()));
        return Err(NOT_REMOVED);
    }
    take_away(&path, world.shelf, console)
}

fn purge(world: &mut World<'_>, console: &mut Console<'_>) -> Done {
    let folder = Path::new(CUSTOM);
    for name in world.shelf.names(folder) {
        take_away(&folder.join(name), world.shelf, console)?;
    }
    take_away(folder, world.shelf, console)?;
    take_away(Path::new(LIST), world.shelf, console)
}

fn take_away(path: &Path, shelf: &mut dyn Shelf, console: &mut Console<'_>) -> Done {
    shelf.remove(path).map_err(|error| {
        console.complain(&format!("cannot remove {}: {error}", path.display()));
        NOT_REMOVED
    })
}

/// Where the recipe of a provider belongs.
fn file_of(name: &str, console: &mut Console<'_>) -> Result<PathBuf, i32> {
    if is_name(name) {
        return Ok(Path::new(CUSTOM).join(format!("{name}.json")));
    }
    let shown = name.escape_debug();
    console.complain(&format!("'{shown}' is no provider's name: wanted letters, digits, '.', '-' and '_'"));
    Err(NONE)
}

/// What a power cut left of an earlier installation would be a line of `LuCI`'s menu for ever.
fn sweep(shelf: &mut dyn Shelf) {
    let folder = Path::new(CUSTOM);
    for name in shelf.names(folder) {
        let draft = name.rsplit_once(".json.").is_some_and(|(_, pid)| pid.bytes().all(|b| b.is_ascii_digit()));
        if draft {
            // one that cannot be removed keeps nothing from being installed
            let _ = shelf.remove(&folder.join(name));
        }
    }
}

/// Where to fetch from and whom to believe. A configuration that cannot be read says nothing of it: then the defaults hold, the strict ones.
fn provider_list(world: &World<'_>, console: &mut Console<'_>) -> Result<ProviderList, i32> {
    let config = configuration(world.desk).unwrap_or_else(|faults| {
        for fault in &faults {
            console.complain(&format!("{fault}; going on with the defaults"));
        }
        Config::read(b"", b"")
    });
    let list = config.list;
    for fault in &list.faults {
        console.complain(&fault.in_file(crate::run::CONFIG).to_string());
    }
    if let Some(fault) = list.faults.first() {
        return Err(if fault.option.as_deref() == Some("cacert") { NO_CERTIFICATES } else { BAD_OPTION });
    }
    match &list.trust {
        Trust::Path(path) if world.shelf.seen(path).is_none() => {
            let path = path.display();
            console.complain(&format!("certificate file not found: section 'global', option 'cacert', value '{path}'"));
            Err(NO_CERTIFICATES)
        }
        _ => Ok(list),
    }
}

fn fetch(url: &Url, list: &ProviderList, world: &mut World<'_>, console: &mut Console<'_>) -> Result<Vec<u8>, i32> {
    let route = Route { trust: list.trust.clone(), proxy: list.proxy.clone(), ..Route::default() };
    let response = world.http.exchange(&Request::get(url.clone()), &route).map_err(|broken| {
        console.complain(&format!("cannot fetch {}: {broken}", shown(url)));
        NO_TRANSFER
    })?;
    let why = match response.status {
        200 => return Ok(response.body),
        404 => "there is no such file (HTTP status 404)".to_owned(),
        status @ 300..=399 => format!("leads to a place that must not be followed (HTTP status {status})"),
        status => format!("the server answers with HTTP status {status}"),
    };
    console.complain(&format!("cannot fetch {}: {why}", shown(url)));
    Err(BAD_ANSWER)
}

fn unusable(url: &Url, why: &str, console: &mut Console<'_>) -> i32 {
    console.complain(&format!("{} {why}; nothing was changed", shown(url)));
    BAD_ANSWER
}

fn not_written(path: &Path, error: &io::Error, console: &mut Console<'_>) -> i32 {
    console.complain(&format!("cannot write {}: {error}", path.display()));
    NOT_WRITTEN
}

/// Without login and query, which may hold secrets.
fn shown(url: &Url) -> String {
    let whole = url.to_string();
    whole.split('?').next().unwrap_or_default().to_owned()
}

/// What the owner should know of a recipe he has just installed.
fn explain(name: &str, entry: &Entry, list: &ProviderList, shelf: &dyn Shelf, console: &mut Console<'_>) {
    let mut note = |text: &str| console.complain(&format!("note: {text}"));
    if list.trust == Trust::Ignore || !list.base.list().secure {
        note("nobody has checked who sent this file, and it says where the password goes");
    }
    let known = |family: &Family| find(name, *family);
    let script = entry.kinds.iter().find_map(|(_, kind)| match kind {
        Kind::Script(script) if shelf.seen(script).is_none() => Some(script.display()),
        _ => None,
    });
    let row = entry.kinds.iter().find_map(|(family, kind)| known(family).map(|row| (kind, row)));
    match (script, row) {
        (Some(script), Some(_)) => {
            note(&format!("the script {script} is not there; until it is, '{name}' is told as without this file"));
        }
        (Some(script), None) => {
            note(&format!("'{name}' needs the script {script}, which is not there: sections that use it cannot run"));
        }
        (None, Some((kind, row))) => {
            let plain = matches!(kind, Kind::Template(url) if !url.starts_with("https:"));
            let clear = if plain && row.target.starts_with("https:") { ", without encryption" } else { "" };
            note(&format!("this file takes the place of the built-in way to '{name}'{clear}; 'remove' brings it back"));
        }
        (None, None) => {}
    }
    for family in [Family::V4, Family::V6] {
        if known(&family).is_some() && entry.kinds.iter().all(|(other, _)| *other != family) {
            note(&format!("'{name}' cannot be told of {family} addresses as long as this file is there"));
        }
    }
}

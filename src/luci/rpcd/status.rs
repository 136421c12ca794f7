//! `get_services_status`: each section's address, last and next update, process (`luci.md` section 1, steps 1 to 6).
//!
//! Where it differs from the app's backend, it shows what the updater does: see `docs/luci.md`.
#![forbid(unsafe_code)]

use serde_json::Value;

use super::{addresses, config, dateformat, lookup, shown};
use crate::config::{Config, uci};
use crate::memory::Uptime;
use crate::world::{Status, World};

/// The answer, sections in the order of the file.
pub(super) fn answer(world: &mut World<'_>) -> String {
    let config = config(world);
    world.life.settle(&config.global.rundir);
    // without the directory there is nothing to show of any section, and no place for an address
    let _ = world.desk.settle(&config.global.rundir);
    let names: Vec<&str> = config.names().into_iter().filter(|name| uci::valid_name(name.as_bytes())).collect();
    lookup::begin(&names, &config, world);
    let rows = names.iter().map(|name| format!("\"{name}\":{}", row(name, &config, world)));
    format!("{{{}}}", rows.collect::<Vec<_>>().join(","))
}

fn row(name: &str, config: &Config, world: &World<'_>) -> Value {
    let now = world.clock.uptime();
    let text = |file| world.desk.read(name, file);
    let date = |at: Uptime| shown(&world.clock.date(at, dateformat(config)));
    let updated = text(Status::Update).and_then(|text| moment(&text)).filter(|at| at.as_secs() <= now.as_secs());
    let pid = world.life.running(name);
    let mut row = Value::Null;
    row["ip"] = text(Status::Ip).and_then(|text| addresses(&text)).into();
    row["last_update"] = updated.and_then(date).into();
    row["next_update"] = next_update(name, config, updated, now, pid.is_some(), &date).into();
    row["next_check"] = text(Status::NextCheck).and_then(|text| moment(&text)).and_then(date).into();
    row["pid"] = pid.into();
    row
}

/// A date, or one of the words that the page translates.
fn next_update(
    name: &str,
    config: &Config,
    updated: Option<Uptime>,
    now: Uptime,
    running: bool,
    date: &dyn Fn(Uptime) -> Option<String>,
) -> Option<String> {
    let word = |text: &str| Some(text.to_owned());
    let Some(force) = config.timing(name)?.force else { return word("Run once") };
    let due = updated.unwrap_or_default().after(force);
    match running {
        true if due.as_secs() <= now.as_secs() => word("Verify"),
        true => updated.and(date(due)),
        false if config.switched_off(name) => word("Disabled"),
        false => word("Stopped"),
    }
}

/// Leading whole seconds since boot, as the status files hold them; none for zero and for what is no number.
fn moment(text: &str) -> Option<Uptime> {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().ok().filter(|secs| *secs != 0).map(Uptime::from_secs)
}

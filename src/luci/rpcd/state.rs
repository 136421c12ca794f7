//! `get_ddns_state`: version, start at boot, date format, date of the list of providers.
#![forbid(unsafe_code)]

use std::path::Path;

use serde_json::Value;

use super::{config, dateformat, shown};
use crate::world::World;

const VERSION: &str = "/usr/share/ddns/version";
const LIST: &str = "/usr/share/ddns/list";
const INIT: &str = "/etc/init.d/ddns";
const BOOT: &str = "/etc/rc.d";

/// The answer.
pub(super) fn answer(world: &World<'_>) -> String {
    let config = config(world);
    let format = dateformat(&config);
    let version = world.desk.load(Path::new(VERSION), 4096).ok();
    let list = world.shelf.seen(Path::new(LIST)).filter(|entry| entry.file);
    let mut said = Value::Null;
    said["_version"] = version.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).into();
    said["_enabled"] = starts_at_boot(world).into();
    said["_curr_dateformat"] = shown(&world.clock.date(world.clock.uptime(), format)).into();
    said["_services_list"] =
        list.and_then(|entry| shown(&world.clock.day(entry.changed, format))).unwrap_or("NO_LIST".to_owned()).into();
    said.to_string()
}

/// Whether a link of `/etc/rc.d` leads to the init script, which can be executed.
fn starts_at_boot(world: &World<'_>) -> bool {
    let Some(init) = world.shelf.seen(Path::new(INIT)).filter(|entry| entry.file && entry.executable) else {
        return false;
    };
    let leads_there = |name: &String| {
        let path = Path::new(BOOT).join(name);
        boot_link(name) && world.shelf.seen(&path).is_some_and(|entry| entry.identity == init.identity)
    };
    world.shelf.names(Path::new(BOOT)).iter().any(leads_there)
}

/// `S95ddns`, `K10ddns`.
fn boot_link(name: &str) -> bool {
    let digits = name.strip_prefix(['S', 'K']).and_then(|rest| rest.strip_suffix("ddns"));
    digits.is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
}

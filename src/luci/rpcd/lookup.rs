//! Registered addresses that nobody has asked for yet: sections that have not run since boot.
//!
//! The answer to the page does not wait for DNS. An empty `.ip` is written at once, so that no later poll asks again, and a process of our
//! own fills it in the background.
#![forbid(unsafe_code)]

use super::blank;
use crate::config::Config;
use crate::detect;
use crate::record;
use crate::world::{Status, World};

/// Starts the lookup of those of `sections` that have no `.ip`.
pub(super) fn begin(sections: &[&str], config: &Config, world: &mut World<'_>) {
    let mut words = vec!["rpcd", "lookup"];
    for &name in sections {
        let new = world.desk.read(name, Status::Ip).is_none() && world.desk.write(name, Status::Ip, b"\n").is_ok();
        // what has no host name, or a hostile one, stays without an address
        if new && config.section(name).is_ok() {
            words.push(name);
        }
    }
    if words.len() > 2 && world.life.aside(&words).is_err() {
        // the next poll may have more luck
        words.drain(2..).for_each(|name| world.desk.remove(name, Status::Ip));
    }
}

/// Looks them up, one after the other. What another process has written meanwhile stands.
pub(super) fn run(sections: &[String], world: &mut World<'_>) -> i32 {
    let config = super::config(world);
    if world.desk.settle(&config.global.rundir).is_err() {
        return 1;
    }
    for name in sections {
        let Ok((section, _)) = config.section(name) else { continue };
        let text = record::registered(&detect::registered(&section, world.dns), None);
        if world.desk.read(name, Status::Ip).is_some_and(|text| blank(&text)) {
            let _ = world.desk.write(name, Status::Ip, text.as_bytes());
        }
    }
    0
}

//! The corridor of `LuCI`: what its pages ask and order (contract section 4, `luci.md`), by the helper's name or through rpcd.
//!
//! It must not know how a page shows an answer.

mod helper;
pub mod rpcd;
mod verify;

use crate::cli::Helper;
use crate::config::{Fault, options};
use crate::control::Console;
use crate::world::{Level, World};

pub use helper::{help, limit};

/// The letters without a value, as options.
fn switches(helper: &Helper) -> Vec<(&'static options::Spec, &str)> {
    let all = [
        (helper.ipv6, &options::USE_IPV6),
        (helper.force, &options::FORCE_IPVERSION),
        (helper.tcp, &options::FORCE_DNSTCP),
        (helper.glue, &options::IS_GLUE),
    ];
    all.into_iter().filter(|(given, _)| *given).map(|(_, spec)| (spec, "1")).collect()
}

/// Why there is no answer.
fn fail(why: &str, world: &mut World<'_>, console: &mut Console<'_>) {
    world.log.say(Level::Error, why);
    console.complain(why);
}

/// All faults in one line.
fn said(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

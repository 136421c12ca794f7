//! `get_env`: which fields the page shows (`luci.md` section 4). All, because the program needs no other for any of them.
#![forbid(unsafe_code)]

use std::path::Path;

use serde_json::{Map, Value};

use crate::world::World;

/// What this program does by itself.
const ALWAYS: [&str; 7] =
    ["has_wget", "has_ssl", "has_proxy", "has_forceip", "has_bindnet", "has_bindhost", "has_dnsserver"];
const CERTIFICATES: &str = "/etc/ssl/certs";
const BUNDLE: &str = "/etc/ssl/cert.pem";

/// The answer. `has_curl` only offers option `use_curl`, which does nothing here.
pub(super) fn answer(world: &World<'_>) -> String {
    let mut all: Map<String, Value> = ALWAYS.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
    let found = [
        ("has_curl", false),
        ("has_cacerts", certificates(world)),
        ("has_ipv6", world.shelf.in_proc("net/ipv6_route")),
    ];
    all.extend(found.map(|(name, value)| (name.to_owned(), Value::Bool(value))));
    Value::Object(all).to_string()
}

fn certificates(world: &World<'_>) -> bool {
    let fits = |name: &str| [".crt", ".pem"].iter().any(|ending| name.strip_suffix(ending).is_some());
    world.shelf.names(Path::new(CERTIFICATES)).iter().any(|name| fits(name))
        || world.shelf.seen(Path::new(BUNDLE)).is_some()
}

//! What is true now: the address this machine has, the address the world gives for its name.
//!
//! Each source is a thin question to the world and a pure chooser. This room decides nothing and tells nobody.
#![forbid(unsafe_code)]

mod device;
mod registered;
mod route;
mod script;
mod web;

use std::net::IpAddr;

use crate::address::Known;
use crate::config::{Section, Source};
use crate::world::{Host, Http, Route};

pub use registered::registered;
pub use route::route;

/// The address this machine has, by the section's `ip_source`. Private addresses are reported too: whether one may be published is
/// decided later.
pub fn current(section: &Section, route: &Route, host: &mut dyn Host, http: &mut dyn Http) -> Known<IpAddr> {
    match &section.source {
        Source::Network(names) => device::of_network(names, section.family, host),
        Source::Interface(name) => device::of_interface(name, section.family, host),
        Source::Web(url) => web::on_page(url, section.family, route, http),
        Source::Script(argv) => script::printed_by(argv, section.family, host),
    }
}

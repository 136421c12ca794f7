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
use crate::world::{Host, Http, Network, Route};

pub use registered::{meaning, registered};

/// netifd's answer as [`Host::networks`] gives it: asked for once, used for the address and for the route.
type Netifd = Result<Option<Vec<Network>>, String>;

/// What this machine is on the net at one moment.
#[derive(Debug)]
pub struct Here {
    /// The address, by the section's `ip_source`. Private ones are reported too: whether one may be published is decided later.
    pub address: Known<IpAddr>,
    /// How the section's transfers travel; the error names the binding that cannot be had.
    pub route: Result<Route, String>,
}

/// Looks where this machine is.
pub fn here(section: &Section, host: &mut dyn Host, http: &mut dyn Http) -> Here {
    let netifd = if asks_netifd(section) { host.networks() } else { Ok(None) };
    let route = route::route(section, &netifd);
    let address = match (&section.source, &route) {
        (Source::Network(names), _) => device::of_network(names, section.family, &netifd, host),
        (Source::Interface(name), _) => device::of_interface(name, section.family, &netifd, host),
        (Source::Web(url), Ok(route)) => web::on_page(url, section.family, route, http),
        (Source::Web(_), Err(trouble)) => Known::Unclear(trouble.clone()),
        (Source::Script(argv), _) => script::printed_by(argv, section.family, host),
    };
    Here { address, route }
}

/// How a section's transfers travel, when the address is not asked for; the error names the binding that cannot be had.
pub fn way(section: &Section, host: &mut dyn Host) -> Result<Route, String> {
    let netifd = if asks_netifd(section) { host.networks() } else { Ok(None) };
    route::route(section, &netifd)
}

fn asks_netifd(section: &Section) -> bool {
    let by_source = match &section.source {
        Source::Network(_) => true,
        Source::Interface(name) => name.starts_with('@'),
        Source::Web(_) | Source::Script(_) => false,
    };
    by_source || section.transport.bind_network.is_some()
}

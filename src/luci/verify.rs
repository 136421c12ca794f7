//! `verify_dns` and `verify_proxy`: whether a server that the owner types in can be used (pages before 2019-11, scripts).
//!
//! Exit codes as recorded. What we take more than ddns-scripts did is taken here too: a name server with a port, a proxy with a login.

use std::net::Ipv6Addr;

use super::{fail, said, switches};
use crate::cli::{Errand, Helper};
use crate::config::{Config, Section, options};
use crate::control::Console;
use crate::world::{Broken, Route, World};

/// Exit code: no such name, or nothing that could be one.
const UNRESOLVED: i32 = 2;
/// Exit code: no connection.
const UNREACHED: i32 = 3;
/// Exit code: no address of the family that `-f` forces.
const OTHER_FAMILY: i32 = 4;
/// Exit code: a proxy without a port.
const NO_PORT: i32 = 5;

/// Connects to the server and says by the exit code how that went.
pub(super) fn verify(helper: &Helper, config: &Config, world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let is_proxy = helper.errand == Errand::VerifyProxy;
    let (spec, text) = if is_proxy {
        (&options::PROXY, helper.proxy.as_deref())
    } else {
        (&options::DNS_SERVER, helper.server.as_deref())
    };
    let text = text.unwrap_or_default();
    let mut given = switches(helper);
    given.push((spec, text));
    let section = match config.made(None, &given) {
        Ok(section) => section,
        Err(faults) => {
            fail(&said(&faults), world, console);
            return if is_proxy && !names_port(text) { NO_PORT } else { UNRESOLVED };
        }
    };
    let Some((host, port)) = place(&section, is_proxy) else { return UNRESOLVED };
    let route = Route { prefer: Some(section.family), only: section.transport.only_family, ..Route::default() };
    let Err(broken) = world.http.reach(&host, port, &route) else { return 0 };
    fail(&broken.to_string(), world, console);
    match broken {
        Broken::Resolve(..) => UNRESOLVED,
        Broken::Family(..) => OTHER_FAMILY,
        _ => UNREACHED,
    }
}

fn place(section: &Section, is_proxy: bool) -> Option<(String, u16)> {
    if is_proxy {
        section.transport.proxy.as_ref().map(|proxy| (proxy.host.clone(), proxy.port))
    } else {
        section.via.server.as_ref().map(|server| (server.host.clone(), server.port))
    }
}

/// Whether a text that is no proxy at least ends in a port.
fn names_port(text: &str) -> bool {
    let number = text.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    number.is_some_and(|port| port > 0) && text.parse::<Ipv6Addr>().is_err()
}

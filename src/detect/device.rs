//! Sources `network` and `interface`: addresses that netifd or the kernel knows.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use super::Netifd;
use crate::address::{Candidate, Family, Known, choose};
use crate::world::{Host, Interface, Network};

/// The best address of the first of `names` that has one. Without netifd and without an `ubus` program (no OpenWrt), a network is
/// looked for among the interfaces: one of that name, else the one the default route leaves through.
pub(super) fn of_network(names: &[String], family: Family, netifd: &Netifd, host: &mut dyn Host) -> Known<IpAddr> {
    let asked = names.join("' or '");
    match netifd {
        Ok(Some(networks)) => best(names.iter().filter_map(|name| candidates_of(networks, name)), family)
            .map_or_else(|| Known::Nothing(without_address(networks, &asked, family)), Known::Is),
        Ok(None) => match host.interfaces() {
            Ok(interfaces) => from_interfaces(&interfaces, names, family).map_or_else(
                || {
                    Known::Nothing(format!(
                        "no netifd here, and no interface '{asked}' or default route with an {family} address"
                    ))
                },
                Known::Is,
            ),
            Err(error) => Known::Unclear(format!("cannot list the interfaces: {error}")),
        },
        Err(trouble) => Known::Unclear(format!("cannot ask netifd for network '{asked}': {trouble}")),
    }
}

fn candidates_of<'a>(networks: &'a [Network], name: &str) -> Option<&'a [Candidate]> {
    networks.iter().find(|network| network.name == name).map(|network| network.candidates.as_slice())
}

fn best<'a>(mut lists: impl Iterator<Item = &'a [Candidate]>, family: Family) -> Option<IpAddr> {
    lists.find_map(|candidates| choose(candidates, family))
}

fn without_address(networks: &[Network], asked: &str, family: Family) -> String {
    match networks.iter().find(|network| asked.split("' or '").any(|name| name == network.name)) {
        None => format!("network '{asked}' does not exist"),
        Some(network) if !network.up => format!("network '{}' is down", network.name),
        Some(_) => format!("network '{asked}' has no {family} address"),
    }
}

fn from_interfaces(interfaces: &[Interface], names: &[String], family: Family) -> Option<IpAddr> {
    let so_called = interfaces.iter().filter(|i| names.contains(&i.name));
    let routed = interfaces.iter().filter(|i| i.default_route);
    best(so_called.chain(routed).map(|i| i.candidates.as_slice()), family)
}

/// The best address of a device, or of the device of network NAME when written `@NAME`.
pub(super) fn of_interface(name: &str, family: Family, netifd: &Netifd, host: &mut dyn Host) -> Known<IpAddr> {
    let device = match name.strip_prefix('@') {
        None => name.to_owned(),
        Some(network) => match device_of(network, netifd) {
            Known::Is(device) => device,
            Known::Nothing(why) => return Known::Nothing(why),
            Known::Unclear(why) => return Known::Unclear(why),
        },
    };
    match host.interfaces() {
        Err(error) => Known::Unclear(format!("cannot list the interfaces: {error}")),
        Ok(all) => match all.iter().find(|i| i.name == device) {
            None => Known::Nothing(format!("interface '{device}' does not exist or has no address")),
            Some(interface) => choose(&interface.candidates, family)
                .map_or_else(|| Known::Nothing(format!("interface '{device}' has no {family} address")), Known::Is),
        },
    }
}

fn device_of(network: &str, netifd: &Netifd) -> Known<String> {
    match netifd {
        Ok(Some(networks)) => match networks.iter().find(|n| n.name == network) {
            // LuCI before 2025-06 stored a device where a network belongs
            None => Known::Is(network.to_owned()),
            Some(Network { device: None, .. }) => Known::Nothing(format!("network '{network}' is down")),
            Some(Network { device: Some(device), .. }) => Known::Is(device.clone()),
        },
        Ok(None) => Known::Is(network.to_owned()),
        Err(trouble) => Known::Unclear(format!("cannot ask netifd for the device of network '{network}': {trouble}")),
    }
}

//! How this section's transfers travel now: the configured part, joined with the devices and addresses its networks have at this moment.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use super::Netifd;
use crate::address::{Family, choose};
use crate::config::{Section, Source};
use crate::world::{Bind, Network, Route};

/// The route of a section. `bind_network` binds to device and addresses of that network, and it is an error when that cannot be done.
/// Without it a section that publishes a network's address also sends through that network's device, if it is up: with several uplinks the
/// provider sees the right one.
pub(super) fn route(section: &Section, netifd: &Netifd) -> Result<Route, String> {
    let transport = &section.transport;
    let bind = match &transport.bind_network {
        Some(name) => strictly(name, netifd)?,
        None => match &section.source {
            Source::Network(names) => softly(names, netifd),
            Source::Interface(_) | Source::Web(_) | Source::Script(_) => Bind::default(),
        },
    };
    Ok(Route {
        prefer: Some(section.family),
        only: transport.only_family,
        bind,
        proxy: transport.proxy.clone(),
        trust: transport.trust.clone(),
        user_agent: transport.user_agent.clone(),
    })
}

fn strictly(name: &str, netifd: &Netifd) -> Result<Bind, String> {
    let asked = netifd.as_ref().map_err(|why| format!("bind_network '{name}': cannot ask netifd: {why}"))?;
    let Some(networks) = asked else {
        // no OpenWrt: the name can only mean a device
        return Ok(Bind { device: Some(name.to_owned()), sources: Vec::new(), strict: true });
    };
    let network = networks
        .iter()
        .find(|network| network.name == name)
        .ok_or_else(|| format!("bind_network '{name}': there is no such network"))?;
    bound_to(network, true).ok_or_else(|| format!("bind_network '{name}': the network is down"))
}

fn softly(names: &[String], netifd: &Netifd) -> Bind {
    let Ok(Some(networks)) = netifd else { return Bind::default() };
    let mut listed = names.iter().filter_map(|name| networks.iter().find(|network| network.name == *name));
    listed.find_map(|network| bound_to(network, false)).unwrap_or_default()
}

fn bound_to(network: &Network, strict: bool) -> Option<Bind> {
    let device = network.device.clone()?;
    let sources: Vec<IpAddr> =
        [Family::V4, Family::V6].iter().filter_map(|family| choose(&network.candidates, *family)).collect();
    (!sources.is_empty()).then_some(Bind { device: Some(device), sources, strict })
}

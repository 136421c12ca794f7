//! Small questions of scripts that need no transfer: networks, addresses, options, providers.

use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use super::{Env, complain, print};
use crate::address::{Candidate, Family, choose, expanded};
use crate::config::service::{self, Kind};
use crate::control::Console;
use crate::run::{CONFIG, CONFIG_LIMIT, configuration};
use crate::world::{Desk, Host, Network};

/// What `expand_ipv6` gives for what is no IPv6 address.
const INVALID: &str = "invalid";

/// Eight groups of four digits; exit code 1 for what is no IPv6 address.
pub(super) fn expand(text: &str, console: &mut Console<'_>) -> i32 {
    match text.trim().parse::<Ipv6Addr>() {
        Ok(address) => print(console, expanded(IpAddr::V6(address)).as_bytes()),
        Err(_) => print(console, INVALID.as_bytes()) | 1,
    }
}

/// Answers `network_get_*` where OpenWrt's own functions are not: a line, or exit code 1.
pub(super) fn network(what: &str, name: &str, host: &mut dyn Host, console: &mut Console<'_>) -> i32 {
    let networks = match host.networks() {
        Ok(Some(networks)) => networks,
        Ok(None) => of_interfaces(host),
        Err(trouble) => return complain(console, &trouble, 1),
    };
    let Some(network) = networks.iter().find(|network| network.name == name) else { return 1 };
    let all = |family| {
        let of_family = network.candidates.iter().filter(|c| Family::of(c.address) == family);
        Some(of_family.map(|c| c.address.to_string()).collect::<Vec<_>>().join(" "))
    };
    let best = |family| choose(&network.candidates, family).map(|address| address.to_string());
    let answer = match what {
        "ipaddr" => best(Family::V4),
        "ipaddr6" => best(Family::V6),
        "ipaddrs" => all(Family::V4),
        "ipaddrs6" => all(Family::V6),
        "device" => network.device.clone(),
        "up" => network.up.then(|| "1".to_owned()),
        _ => {
            return complain(console, &format!("'{what}': wanted ipaddr, ipaddr6, ipaddrs, ipaddrs6, device or up"), 2);
        }
    };
    match answer.filter(|answer| !answer.is_empty()) {
        Some(answer) => print(console, answer.as_bytes()),
        None => 1,
    }
}

/// Without netifd a network is the interface of that name; `wan` and `wan6` are also the one the default route leaves through.
fn of_interfaces(host: &mut dyn Host) -> Vec<Network> {
    let all = host.interfaces().unwrap_or_default();
    let network = |name: &str, device: &str, candidates: &[Candidate]| Network {
        name: name.to_owned(),
        up: true,
        device: Some(device.to_owned()),
        candidates: candidates.to_vec(),
    };
    let named = all.iter().map(|i| network(&i.name, &i.name, &i.candidates));
    let routed = all.iter().filter(|i| i.default_route);
    let wan = routed.flat_map(|i| ["wan", "wan6"].map(|name| network(name, &i.name, &i.candidates)));
    named.chain(wan).collect()
}

/// The names of a section's options, a line each, or the value of one as it stands; exit code 1 when there is none.
pub(super) fn option(section: &str, name: Option<&str>, desk: &dyn Desk, console: &mut Console<'_>) -> i32 {
    let config = match configuration(desk) {
        Ok(config) => config,
        Err(faults) => {
            let text = faults.first().map(|fault| fault.in_file(CONFIG).to_string()).unwrap_or_default();
            return complain(console, &text, 1);
        }
    };
    let Some(section) = config.file().section(section) else { return 1 };
    let single = section.options.iter().filter_map(|option| match &option.value {
        crate::config::uci::Value::One(value) => Some((option.name.as_str(), value.as_slice())),
        crate::config::uci::Value::List(_) => None,
    });
    if let Some(name) = name {
        return single.rev().find(|(known, _)| *known == name).map_or(1, |(_, value)| print(console, value));
    }
    let names: String = single.flat_map(|(name, _)| [name, "\n"]).collect();
    if names.is_empty() { 1 } else { print(console, names.as_bytes()) }
}

/// Three lines for `get_service_data`: URL, script, words of success, from a JSON file of a provider.
pub(super) fn provider(file: &Path, env: Env<'_>, desk: &dyn Desk, console: &mut Console<'_>) -> i32 {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let family = if env("use_ipv6").is_some_and(|value| value == "1") { Family::V6 } else { Family::V4 };
    let Ok(bytes) = desk.take(file, CONFIG_LIMIT) else { return 1 };
    match service::from_json(&name, &bytes, family) {
        Ok(recipe) => {
            let (url, script) = match &recipe.kind {
                Kind::Template(url) => (url.clone(), String::new()),
                Kind::Script(path) => (String::new(), path.display().to_string()),
                Kind::Native(_) => (String::new(), String::new()),
            };
            print(console, format!("{url}\n{script}\n{}\n", recipe.answers.join("|")).as_bytes())
        }
        Err(why) => complain(console, &format!("{}: {why}", file.display()), 1),
    }
}

//! netifd's `network.interface dump` as networks with candidate addresses.
//!
//! Pure: one function of a JSON value, whichever way it came. netifd knows lifetimes, but neither duplicate address detection nor
//! privacy addresses: [`enrich`] adds the kernel's word.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv6Addr};

use serde_json::Value;

use crate::address::Candidate;
use crate::world::{Interface, Network};

/// All networks of a dump, in its order. An error when it is no dump; an entry or address that makes no sense is left out.
pub fn networks(dump: &Value) -> Result<Vec<Network>, String> {
    let Some(entries) = dump.get("interface").and_then(Value::as_array) else {
        return Err("netifd's answer holds no list 'interface'".to_owned());
    };
    Ok(entries.iter().filter_map(|entry| network(entry, entries)).collect())
}

fn network(entry: &Value, all: &[Value]) -> Option<Network> {
    let name = text(entry, "interface").filter(|name| !name.is_empty())?.to_owned();
    let up = entry.get("up").and_then(Value::as_bool).unwrap_or_default();
    // the lower device of an alias is written as `@wan` and is no device of the kernel
    let lower = || text(entry, "device").filter(|name| up && !name.starts_with('@'));
    let device = text(entry, "l3_device").or_else(lower).filter(|name| !name.is_empty()).map(str::to_owned);
    let mut candidates: Vec<Candidate> = Vec::new();
    let own = ["ipv4-address", "ipv6-address"].into_iter().flat_map(|key| list(entry, key)).filter_map(candidate);
    let assigned = list(entry, "ipv6-prefix-assignment").filter_map(router_in);
    let delegated = list(entry, "ipv6-prefix").flat_map(|prefix| router_in_parts(prefix, all));
    for found in own.chain(assigned).chain(delegated) {
        if !candidates.iter().any(|known| known.address == found.address) {
            candidates.push(found);
        }
    }
    Some(Network { name, up, device, candidates })
}

/// `{address, preferred?, valid?}`; an address whose validity is over is none.
fn candidate(entry: &Value) -> Option<Candidate> {
    aged(text(entry, "address")?.parse().ok()?, entry)
}

/// The router's own address in a prefix assigned to this network.
fn router_in(assignment: &Value) -> Option<Candidate> {
    aged(text(assignment.get("local-address")?, "address")?.parse().ok()?, assignment)
}

/// The router's own addresses in the parts of a delegated prefix that went to other networks: with prefix delegation alone, WAN has no
/// address of its own.
fn router_in_parts<'a>(prefix: &'a Value, all: &'a [Value]) -> impl Iterator<Item = Candidate> {
    let parts = prefix.get("assigned").and_then(Value::as_object).into_iter().flatten();
    parts.filter_map(|(holder, part)| {
        let part: Ipv6Addr = text(part, "address")?.parse().ok()?;
        let holder = all.iter().find(|entry| text(entry, "interface") == Some(holder))?;
        let mut assignments = list(holder, "ipv6-prefix-assignment");
        router_in(assignments.find(|a| text(a, "address").and_then(|a| a.parse().ok()) == Some(part))?)
    })
}

/// Lifetimes are those of the entry; absent means for ever.
fn aged(address: IpAddr, lifetimes: &Value) -> Option<Candidate> {
    let over = |key| lifetimes.get(key).and_then(Value::as_i64) == Some(0);
    (!over("valid")).then(|| Candidate { deprecated: over("preferred"), ..Candidate::plain(address) })
}

fn text<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    entry.get(key)?.as_str()
}

fn list<'a>(entry: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    entry.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Adds what the kernel says of the same addresses: on the network's own device, else on any (an address out of a delegated prefix sits
/// on another one).
pub fn enrich(networks: &mut [Network], interfaces: &[Interface]) {
    for network in networks {
        let (own, other): (Vec<&Interface>, Vec<&Interface>) =
            interfaces.iter().partition(|i| Some(&i.name) == network.device.as_ref());
        for candidate in &mut network.candidates {
            let mut seen = own.iter().chain(&other).flat_map(|i| &i.candidates);
            if let Some(kernel) = seen.find(|kernel| kernel.address == candidate.address) {
                candidate.deprecated |= kernel.deprecated;
                candidate.tentative |= kernel.tentative;
                candidate.temporary |= kernel.temporary;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(entry: &Value) -> Network {
        networks(&json!({ "interface": [entry] })).unwrap().remove(0)
    }

    fn addresses(network: &Network) -> Vec<String> {
        network.candidates.iter().map(|c| c.address.to_string()).collect()
    }

    #[test]
    fn an_expired_address_is_left_out_and_one_past_its_preferred_lifetime_is_deprecated() {
        let found = one(&json!({"interface": "wan6", "up": true, "ipv6-address": [
            {"address": "2001:db8::1", "mask": 64, "preferred": 0, "valid": 0},
            {"address": "2001:db8::2", "mask": 64, "preferred": 0, "valid": 60},
            {"address": "2001:db8::3", "mask": 64, "preferred": 30, "valid": 60},
            {"address": "2001:db8::4", "mask": 64}]}));
        assert_eq!(addresses(&found), ["2001:db8::2", "2001:db8::3", "2001:db8::4"]);
        assert_eq!(found.candidates.iter().map(|c| c.deprecated).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn the_routers_address_in_an_assigned_prefix_comes_last_with_the_prefixs_lifetimes() {
        let found = one(&json!({"interface": "lan", "up": true, "device": "br-lan", "l3_device": "br-lan",
            "ipv4-address": [{"address": "192.168.1.1", "mask": 24}],
            "ipv6-prefix-assignment": [
                {"address": "2001:db8:2::", "mask": 60, "preferred": 0, "valid": 9, "local-address": {"address": "2001:db8:2::1", "mask": 60}},
                {"address": "fd00::", "mask": 60}]}));
        assert_eq!(addresses(&found), ["192.168.1.1", "2001:db8:2::1"]);
        assert!(found.candidates[1].deprecated);
    }

    #[test]
    fn with_prefix_delegation_alone_wan_gets_the_routers_address_in_the_lan_part() {
        let dump = json!({"interface": [
            {"interface": "lan", "up": true, "l3_device": "br-lan", "ipv6-prefix-assignment": [
                {"address": "2001:db8:2::", "mask": 60, "local-address": {"address": "2001:db8:2::1", "mask": 60}}]},
            {"interface": "wan6", "up": true, "l3_device": "wan0", "ipv6-address": [], "ipv6-prefix": [
                {"address": "2001:db8:2::", "mask": 56, "assigned": {"lan": {"address": "2001:db8:2::", "mask": 60}, "gone": {}}}]}]});
        let found = networks(&dump).unwrap();
        assert_eq!(
            (addresses(&found[1]), found[1].device.as_deref()),
            (vec!["2001:db8:2::1".to_owned()], Some("wan0"))
        );
    }

    #[test]
    fn a_network_that_is_down_has_neither_device_nor_addresses() {
        let found = one(&json!({"interface": "wan", "up": false, "pending": true, "proto": "pppoe", "device": "eth1"}));
        assert_eq!(found, Network { name: "wan".into(), ..Network::default() });
        assert_eq!(one(&json!({"interface": "vpn", "up": true, "device": "@wan"})).device, None);
        assert_eq!(one(&json!({"interface": "wan", "up": true, "device": "eth1"})).device.as_deref(), Some("eth1"));
    }

    #[test]
    fn nonsense_is_left_out_and_something_that_is_no_dump_is_an_error() {
        let dump = json!({"interface": [7, {}, {"interface": ""}, {"interface": "a", "up": 3, "l3_device": [],
            "ipv4-address": {"x": 1}, "ipv6-address": [3, {"address": "hello"}, {"address": 9}]}]});
        assert_eq!(networks(&dump).unwrap(), [Network { name: "a".into(), ..Network::default() }]);
        for no_dump in [json!({}), json!([]), json!(null), json!({"interface": {}})] {
            assert!(networks(&no_dump).is_err());
        }
    }

    #[test]
    fn the_kernels_flags_are_added_from_the_same_device_first() {
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let interface = |name: &str, tentative, temporary| Interface {
            name: name.into(),
            candidates: vec![Candidate { tentative, temporary, ..Candidate::plain(address) }],
            default_route: false,
        };
        let network = Network {
            name: "wan6".into(),
            up: true,
            device: Some("eth1".into()),
            candidates: vec![Candidate { deprecated: true, ..Candidate::plain(address) }],
        };
        let mut found = [network.clone()];
        enrich(&mut found, &[interface("eth0", true, false), interface("eth1", false, true)]);
        let expected = Candidate { address, deprecated: true, tentative: false, temporary: true };
        assert_eq!(found[0].candidates, [expected]);
        let mut elsewhere = [network];
        enrich(&mut elsewhere, &[interface("br-lan", true, false)]);
        assert!(elsewhere[0].candidates[0].tentative);
    }
}

//! The kernel's interfaces with their addresses: `getifaddrs(3)` for presence and order, `/proc/net` for IPv6 flags and default routes.
//!
//! A thin shell around pure functions of text. Knows nothing of netifd.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv6Addr};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;

use crate::address::Candidate;
use crate::world::Interface;

/// What a row of `/proc/net/if_inet6` says: scope and the flags of `linux/if_addr.h` (lowest eight).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    scope: u8,
    flags: u8,
}

const TEMPORARY: u8 = 0x01;
const DAD_FAILED: u8 = 0x08;
const DEPRECATED: u8 = 0x20;
const TENTATIVE: u8 = 0x40;

/// `RTF_UP` and `RTF_REJECT` of `linux/route.h`.
const ROUTE_UP: u32 = 0x0001;
const ROUTE_REJECT: u32 = 0x0200;

/// All interfaces in the kernel's order, also those without an address.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    let mut defaults = default_devices_v4(proc_net("route"));
    defaults.append(&mut default_devices_v6(proc_net("ipv6_route")));
    with(&defaults)
}

/// As [`interfaces`], for those who do not ask for default routes.
pub fn addresses() -> io::Result<Vec<Interface>> {
    with(&[])
}

fn with(defaults: &[String]) -> io::Result<Vec<Interface>> {
    Ok(assemble(&listed()?, &standings(proc_net("if_inet6")), defaults))
}

/// A number that differs whenever an address came, went or changed its flags; equal when only lifetimes were renewed.
pub fn fingerprint(interfaces: &[Interface]) -> u64 {
    let mut all: Vec<_> = interfaces
        .iter()
        .flat_map(|i| i.candidates.iter().map(|c| (&i.name, c.address, c.deprecated, c.tentative, c.temporary)))
        .collect();
    all.sort_unstable();
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

/// A table that is not there (no IPv6 in the kernel) is an empty one.
fn proc_net(table: &str) -> Box<dyn BufRead> {
    match File::open(format!("/proc/net/{table}")) {
        Ok(file) => Box::new(BufReader::with_capacity(1024, file)),
        Err(_) => Box::new(io::empty()),
    }
}

/// One row in memory at a time: a routing table may be long.
fn rows(table: impl BufRead) -> impl Iterator<Item = String> {
    table.split(b'\n').map_while(Result::ok).map(|row| String::from_utf8_lossy(&row).into_owned())
}

/// Name and address pairs; an interface without an address comes once with `None`.
fn listed() -> io::Result<Vec<(String, Option<IpAddr>)>> {
    Ok(getifaddrs()?.map(|entry| (entry.interface_name, entry.address.as_ref().and_then(ip))).collect())
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = || address.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
    let v6 = || address.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip()));
    v4().or_else(v6)
}

/// The rows of `/proc/net/if_inet6`: address, interface index, prefix length, scope, flags, device. Rows that make no sense are left out.
pub fn standings(if_inet6: impl BufRead) -> Vec<(String, Ipv6Addr, Standing)> {
    rows(if_inet6).filter_map(|row| standing(&row)).collect()
}

fn standing(row: &str) -> Option<(String, Ipv6Addr, Standing)> {
    let fields: Vec<&str> = row.split_whitespace().collect();
    let [address, _index, _length, scope, flags, device] = fields[..] else { return None };
    let address = Ipv6Addr::from(u128::from_str_radix(address, 16).ok()?);
    // newer kernels may one day show more than eight bits; the lowest eight are the old ones
    let flags = u32::from_str_radix(flags, 16).ok()?.to_le_bytes()[0];
    Some((device.to_owned(), address, Standing { scope: u8::from_str_radix(scope, 16).ok()?, flags }))
}

/// Devices of IPv4 default routes (`/proc/net/route`, the main table).
pub fn default_devices_v4(route: impl BufRead) -> Vec<String> {
    devices(route, default_device_v4)
}

fn default_device_v4(row: &str) -> Option<String> {
    let fields: Vec<&str> = row.split_whitespace().collect();
    let [device, destination, _gateway, flags, _refs, _use, _metric, mask, ..] = fields[..] else { return None };
    (is_zero(destination) && is_zero(mask) && usable(flags)).then(|| device.to_owned())
}

/// Devices of IPv6 default routes (`/proc/net/ipv6_route`), also of those for one source prefix only, as netifd sets them.
pub fn default_devices_v6(ipv6_route: impl BufRead) -> Vec<String> {
    devices(ipv6_route, default_device_v6)
}

fn default_device_v6(row: &str) -> Option<String> {
    let fields: Vec<&str> = row.split_whitespace().collect();
    let [destination, length, _source, _length, _hop, _metric, _refs, _use, flags, device] = fields[..] else {
        return None;
    };
    // the kernel's own "unreachable" default sits on lo
    (is_zero(destination) && is_zero(length) && usable(flags) && device != "lo").then(|| device.to_owned())
}

/// Each device once: a table may hold a route thousands of times.
fn devices(table: impl BufRead, device: fn(&str) -> Option<String>) -> Vec<String> {
    let mut all = Vec::new();
    for found in rows(table).filter_map(|row| device(&row)) {
        if !all.contains(&found) {
            all.push(found);
        }
    }
    all
}

fn is_zero(hex: &str) -> bool {
    !hex.is_empty() && hex.bytes().all(|b| b == b'0')
}

fn usable(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & (ROUTE_UP | ROUTE_REJECT) == ROUTE_UP)
}

/// Puts the parts together. IPv4 without 127/8, IPv6 of global scope (unique local included).
pub fn assemble(
    listed: &[(String, Option<IpAddr>)],
    standings: &[(String, Ipv6Addr, Standing)],
    defaults: &[String],
) -> Vec<Interface> {
    let mut all: Vec<Interface> = Vec::new();
    for (label, address) in listed {
        let device = device_of(label);
        let place = all.iter().position(|i| i.name == device).unwrap_or_else(|| {
            let default_route = defaults.iter().any(|known| known == device);
            all.push(Interface { name: device.to_owned(), candidates: Vec::new(), default_route });
            all.len() - 1
        });
        all[place].candidates.extend(address.and_then(|address| candidate(device, address, standings)));
    }
    all
}

/// An IPv4 address may carry a label `eth0:1`; the device is what stands before the colon.
fn device_of(label: &str) -> &str {
    label.split_once(':').map_or(label, |(device, _)| device)
}

fn candidate(device: &str, address: IpAddr, standings: &[(String, Ipv6Addr, Standing)]) -> Option<Candidate> {
    let v6 = match address {
        IpAddr::V4(v4) => return (!v4.is_loopback()).then(|| Candidate::plain(address)),
        IpAddr::V6(v6) => v6,
    };
    let of = |(known, address, _): &&(String, Ipv6Addr, Standing)| known == device && *address == v6;
    let Some((_, _, standing)) = standings.iter().find(of) else {
        // it came between the two questions, or there is no /proc
        return (!v6.is_loopback() && !v6.is_unicast_link_local()).then(|| Candidate::plain(address));
    };
    let has = |flag| standing.flags & flag != 0;
    (standing.scope == 0).then(|| Candidate {
        address,
        deprecated: has(DEPRECATED),
        tentative: has(TENTATIVE) || has(DAD_FAILED),
        temporary: has(TEMPORARY),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IF_INET6: &str = "\
00000000000000000000000000000001 01 80 10 80       lo
20010db8000100000000000000000007 02 40 00 00     eth1
20010db8000100000000000000000008 02 40 00 21     eth1
20010db8000100000000000000000009 02 40 00 40     eth1
20010db800010000000000000000000a 02 40 00 c8     eth1
fd000000000000000000000000000001 02 40 00 80     eth1
fe800000000000000000000000000001 02 40 20 80     eth1
nonsense
";

    fn found(listed: &[(&str, Option<&str>)], defaults: &[String]) -> Vec<Interface> {
        let listed: Vec<_> = listed.iter().map(|(n, a)| ((*n).to_owned(), a.map(|a| a.parse().unwrap()))).collect();
        assemble(&listed, &standings(IF_INET6.as_bytes()), defaults)
    }

    #[test]
    fn flags_of_each_ipv6_address_are_seen_and_only_global_scope_counts() {
        let listed = [
            ("lo", Some("::1")),
            ("eth1", None),
            ("lo", Some("127.0.0.1")),
            ("eth1", Some("fe80::1")),
            ("eth1", Some("2001:db8:1::7")),
            ("eth1", Some("2001:db8:1::8")),
            ("eth1", Some("2001:db8:1::9")),
            ("eth1", Some("2001:db8:1::a")),
            ("eth1", Some("fd00::1")),
        ];
        let all = found(&listed, &[]);
        assert_eq!(all[0], Interface { name: "lo".into(), ..Interface::default() });
        let seen: Vec<_> = all[1].candidates.iter().map(|c| (c.deprecated, c.tentative, c.temporary)).collect();
        let plain = (false, false, false);
        assert_eq!(seen, [plain, (true, false, true), (false, true, false), (false, true, false), plain]);
        assert_eq!(all[1].candidates[4].address, "fd00::1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn the_kernels_order_stays_and_a_labelled_address_belongs_to_its_device() {
        let listed = [("eth0:1", Some("192.0.2.9")), ("eth0", Some("169.254.1.1")), ("eth2", None)];
        let all = found(&listed, &["eth2".to_owned()]);
        let addresses: Vec<_> = all[0].candidates.iter().map(|c| c.address.to_string()).collect();
        assert_eq!((all[0].name.as_str(), addresses), ("eth0", vec!["192.0.2.9".into(), "169.254.1.1".into()]));
        assert!(!all[0].default_route && all[1].default_route);
    }

    #[test]
    fn an_address_the_table_does_not_know_is_judged_by_itself() {
        let all = found(&[("eth9", Some("2001:db8::1")), ("eth9", Some("fe80::9"))], &[]);
        assert_eq!(all[0].candidates, [Candidate::plain("2001:db8::1".parse().unwrap())]);
    }

    #[test]
    fn only_usable_routes_to_everywhere_are_default_routes() {
        let route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            eth1\t00000000\t010200C0\t0003\t0\t0\t10\t00000000\t0\t0\t0\n\
            eth2\t00000000\t010200C0\t0002\t0\t0\t10\t00000000\t0\t0\t0\n\
            eth3\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n\
            eth4\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
            eth5\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n";
        assert_eq!(default_devices_v4(route.as_bytes()), ["eth1"]);
    }

    #[test]
    fn a_source_specific_ipv6_default_counts_and_the_unreachable_one_on_lo_does_not() {
        let zero = "00000000000000000000000000000000";
        let hop = "fe800000000000000000000000000001";
        let net = "20010db8000200000000000000000000";
        let route = format!(
            "{zero} 00 {net} 38 {hop} 00000400 00000001 00000000 00000003 pppoe-wan\n\
             {zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n\
             {net} 40 {zero} 00 {zero} 00000100 00000001 00000000 00000001    br-lan\n\
             short row\n"
        );
        assert_eq!(default_devices_v6(route.as_bytes()), ["pppoe-wan"]);
    }

    #[test]
    fn the_fingerprint_follows_addresses_and_flags_but_not_their_order() {
        let one = found(&[("eth1", Some("2001:db8:1::7")), ("eth1", Some("fd00::1"))], &[]);
        let turned = found(&[("eth1", Some("fd00::1")), ("eth1", Some("2001:db8:1::7"))], &[]);
        assert_eq!(fingerprint(&one), fingerprint(&turned));
        let mut aged = one.clone();
        aged[0].candidates[0].deprecated = true;
        assert_ne!(fingerprint(&one), fingerprint(&aged));
        assert_ne!(fingerprint(&one), fingerprint(&found(&[("eth1", Some("fd00::1"))], &[])));
    }
}

//! The machine's own words: networks by socket or program, interfaces with the kernel's flags.

#[cfg(test)]
mod alone;
#[cfg(test)]
mod ubusd;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use alone::{Folder, in_namespace, in_process, sh, veth};
use ddns::address::Candidate;
use ddns::system::host::Machine;
use ddns::world::{Host, Interface};

fn machine(folder: &Folder) -> Machine {
    Machine::new(folder.path().to_owned(), None)
}

#[cfg(test)]
fn socket_in(folder: &Folder, place: &str) -> PathBuf {
    let at = folder.path().join(place);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    at
}

/// Puts a stand-in for the `ubus` program into the folder that is the only one in PATH.
#[cfg(test)]
fn ubus_says(folder: &Folder, script: &str) {
    folder.program("ubus", &format!("#!/bin/sh\n{script}\n"));
    // SAFETY: the test stands alone in its process, and no other of its threads reads the environment now
    unsafe { std::env::set_var("PATH", folder.path()) };
}

#[cfg(test)]
fn one<'a>(interfaces: &'a [Interface], name: &str) -> &'a Interface {
    interfaces.iter().find(|i| i.name == name).unwrap()
}

#[cfg(test)]
fn standing(interface: &Interface, address: &str) -> (bool, bool, bool) {
    let address: std::net::IpAddr = address.parse().unwrap();
    let found = interface.candidates.iter().find(|c| c.address == address).unwrap();
    (found.deprecated, found.tentative, found.temporary)
}

#[test]
fn networks_come_from_either_place_of_the_socket() {
    if !in_process("networks_come_from_either_place_of_the_socket", &[("PATH", "/nonexistent")]) {
        return;
    }
    for place in ["var/run/ubus/ubus.sock", "var/run/ubus.sock"] {
        let folder = Folder::new("place");
        ubusd::listen(&socket_in(&folder, place), ubusd::play);
        let networks = machine(&folder).networks().unwrap().unwrap();
        assert_eq!((networks.len(), networks[0].device.as_deref()), (1, Some("pppoe-wan")));
    }
}

#[test]
fn the_program_is_the_second_way_also_when_the_socket_refuses() {
    if !in_process("the_program_is_the_second_way_also_when_the_socket_refuses", &[]) {
        return;
    }
    let folder = Folder::new("second");
    let printed = folder.path().join("printed");
    fs::write(&printed, format!("{}\n", ubusd::PRINTED)).unwrap();
    let check = r#"[ "$*" = "call network.interface dump" ] || exit 2"#;
    ubus_says(&folder, &format!("{check}\nwhile read -r line; do echo \"$line\"; done <{}", printed.display()));
    assert_eq!(machine(&folder).networks().unwrap().unwrap()[0].name, "wan");
    let refused = ubusd::bytes("000000000a105ded0000000400010001000000000000000c0100000800000006");
    let at = socket_in(&folder, "var/run/ubus/ubus.sock");
    ubusd::listen(&at, move |stream| ubusd::say(&stream, &refused));
    assert_eq!(machine(&folder).networks().unwrap().unwrap()[0].candidates.len(), 2);
}

#[test]
fn when_no_way_leads_to_netifd_the_error_names_all_that_were_tried() {
    if !in_process("when_no_way_leads_to_netifd_the_error_names_all_that_were_tried", &[("PATH", "/nonexistent")]) {
        return;
    }
    let folder = Folder::new("noway");
    let refused = ubusd::bytes("000000000a105ded0000000400010001000000000000000c0100000800000006");
    let at = socket_in(&folder, "var/run/ubus/ubus.sock");
    ubusd::listen(&at, move |stream| ubusd::say(&stream, &refused));
    let error = machine(&folder).networks().unwrap_err();
    for part in
        ["ubus/ubus.sock: refused: permission denied", "run/ubus.sock: no such socket", "program 'ubus': No such"]
    {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_program_that_fails_babbles_or_hangs_is_an_error_in_time() {
    if !in_process("a_program_that_fails_babbles_or_hangs_is_an_error_in_time", &[]) {
        return;
    }
    let folder = Folder::new("babble");
    let cases = [
        ("echo 'Command failed: Not found' >&2; exit 4", "exit code 4: Command failed: Not found"),
        ("echo '{\"interface\": ['", "no JSON"),
        ("echo '{}'", "no list 'interface'"),
        ("while :; do :; done", "no answer in time"),
    ];
    for (script, expected) in cases {
        ubus_says(&folder, script);
        let began = Instant::now();
        let error = machine(&folder).networks().unwrap_err();
        assert!(error.contains(expected), "{error}");
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}

#[test]
fn netifds_addresses_carry_the_kernels_flags() {
    if !in_namespace("netifds_addresses_carry_the_kernels_flags") {
        return;
    }
    veth("pppoe-wan", "isp");
    sh("ip addr add 2001:db8:1::7/64 dev pppoe-wan nodad preferred_lft 0");
    let folder = Folder::new("flags");
    ubusd::listen(&socket_in(&folder, "var/run/ubus/ubus.sock"), ubusd::play);
    let networks = machine(&folder).networks().unwrap().unwrap();
    let plain = Candidate::plain("192.0.2.7".parse().unwrap());
    let aged = Candidate { deprecated: true, ..Candidate::plain("2001:db8:1::7".parse().unwrap()) };
    assert_eq!(networks[0].candidates, [plain, aged]);
}

#[test]
fn deprecated_tentative_temporary_and_duplicate_addresses_are_seen() {
    if !in_namespace("deprecated_tentative_temporary_and_duplicate_addresses_are_seen") {
        return;
    }
    veth("v0", "v1");
    sh("echo 2 >/proc/sys/net/ipv6/conf/v0/use_tempaddr");
    sh("ip addr add 2001:db8:3::1/64 dev v1 nodad");
    sh("ip addr add 2001:db8:1::1/64 dev v0 nodad");
    sh("ip addr add 2001:db8:1::2/64 dev v0 nodad preferred_lft 0 valid_lft 900");
    sh("ip addr add 2001:db8:2::1/64 dev v0 nodad mngtmpaddr valid_lft 3600 preferred_lft 1800");
    sh("ip addr add 2001:db8:3::1/64 dev v0");
    let mut machine = machine(&Folder::new("kinds"));
    let before = machine.interfaces().unwrap();
    let v0 = one(&before, "v0");
    assert_eq!(standing(v0, "2001:db8:1::1"), (false, false, false));
    assert_eq!(standing(v0, "2001:db8:1::2"), (true, false, false));
    assert_eq!(standing(v0, "2001:db8:3::1"), (false, true, false), "not checked yet");
    assert_eq!(v0.candidates.iter().filter(|c| c.temporary).count(), 1, "{v0:?}");
    sh("for i in $(seq 100); do ip -6 addr show dev v0 | grep -q dadfailed && exit 0; sleep 0.05; done; exit 1");
    let after = machine.interfaces().unwrap();
    assert_eq!(standing(one(&after, "v0"), "2001:db8:3::1"), (false, true, false), "found to be another's");
}

#[test]
fn interfaces_show_global_addresses_in_the_kernels_order_and_who_has_the_default_route() {
    const TEST: &str = "interfaces_show_global_addresses_in_the_kernels_order_and_who_has_the_default_route";
    if !in_namespace(TEST) {
        return;
    }
    veth("v0", "v1");
    veth("v2", "v3");
    for address in ["192.168.9.1/24", "203.0.113.7/24", "2001:db8::7/64", "fd00::1/64"] {
        let nodad = if address.contains(':') { "nodad" } else { "" };
        sh(&format!("ip addr add {address} dev v0 {nodad}"));
    }
    sh("ip addr add 198.51.100.9/24 dev v3 label v3:x");
    let mut machine = machine(&Folder::new("order"));
    let quiet = machine.interfaces().unwrap();
    assert!(quiet.iter().all(|i| !i.default_route), "{quiet:?}");
    assert!(one(&quiet, "lo").candidates.is_empty() && one(&quiet, "v1").candidates.is_empty());
    let addresses: Vec<_> = one(&quiet, "v0").candidates.iter().map(|c| c.address.to_string()).collect();
    assert_eq!(addresses, ["192.168.9.1", "203.0.113.7", "fd00::1", "2001:db8::7"]);
    assert_eq!(one(&quiet, "v3").candidates.len(), 1);
    sh("ip route add default via 203.0.113.1 dev v0 && ip -6 route add default from 2001:db8::/64 dev v2 metric 512");
    let routed = machine.interfaces().unwrap();
    let defaults: Vec<_> = routed.iter().filter(|i| i.default_route).map(|i| i.name.as_str()).collect();
    assert_eq!(defaults.len(), 2, "{defaults:?}");
    assert!(defaults.contains(&"v0") && defaults.contains(&"v2"));
}

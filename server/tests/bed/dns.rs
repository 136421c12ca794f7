//! What a name server has, asked by dig.

use std::process::Command;

use super::Said;

/// The key by which a bed's embedded name server gives its zones away.
pub(crate) const TRANSFER_SECRET: &str = "VHJhbnNmZXJzT2ZUaGVCZWRBcmVTaWduZWRCeVRoaXM=";

fn dig(port: u16, args: &[&str]) -> Vec<Vec<String>> {
    let mut dig = Command::new("dig");
    dig.args(["@127.0.0.1", "-p", &port.to_string(), "+norec", "+tries=4", "+time=5", "+noall", "+answer"]);
    let said = Said::of(dig.args(args), "");
    assert!(said.code == 0, "dig: {said:?}");
    let lines = said.out.lines().filter(|line| !line.starts_with(';'));
    lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
}

/// Records as `TTL DATA`, sorted.
pub(crate) fn found(port: u16, name: &str, kind: &str) -> Vec<String> {
    let lines = dig(port, &[name, kind]);
    let of_kind = lines.iter().filter(|fields| fields.get(3).is_some_and(|found| found == kind));
    let mut found: Vec<String> = of_kind.map(|fields| format!("{} {}", fields[1], fields[4])).collect();
    found.sort();
    found
}

/// All addresses of a zone as `NAME DATA`, sorted, by a signed transfer.
pub(crate) fn transfer(port: u16, zone: &str) -> Vec<String> {
    let lines = dig(port, &["-y", &format!("hmac-sha256:transfer:{TRANSFER_SECRET}"), "axfr", zone]);
    assert!(!lines.is_empty(), "no transfer of {zone}");
    let addresses = lines.iter().filter(|fields| fields.get(3).is_some_and(|kind| kind == "A" || kind == "AAAA"));
    let mut found: Vec<String> = addresses.map(|fields| format!("{} {}", fields[0], fields[4])).collect();
    found.sort();
    found
}

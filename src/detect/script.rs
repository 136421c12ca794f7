//! Source `script`: a program of the owner prints the address.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{Family, Known, first_in};
use crate::world::{Host, Script, ScriptEnd};

/// An `ip_script` that takes longer is ended with all its children.
const LIMIT: Duration = Duration::from_secs(60);
/// So much of what it complains about is told, in characters.
const QUOTED: usize = 500;

/// The first address of `family` on the script's standard output; a non-zero exit is a failure whatever it printed.
pub(super) fn printed_by(argv: &[String], family: Family, host: &mut dyn Host) -> Known<IpAddr> {
    let name = argv.first().map_or("", String::as_str);
    let script = Script { argv: argv.to_vec(), env: Vec::new(), limit: LIMIT };
    match host.run(&script) {
        Err(error) => Known::Unclear(format!("cannot start ip_script '{name}': {error}")),
        Ok(end) => judged(name, family, &end),
    }
}

fn judged(name: &str, family: Family, end: &ScriptEnd) -> Known<IpAddr> {
    let complaint = String::from_utf8_lossy(&end.stderr);
    let complaint: String = complaint.trim().chars().take(QUOTED).collect();
    let told = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
    if end.interrupted {
        return Known::Unclear("interrupted".to_owned());
    }
    if end.timed_out {
        return Known::Unclear(format!(
            "ip_script '{name}' took longer than {} seconds and was ended{told}",
            LIMIT.as_secs()
        ));
    }
    if end.code != 0 {
        return Known::Unclear(format!("ip_script '{name}' failed with exit code {}{told}", end.code));
    }
    first_in(&String::from_utf8_lossy(&end.stdout), family)
        .map_or_else(|| Known::Unclear(format!("ip_script '{name}' printed no {family} address{told}")), Known::Is)
}

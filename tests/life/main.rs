//! A router's life with our package, from the installation to the removal, and the bad hours between. The router is a root file system of
//! busybox in namespaces of its own; procd, netifd and opkg are played by stand-ins that keep to what the real ones do.
#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test program uses its part")]
mod bed;

mod bad;
mod config;
mod day;
mod keeper;
mod line;
mod owner;
mod package;
mod root;
mod router;
mod tls;
mod watch;

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use root::Form;

/// No test: the process number 1 of a router comes in here.
#[test]
fn process_number_one() {
    root::process_number_one();
}

#[test]
fn a_router_lives_with_the_package_from_installation_to_removal() {
    bed::on(|bed| day::life(bed, &Form::Native));
}

#[test]
fn a_router_with_another_processor_lives_with_it_too() {
    if let Some(program) = mipsel() {
        bed::on(|bed| day::life(bed, &Form::Mips(program)));
    }
}

/// The program that `openwrt/musl.sh mipsel` makes, unless it is older than its source.
fn mipsel() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = std::env::var_os("DDNS_MIPSEL")
        .map_or_else(|| here.join("target/musl/mipsel-unknown-linux-musl/release/ddns"), PathBuf::from);
    let Ok(made) = std::fs::metadata(&program).and_then(|meta| meta.modified()) else {
        skipped(&format!("there is no {}; sh openwrt/musl.sh mipsel makes it", program.display()));
        return None;
    };
    if std::env::var_os("DDNS_MIPSEL").is_none() && made < newest(&here.join("src")) {
        skipped(&format!("{} is older than its source; sh openwrt/musl.sh mipsel", program.display()));
        return None;
    }
    if !root::there("qemu-mipsel-static") {
        skipped("there is no qemu-mipsel-static; Debian's package is qemu-user-static");
        return None;
    }
    Some(program)
}

fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let times = entries.map(|entry| {
        let path = entry.path();
        if path.is_dir() { newest(&path) } else { path.metadata().unwrap().modified().unwrap() }
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Straight to the terminal: the harness hides what a passing test prints.
fn skipped(why: &str) {
    use std::io::Write;
    let line = format!("SKIPPED: the router's life by the program for mipsel, only this build's was used: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

//! Who on the machine may read what: files' modes, core files, the unit that systemd runs it by.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::bed::plan::Plan;
use crate::bed::{Bed, Said, read};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn the_database_and_its_copies_are_nobody_else_s_to_read() {
    let bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    for name in ["ddns.db", "ddns.db-wal", "ddns.db-shm"] {
        assert_eq!(mode(&bed.folder.join(name)) & 0o007, 0, "{name}");
    }
    let copy = bed.folder.join("copy.db");
    bed.done(&["backup", copy.to_str().unwrap()]);
    assert_eq!(mode(&copy), 0o600);
    assert_ne!(bed.cli(&["backup", copy.to_str().unwrap()], "").code, 0, "nothing is written over");
}

#[test]
fn files_with_secrets_that_all_may_read_or_change_are_refused() {
    for (name, modes) in [("config.toml", [0o644, 0o602]), ("transfer.key", [0o644, 0o602])] {
        for wrong in modes {
            let bed = Bed::made(Plan::unlimited);
            let path = bed.folder.join(name);
            fs::set_permissions(&path, fs::Permissions::from_mode(wrong)).unwrap();
            let said = bed.cli(&["--daemon"], "");
            assert_ne!(said.code, 0, "{name} {wrong:o}");
            assert!(said.err.contains(name) && said.err.contains("everybody"), "{said:?}");
        }
    }
}

#[test]
fn a_running_daemon_leaves_no_core_file() {
    let bed = Bed::running(Plan::unlimited);
    let limits = read(Path::new(&format!("/proc/{}/limits", bed.pid())));
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "{core}");
}

#[test]
fn systemd_finds_little_to_say_against_the_unit() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/files/ddns-service.service");
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return;
    }
    let said =
        Said::of(Command::new("systemd-analyze").args(["security", "--offline=yes", "--threshold=20", unit]), "");
    if said.err.contains("unrecognized option") {
        return;
    }
    assert_eq!(said.code, 0, "{}", said.out);
}

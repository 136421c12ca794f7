//! This repository's own router program, a section with an `update_url` of its owner's.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{ONE, Tried, running, tries};
use crate::bed::{Bed, Said, folder};

/// The program, built if it is not there yet.
fn program() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        let program = root.join("target/debug/ddns");
        if !program.is_file() {
            let mut cargo = Command::new(env!("CARGO"));
            // this crate's own target directory and lints are not the root's
            cargo.args(["build", "--locked", "--bin", "ddns", "--target-dir"]).arg(root.join("target"));
            let said = Said::of(cargo.current_dir(&root), "");
            assert!(said.code == 0, "{said:?}");
        }
        program
    });
    built.clone()
}

/// One check on the router that this folder is; it asks the name server about `lookup` first.
fn ddns(bed: &Bed, router: &Path, lookup: &str, address: &str, password: &str) -> Tried {
    for part in ["etc/config", "dev", "tmp", "var", "bin"] {
        std::fs::create_dir_all(router.join(part)).unwrap();
    }
    let url =
        format!("http://[USERNAME]:[PASSWORD]@127.0.0.1:{}/nic/update?hostname=[DOMAIN]&myip=[IP]", bed.plan.port);
    let text = format!(
        "config service 'home'\n\toption enabled '1'\n\toption lookup_host '{lookup}'\n\toption domain '{ONE}'\n\toption username 'ben'\n\t\
         option password '{password}'\n\toption update_url '{url}'\n\toption dns_server '127.0.0.1:{}'\n\t\
         option ip_source 'script'\n\toption ip_script '/bin/address'\n",
        bed.plan.dns_port
    );
    std::fs::write(router.join("etc/config/ddns"), text).unwrap();
    let script = router.join("bin/address");
    std::fs::write(&script, format!("#!/bin/sh\necho {address}\n")).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = Said::of(Command::new(program()).arg("--root").arg(router).args(["once", "home"]), "");
    Tried { success: said.code == 0, said: format!("{said:?}") }
}

#[test]
fn our_own_ddns_updates() {
    // each try on a router without a memory, and by a name that is never there, so that it always sends
    tries(&|bed, address, password| {
        let router = folder();
        let tried = ddns(bed, &router, "none.dyn.example.com", address, password);
        std::fs::remove_dir_all(router).unwrap();
        tried
    });
}

#[test]
fn our_own_ddns_sends_nothing_when_the_name_server_has_the_address() {
    let bed = running(|_| ());
    let router = bed.folder.join("router");
    let first = ddns(&bed, &router, ONE, "192.0.2.1", crate::bed::PLAIN);
    assert!(first.success && first.said.contains("good 192.0.2.1"), "{first:?}");
    assert_eq!(bed.dig(ONE, "A"), ["60 192.0.2.1"]);
    let second = ddns(&bed, &router, ONE, "192.0.2.1", crate::bed::PLAIN);
    assert!(second.success, "{second:?}");
    assert_eq!(bed.log().matches("INFO request ").count(), 1, "{}", bed.log());
}

//! Knot DNS's `knotd` (package knot).

use std::fmt::Write as _;
use std::fs;

use crate::server::{KEYS, SECRET, STRANGER, Server};

/// Both zones, all keys.
pub(crate) fn start() -> Server {
    let mut server = Server::place("knot");
    let (dir, port) = (server.dir.display(), server.port);
    let mut conf = format!(
        "server:\n    rundir: \"{dir}\"\n    listen: [ 127.0.0.1@{port}, ::1@{port} ]\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n\
         log:\n  - target: stderr\n    any: debug\ndatabase:\n    storage: \"{dir}\"\n    journal-db-max-size: 64M\n    kasp-db-max-size: 64M\n    timer-db-max-size: 64M\nkey:\n"
    );
    for (name, algorithm) in KEYS {
        writeln!(conf, "  - id: {name}\n    algorithm: {algorithm}\n    secret: {SECRET}").unwrap();
    }
    let allowed: Vec<&str> = KEYS.iter().map(|(name, _)| *name).filter(|name| *name != STRANGER).collect();
    write!(conf, "acl:\n  - id: change\n    key: [ {} ]\n    action: [ update ]\nzone:\n", allowed.join(", ")).unwrap();
    for zone in ["example.test", "sub.example.test"] {
        writeln!(conf, "  - domain: {zone}\n    storage: \"{dir}\"\n    file: {zone}.zone\n    acl: change").unwrap();
        writeln!(conf, "    zonefile-sync: -1\n    journal-content: changes").unwrap();
    }
    let path = server.dir.join("knot.conf");
    fs::write(&path, conf).unwrap();
    server.run("knotd", &["-c", &path.to_string_lossy()]);
    server
}

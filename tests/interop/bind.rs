//! BIND's `named` (package bind9).

use std::fmt::Write as _;
use std::fs;

use crate::server::{KEYS, SECRET, STRANGER, Server};

/// Both zones, all keys.
pub(crate) fn start() -> Server {
    let mut server = Server::place("bind");
    let (dir, port) = (server.dir.display(), server.port);
    let mut conf = format!(
        r#"options {{ directory "{dir}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 port {port} {{ ::1; }};
    pid-file none; session-keyfile none; recursion no; dnssec-validation no; querylog yes; notify no; }};
controls {{ }};
"#
    );
    for (name, algorithm) in KEYS {
        writeln!(conf, "key \"{name}\" {{ algorithm {algorithm}; secret \"{SECRET}\"; }};").unwrap();
    }
    let allowed: Vec<&str> = KEYS.iter().map(|(name, _)| *name).filter(|name| *name != STRANGER).collect();
    let allowed = format!("key {};", allowed.join("; key "));
    for zone in ["example.test", "sub.example.test"] {
        writeln!(conf, "zone \"{zone}\" {{ type primary; file \"{zone}.zone\"; allow-update {{ {allowed} }}; }};")
            .unwrap();
    }
    fs::write(server.dir.join("named.conf"), conf).unwrap();
    let conf = server.dir.join("named.conf");
    server.run("named", &["-g", "-n", "1", "-U", "1", "-c", &conf.to_string_lossy()]);
    server
}

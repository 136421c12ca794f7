//! `PowerDNS` Authoritative Server (packages pdns-server and pdns-backend-sqlite3), by dynamic update and by its HTTP API.

use std::fs;
use std::process::Command;

use crate::server::{KEYS, SECRET, STRANGER, Server};

/// Where Debian's package of the backend has it.
const SCHEMA: &str = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

/// Both zones, all keys; the API listens at the port of DNS plus one.
pub(crate) fn start() -> Server {
    let mut server = Server::place("pdns");
    let dir = server.dir.display().to_string();
    let port = server.port;
    let conf = format!(
        "launch=gsqlite3\ngsqlite3-database={dir}/db\ngsqlite3-dnssec=yes\nlocal-address=127.0.0.1,::1\nlocal-port={port}\nsocket-dir={dir}\n\
         dnsupdate=yes\nallow-dnsupdate-from=127.0.0.0/8,::1\nquery-cache-ttl=0\ncache-ttl=0\nnegquery-cache-ttl=0\nzone-cache-refresh-interval=0\n\
         security-poll-suffix=\n"
    );
    fs::write(server.dir.join("pdns.conf"), conf).unwrap();
    let sql = format!(".read {SCHEMA}\n");
    crate::talk(Command::new("sqlite3").arg(server.dir.join("db")), &sql);
    let util = |args: &[&str]| crate::talk(Command::new("pdnsutil").arg(format!("--config-dir={dir}")).args(args), "");
    for zone in ["example.test", "sub.example.test"] {
        util(&["load-zone", zone, &format!("{dir}/{zone}.zone")]);
    }
    for (name, algorithm) in KEYS {
        util(&["import-tsig-key", name, algorithm, SECRET]);
    }
    for zone in ["example.test", "sub.example.test"] {
        for (name, _) in KEYS.iter().filter(|(name, _)| *name != STRANGER) {
            util(&["add-meta", zone, "TSIG-ALLOW-DNSUPDATE", name]);
        }
    }
    let (api, key) = (format!("--webserver-port={}", port + 1), format!("--api-key={SECRET}"));
    let config = format!("--config-dir={dir}");
    let args = ["--guardian=no", "--daemon=no", "--api=yes", "--webserver=yes", "--webserver-address=127.0.0.1"];
    server.run("pdns_server", &[&args[..], &[&config, &api, &key]].concat());
    server
}

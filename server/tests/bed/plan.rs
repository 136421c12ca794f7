//! A configuration that tests change part by part.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::dns::TRANSFER_SECRET;
use super::{ZONE, free_port};

/// The file, table by table; each part is TOML without its table's head.
pub(crate) struct Plan {
    /// HTTP.
    pub(crate) port: u16,
    /// Of the embedded name server.
    pub(crate) dns_port: u16,
    /// `[daemon]` beside host and port.
    pub(crate) daemon: String,
    /// `[database]`
    pub(crate) database: String,
    /// `[dns_service]` with its tables.
    pub(crate) dns: String,
    /// `[rate_limit]`
    pub(crate) limits: String,
    /// Other tables, with their heads.
    pub(crate) rest: String,
}

impl Plan {
    /// SQLite and the embedded name server.
    pub(crate) fn new(folder: &Path) -> Self {
        let key = folder.join("transfer.key");
        let text = format!("key \"transfer\" {{ algorithm hmac-sha256; secret \"{TRANSFER_SECRET}\"; }};\n");
        fs::write(&key, text).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let dns_port = free_port();
        Self {
            port: free_port(),
            dns_port,
            daemon: String::new(),
            database: Self::database(folder),
            dns: format!(
                "dns_server = \"embedded\"\n[dns_service.embedded]\nlisten = [\"127.0.0.1:{dns_port}\"]\nzones = [\"{ZONE}\"]\n\
                 secondaries = [\"127.0.0.1:9\"]\ntransfer_key_file = \"{}\"\nanswers_per_second = 0\n[dns_service.embedded.addresses]\n\
                 \"ns.{ZONE}\" = [\"127.0.0.1\"]\n",
                key.display()
            ),
            limits: String::new(),
            rest: String::new(),
        }
    }

    /// `[database]` of a plan that says nothing else.
    pub(crate) fn database(folder: &Path) -> String {
        format!("path = \"{}\"\n", folder.join("ddns.db").display())
    }

    /// No limit on how often anybody asks.
    pub(crate) fn unlimited(&mut self) {
        "enabled = false\n".clone_into(&mut self.limits);
    }

    /// The endpoints of the quick start: `/nic/update`, which most clients have built in, beside `/update`.
    pub(crate) fn usual_paths(&mut self) {
        self.rest += "[[endpoints]]\npath = \"/update\"\n[[endpoints]]\npath = \"/nic/update\"\n";
    }

    /// The tables of a name server elsewhere.
    pub(crate) fn remote(&mut self, port: u16, key: &Path) {
        self.dns = format!(
            "dns_server = \"127.0.0.1\"\ndns_port = {port}\ndns_timeout = 3\nddns_default_key_file = \"{}\"\n",
            key.display()
        );
    }

    pub(crate) fn text(&self) -> String {
        format!(
            "[daemon]\nhost = \"127.0.0.1\"\nport = {}\n{}\n[database]\n{}\n[dns_service]\n{}\n[rate_limit]\n{}\n{}\n",
            self.port, self.daemon, self.database, self.dns, self.limits, self.rest
        )
    }
}

//! The shipped program itself with a database file: what the other tests prove on a table in memory holds there too.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

struct Service(PathBuf);

impl Service {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("ddns-real-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "[database]\npath = \"{}\"\n[dns_service]\ndns_server = \"embedded\"\n[dns_service.embedded]\n\
             listen = [\"127.0.0.1:5353\"]\nzones = [\"dyn.example.com\"]\n[dns_service.embedded.addresses]\n\
             \"ns.dyn.example.com\" = [\"127.0.0.1\"]\n",
            folder.join("ddns.db").display()
        );
        let file = folder.join("config.toml");
        fs::write(&file, config).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        Self(folder)
    }

    fn run(&self, words: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ddns-service"));
        program.arg("--config").arg(self.0.join("config.toml")).args(words.split(' '));
        program.stdin(Stdio::null()).output().unwrap()
    }

    /// What it said, with the exit code it must have.
    fn says(&self, words: &str, code: i32) -> String {
        let ended = self.run(words);
        assert_eq!(ended.status.code(), Some(code), "{words}: {ended:?}");
        String::from_utf8(if code == 0 { ended.stdout } else { ended.stderr }).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn from_nothing_to_a_host_and_back() {
    let service = Service::new();
    assert!(service.says("--init-db", 0).contains("SQLite"));
    service.says("user add anna anna@example.org --generate", 0);
    assert!(service.says("user add anna anna@example.org --generate", 1).contains("there is a user 'anna' already"));
    service.says("hostname add anna Müller dyn.example.com --expiry-ttl 0", 0);
    assert!(service.says("hostname add anna müller.dyn.example.com", 1).contains("of user 'anna'"));
    service.says("token add müller.dyn.example.com --note box", 0);
    service.says("hostname modify müller.dyn.example.com --dns-ttl 120 --expiry-ttl 3024000", 0);
    let shown: Value = serde_json::from_str(&service.says("hostname show müller.dyn.example.com --json", 0)).unwrap();
    assert_eq!(shown["hostname"], "xn--mller-kva.dyn.example.com");
    assert_eq!((&shown["dns_ttl"], &shown["expiry_ttl"]), (&Value::from(120), &Value::from(3_024_000)));
    assert_eq!(shown["state"], "never updated");
    assert_eq!(shown["tokens"][0]["note"], "box");
    service.says("user limit anna 1", 0);
    assert!(service.says("hostname add anna other dyn.example.com", 1).contains("no more than 1 hostname"));
    let copy = service.0.join("copy.db");
    service.says(&format!("backup {}", copy.display()), 0);
    assert!(copy.metadata().unwrap().len() > 0);
    assert!(service.says("user delete anna", 1).contains("still has 1 hostname;"));
    service.says("cleanup", 0);
    service.says("hostname delete müller dyn.example.com", 0);
    service.says("user delete anna", 0);
    assert_eq!(service.says("user list --json", 0), "[]\n");
    assert!(service.says("token revoke 1", 1).contains("there is no token 1"));
    assert!(service.says("user lst", 2).contains("Usage"));
    fs::write(service.0.join("config.toml"), "[daemon]\nprot = 1\n").unwrap();
    assert!(service.says("user list", 5).contains("prot"));
}

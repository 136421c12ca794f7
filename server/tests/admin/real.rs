//! The shipped program itself with a database file: what the other tests prove on a table in memory holds there too.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

struct Service(PathBuf);

impl Service {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("ddns-real-{}-{number}", std::process::id()));
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

/// A user without privileges, who owns the service's folder and the configuration.
const SERVANT: u32 = 1;

impl Service {
    /// As root installs it; `None` where this test is not root.
    fn installed() -> Option<Self> {
        let service = Self::new();
        if !rustix::process::geteuid().is_root() {
            println!("this is not root, who alone can give files away: not tried");
            return None;
        }
        // where the program is built, others may not enter
        fs::copy(env!("CARGO_BIN_EXE_ddns-service"), service.0.join("program")).unwrap();
        for given in [service.0.clone(), service.0.join("config.toml")] {
            chown(given, Some(SERVANT), Some(SERVANT)).unwrap();
        }
        Some(service)
    }

    fn servant_says(&self, words: &str) -> (Option<i32>, String) {
        let mut program = Command::new(self.0.join("program"));
        program.arg("--config").arg(self.0.join("config.toml")).args(words.split(' '));
        let ended = program.uid(SERVANT).gid(SERVANT).stdin(Stdio::null()).output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap())
    }
}

#[test]
fn the_database_that_root_makes_is_the_service_s() {
    let Some(service) = Service::installed() else { return };
    let database = service.0.join("ddns.db");
    service.says("--init-db", 0);
    service.says("user add anna anna@example.org --generate", 0);
    let found = database.metadata().unwrap();
    assert_eq!((found.uid(), found.gid(), found.mode() & 0o007), (SERVANT, SERVANT, 0));
    assert_eq!(service.servant_says("user email anna anna@example.net").0, Some(0));
    chown(&database, Some(0), Some(0)).unwrap();
    let (code, said) = service.servant_says("user list");
    let why =
        format!("{}: Permission denied (os error 13); it belongs to user 0, and this is user 1", database.display());
    assert!(code == Some(3) && said.contains(&why), "{said}");
    let (code, said) = service.servant_says("check");
    assert!(
        code == Some(1) && said.contains(&format!("fault    database: the database cannot be used: {why}")),
        "{said}"
    );
}

#[test]
fn a_copy_that_may_not_be_put_there_is_no_fault_of_the_database() {
    let Some(service) = Service::installed() else { return };
    let place = service.0.join("place");
    fs::create_dir(&place).unwrap();
    let (code, said) = service.servant_says(&format!("backup {}", place.join("copy.db").display()));
    assert_eq!(code, Some(1));
    let place = place.display();
    assert_eq!(
        said,
        format!("ddns-service: {place}: Permission denied (os error 13); check the path and its permissions\n")
    );
}

#[test]
fn without_a_file_it_is_told_how_to_have_one_and_what_has_no_effect_is_told_with_its_place() {
    let service = Service::new();
    let file = service.0.join("config.toml");
    let mut text = fs::read_to_string(&file).unwrap();
    text.insert_str(text.find("[dns_service]").unwrap(), "host = \"db.example.org\"\n");
    fs::write(&file, text).unwrap();
    let ended = service.run("user list");
    let said = String::from_utf8(ended.stderr).unwrap();
    let place = format!("ddns-service: warning: {}:3:1: [database] host: has no effect", file.display());
    assert!(ended.status.success() && said.starts_with(&place), "{said}");
    fs::remove_file(&file).unwrap();
    let missing = service.says("user list", 5);
    assert!(
        missing.ends_with(
            "config.toml: there is no such file: name yours with --config, or make one of config.example.toml\n"
        ),
        "{missing}"
    );
    let checked = String::from_utf8(service.run("check").stdout).unwrap();
    assert_eq!(checked.lines().count(), 2, "{checked}");
    assert!(checked.contains("do: name yours with --config") && !Path::new(&file).exists(), "{checked}");
}

#[test]
fn a_port_for_the_privileged_is_the_daemon_s_own_and_no_fault_of_who_checks() {
    let Some(service) = Service::installed() else { return };
    let first = fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap_or_default();
    if first.trim() == "0" {
        println!("here everybody may take every port: not tried");
        return;
    }
    let file = service.0.join("config.toml");
    let text = fs::read_to_string(&file).unwrap().replace("127.0.0.1:5353", "127.9.9.9:53");
    fs::write(&file, format!("[daemon]\nport = 1\n{text}")).unwrap();
    let (code, said) = service.servant_says("check");
    assert_eq!(code, Some(0), "{said}");
    for about in ["port 127.0.0.1:1", "name server 127.9.9.9:53"] {
        let line =
            format!("warning  {about}: this user may not listen there; the daemon may, if it has CAP_NET_BIND_SERVICE");
        assert!(said.contains(&line), "{said}");
    }
}

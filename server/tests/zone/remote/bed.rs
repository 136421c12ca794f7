//! Real name servers on free ports of 127.0.0.1, each with its own folder, zones and keys; ended when the value goes.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::ports::free_port;

/// The secret of every key, in base64.
pub(crate) const SECRET: &str = "Fk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";

/// Keys that every server has. `good` may change the zones, `other` may not, and all are `SECRET`.
const KEYS: [(&str, &str); 3] = [("good", "hmac-sha256"), ("long", "hmac-sha512"), ("other", "hmac-sha256")];

const ZONES: [&str; 2] = ["example.test", "second.test"];

const TEXT: &str = "$TTL 60
@ SOA ns hostmaster 1 60 60 60 60
@ NS ns
ns A 127.0.0.1
alias CNAME ns
both 60 A 192.0.2.1
both 60 AAAA 2001:db8::1
many 60 A 192.0.2.1
many 60 A 192.0.2.2
many 60 TXT \"stays\"
";

/// A folder of its own, gone with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ddns-zone-{name}-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A key file as it should be.
    pub(crate) fn key(&self, name: &str, algorithm: &str, secret: &str) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let text = format!("key \"{name}\" {{\n\talgorithm {algorithm};\n\tsecret \"{secret}\";\n}};\n");
        self.file(&format!("{number}.key"), &text, 0o640)
    }

    pub(crate) fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bind,
    Knot,
    Pdns,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Bind, Kind::Knot, Kind::Pdns];

/// A running one.
pub(crate) struct Server {
    pub(crate) folder: Folder,
    pub(crate) at: SocketAddr,
    program: &'static str,
    args: Vec<String>,
    child: Option<Child>,
}

impl Server {
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = Folder::new("server");
        for zone in ZONES {
            folder.file(&format!("{zone}.zone"), &format!("$ORIGIN {zone}.\n{TEXT}"), 0o644);
        }
        let at = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (program, args) = match kind {
            Kind::Bind => bind(&folder, at.port()),
            Kind::Knot => knot(&folder, at.port()),
            Kind::Pdns => pdns(&folder, at.port()),
        };
        let mut server = Self { folder, at, program, args, child: None };
        server.run();
        server
    }

    /// The key that may change the zones.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.key("good", "hmac-sha256", SECRET)
    }

    /// Starts it (again) and waits until it answers.
    pub(crate) fn run(&mut self) {
        let log = File::options().append(true).create(true).open(self.folder.path().join("log")).unwrap();
        let mut command = Command::new(self.program);
        // servers are not in everybody's PATH
        command.env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin");
        command.args(&self.args).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap_or_else(|error| panic!("cannot start '{}': {error}", self.program)));
        let start = Instant::now();
        while self.found("ns.example.test", "A").is_empty() {
            assert!(start.elapsed() < Duration::from_mins(1), "{} does not answer: {}", self.program, self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it without a goodbye.
    pub(crate) fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Sends it a signal by name; after `STOP` it stands still.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
        let still = || {
            let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
            let stats = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("stat")).unwrap());
            stats.into_iter().all(|stat| stat.contains(") T "))
        };
        // a thread that runs in this moment goes on for another one, and answers
        while name == "STOP" && !still() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn dig(&self, args: &[&str]) -> Vec<Vec<String>> {
        let mut dig = Command::new("dig");
        dig.args([
            "@127.0.0.1",
            "-p",
            &self.at.port().to_string(),
            "+norec",
            "+tries=3",
            "+time=5",
            "+noall",
            "+answer",
        ]);
        let output = dig.args(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = text.lines().filter(|line| !line.starts_with(';'));
        lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    }

    /// Records as `TTL DATA`, sorted, as the server has them now.
    pub(crate) fn found(&self, name: &str, kind: &str) -> Vec<String> {
        let fields = self.dig(&["+tcp", name, kind]);
        let of_kind = fields.iter().filter(|fields| fields.get(3).is_some_and(|found| found == kind));
        let mut found: Vec<String> = of_kind.map(|fields| format!("{} {}", fields[1], fields[4])).collect();
        found.sort();
        found
    }

    /// All addresses of a zone as `NAME DATA`, sorted, by transfer.
    pub(crate) fn transfer(&self, zone: &str) -> Vec<String> {
        let fields = self.dig(&["axfr", zone]);
        let addresses = fields.iter().filter(|fields| fields.get(3).is_some_and(|kind| kind == "A" || kind == "AAAA"));
        let mut found: Vec<String> = addresses.map(|fields| format!("{} {}", fields[0], fields[4])).collect();
        found.sort();
        found
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn bind(folder: &Folder, port: u16) -> (&'static str, Vec<String>) {
    let dir = folder.path().display();
    let mut conf = format!(
        "options {{ directory \"{dir}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none;\n\
         session-keyfile none; recursion no; dnssec-validation no; notify no; tcp-idle-timeout 20; }};\ncontrols {{ }};\n"
    );
    for (name, algorithm) in KEYS {
        writeln!(conf, "key \"{name}\" {{ algorithm {algorithm}; secret \"{SECRET}\"; }};").unwrap();
    }
    for zone in ZONES {
        let policy = match zone {
            // one host may not be changed, as a policy of names would have it
            "example.test" => {
                "update-policy { deny good name forbidden.example.test ANY; grant good zonesub ANY; grant long zonesub ANY; }"
            }
            _ => "allow-update { key good; 127.0.0.1; }",
        };
        writeln!(conf, "zone \"{zone}\" {{ type primary; file \"{zone}.zone\"; {policy}; }};").unwrap();
    }
    let conf = folder.file("named.conf", &conf, 0o644).display().to_string();
    ("named", ["-g", "-n", "2", "-c", &conf].map(str::to_owned).to_vec())
}

fn knot(folder: &Folder, port: u16) -> (&'static str, Vec<String>) {
    let dir = folder.path().display();
    let mut conf = format!(
        "server:\n    rundir: \"{dir}\"\n    listen: 127.0.0.1@{port}\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n\
         log:\n  - target: stderr\n    any: debug\ndatabase:\n    storage: \"{dir}\"\n    journal-db-max-size: 64M\n    \
         kasp-db-max-size: 64M\n    timer-db-max-size: 64M\nkey:\n"
    );
    for (name, algorithm) in KEYS {
        writeln!(conf, "  - id: {name}\n    algorithm: {algorithm}\n    secret: {SECRET}").unwrap();
    }
    conf += "acl:\n  - id: change\n    key: [ good, long ]\n    action: update\n  - id: here\n    address: 127.0.0.1\n    \
             action: transfer\nzone:\n";
    for zone in ZONES {
        writeln!(conf, "  - domain: {zone}\n    storage: \"{dir}\"\n    file: {zone}.zone\n    acl: [ change, here ]")
            .unwrap();
        writeln!(conf, "    zonefile-sync: -1\n    journal-content: changes").unwrap();
    }
    let conf = folder.file("knot.conf", &conf, 0o644).display().to_string();
    ("knotd", vec!["-c".to_owned(), conf])
}

fn pdns(folder: &Folder, port: u16) -> (&'static str, Vec<String>) {
    let dir = folder.path().display().to_string();
    let conf = format!(
        "launch=gsqlite3\ngsqlite3-database={dir}/db\ngsqlite3-dnssec=yes\nlocal-address=127.0.0.1\nlocal-port={port}\nsocket-dir={dir}\n\
         dnsupdate=yes\nallow-dnsupdate-from=127.0.0.0/8\nallow-axfr-ips=127.0.0.1\nquery-cache-ttl=0\ncache-ttl=0\nnegquery-cache-ttl=0\n\
         zone-cache-refresh-interval=0\nsecurity-poll-suffix=\ntcp-idle-timeout=1\n"
    );
    folder.file("pdns.conf", &conf, 0o644);
    // where Debian's package of the backend has it
    let schema = ".read /usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql\n";
    talk(Command::new("sqlite3").arg(folder.path().join("db")), schema);
    let util = |args: &[&str]| talk(Command::new("pdnsutil").arg(format!("--config-dir={dir}")).args(args), "");
    for (name, algorithm) in KEYS {
        util(&["import-tsig-key", name, algorithm, SECRET]);
    }
    for zone in ZONES {
        util(&["load-zone", zone, &format!("{dir}/{zone}.zone")]);
        for name in ["good", "long"] {
            util(&["add-meta", zone, "TSIG-ALLOW-DNSUPDATE", name]);
        }
    }
    let args = ["--guardian=no", "--daemon=no", &format!("--config-dir={dir}")];
    ("pdns_server", args.map(str::to_owned).to_vec())
}

/// A program that must succeed, with `text` as its input.
pub(crate) fn talk(command: &mut Command, text: &str) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {said}");
}

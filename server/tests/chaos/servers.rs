//! The programs around the service: BIND and `MariaDB`, each with its own folder; and what every program here has in common.

use std::collections::HashSet;
use std::fs::{self, File};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const ZONE: &str = "chaos.test";

const SECRET: &str = "Fk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";

/// Free, below the ports that the system gives to outgoing connections, and never given twice: programs are started again at theirs.
pub(crate) fn port() -> u16 {
    static GIVEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);
    let mut given = GIVEN.lock().unwrap();
    let given = given.get_or_insert_default();
    let mut at = u64::from(std::process::id()).wrapping_mul(0x9e37_79b9) ^ given.len() as u64;
    loop {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let port = 11_000 + u16::try_from((at >> 33) % 20_000).unwrap();
        let free = TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok();
        if free && given.insert(port) {
            return port;
        }
    }
}

/// A program that ends with the thread that started it.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new("setpriv");
    // servers are not in everybody's PATH
    command.env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin");
    command.args(["--pdeathsig", "KILL", name]).stdin(Stdio::null());
    command
}

pub(crate) fn spawn(mut command: Command, log: &Path) -> Child {
    let log = File::options().append(true).create(true).open(log).unwrap();
    command.stdout(log.try_clone().unwrap()).stderr(log);
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

pub(crate) fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").args(["-s", name, &child.id().to_string()]).stderr(Stdio::null()).status();
}

/// Without a goodbye.
pub(crate) fn kill(child: &mut Option<Child>) {
    if let Some(mut child) = child.take() {
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

pub(crate) struct Bind {
    folder: PathBuf,
    pub(crate) port: u16,
    control: u16,
    pub(crate) child: Option<Child>,
}

impl Bind {
    pub(crate) fn start(folder: &Path) -> Self {
        let folder = folder.join("bind");
        fs::create_dir(&folder).unwrap();
        let (port, control) = (port(), port());
        let dir = folder.display();
        let key = format!("key \"chaos\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};\n");
        let conf = format!(
            "{key}options {{ directory \"{dir}\"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; pid-file none;\n\
             session-keyfile none; recursion no; dnssec-validation no; notify no; allow-transfer {{ any; }}; }};\n\
             controls {{ inet 127.0.0.1 port {control} allow {{ 127.0.0.1; }} keys {{ chaos; }}; }};\n\
             zone \"{ZONE}\" {{ type primary; file \"zone\"; update-policy {{ grant chaos zonesub ANY; }}; }};\n"
        );
        fs::write(folder.join("named.conf"), conf).unwrap();
        let text = "$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 127.0.0.1\n";
        fs::write(folder.join("zone"), format!("$ORIGIN {ZONE}.\n{text}")).unwrap();
        fs::write(folder.join("key"), key).unwrap();
        fs::set_permissions(folder.join("key"), fs::Permissions::from_mode(0o640)).unwrap();
        let mut bind = Self { folder, port, control, child: None };
        bind.run();
        assert!(bind.answers(Duration::from_secs(20)), "named does not come up");
        bind
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    pub(crate) fn run(&mut self) {
        let mut command = program("named");
        command.args(["-g", "-n", "2", "-c"]).arg(self.folder.join("named.conf"));
        self.child = Some(spawn(command, &self.folder.join("log")));
    }

    pub(crate) fn answers(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if transfer(self.port).is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// `rndc freeze`, `rndc thaw`.
    pub(crate) fn control(&self, word: &str) {
        let mut command = program("timeout");
        command.args(["5", "rndc", "-s", "127.0.0.1", "-p", &self.control.to_string(), "-k"]).arg(self.key());
        run(command.args([word, ZONE]));
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        kill(&mut self.child);
    }
}

/// All addresses of the zone as `label TYPE address TTL`, without the name server's own, sorted; `None` if it cannot be had.
pub(crate) fn transfer(port: u16) -> Option<Vec<String>> {
    let port = port.to_string();
    let args = ["@127.0.0.1", "-p", &port, "+tries=1", "+time=2", "+noall", "+answer", "+onesoa", "axfr", ZONE];
    let output = run(Command::new("dig").args(args));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !text.contains("SOA") {
        return None;
    }
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with(';')) {
        if let [name, ttl, _, kind @ ("A" | "AAAA"), address] = line.split_whitespace().collect::<Vec<_>>()[..] {
            let label = name.trim_end_matches('.').trim_end_matches(ZONE).trim_end_matches('.');
            if label != "ns" {
                found.push(format!("{label} {kind} {address} {ttl}"));
            }
        }
    }
    found.sort();
    Some(found)
}

pub(crate) struct Maria {
    folder: PathBuf,
    pub(crate) child: Option<Child>,
}

impl Maria {
    pub(crate) fn start(folder: &Path) -> Self {
        let folder = folder.join("maria");
        fs::create_dir(&folder).unwrap();
        let copied = run(Command::new("cp").arg("-a").arg(template()).arg(folder.join("data")));
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        let mut maria = Self { folder, child: None };
        maria.run();
        let begun = Instant::now();
        while maria.ask("", "CREATE DATABASE IF NOT EXISTS ddns").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(30), "mariadbd does not come up");
            thread::sleep(Duration::from_millis(50));
        }
        maria
    }

    pub(crate) fn run(&mut self) {
        let folder = self.folder.display();
        let mut command = program("mariadbd");
        command.args(["--no-defaults", "--user=root", "--skip-networking", "--skip-grant-tables"]);
        command.args(["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=24M", "--performance-schema=off"]);
        command.args([format!("--datadir={folder}/data"), format!("--socket={folder}/socket")]);
        command.args([format!("--pid-file={folder}/pid"), format!("--tmpdir={folder}")]);
        self.child = Some(spawn(command, &self.folder.join("log")));
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    pub(crate) fn ask(&self, database: &str, sql: &str) -> Option<Vec<Vec<String>>> {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "-N", "-B", "--connect-timeout=2", "-u", "root", "-S"]).arg(self.socket());
        rows(&run(command.args(["-e", sql, database])), '\t')
    }
}

impl Drop for Maria {
    fn drop(&mut self) {
        kill(&mut self.child);
    }
}

pub(crate) fn rows(output: &Output, separator: char) -> Option<Vec<Vec<String>>> {
    if !output.status.success() {
        // while troubles last that is nothing strange; who asks in vain is to know why
        eprintln!("a question failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    output.status.success().then(|| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().map(|line| line.split(separator).map(str::to_owned).collect()).collect()
    })
}

/// A data folder as `mariadb-install-db` makes it, made once and copied for each server.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("ddns-chaos-{}-template", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let mut command = Command::new("mariadb-install-db");
        command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"]);
        command.args(["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=24M"]);
        let done = run(command.arg(format!("--datadir={}", folder.display())));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    })
}

/// To be called when all schedules are over.
pub(crate) fn forget_template() {
    let _ = fs::remove_dir_all(std::env::temp_dir().join(format!("ddns-chaos-{}-template", std::process::id())));
}

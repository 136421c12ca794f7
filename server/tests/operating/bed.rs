//! The real program with a database and an embedded name server in a folder of its own, on free ports.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

pub(crate) use crate::ports::free_port;

/// Ann's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ddns-operating-{}-{number}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Waits up to a minute.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "not in time: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a program that must succeed said.
pub(crate) fn said(command: &mut Command) -> String {
    let ended = command.stdin(Stdio::null()).output().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
    let text = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&ended.stderr));
    text
}

pub(crate) struct Bed {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    pub(crate) status: u16,
    child: Option<Child>,
}

impl Drop for Bed {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Bed {
    /// SQLite; `daemon` goes into that table, `rest` after all tables. Ann has `pc.dyn.example.com`.
    pub(crate) fn new(daemon: &str, rest: &str) -> Self {
        let folder = folder();
        let database = format!("path = \"{}\"\n", folder.join("ddns.db").display());
        Self::with_database(folder, &database, daemon, rest)
    }

    pub(crate) fn with_database(folder: PathBuf, database: &str, daemon: &str, rest: &str) -> Self {
        let bed = Self { folder, port: free_port(), status: free_port(), child: None };
        bed.configure(database, daemon, rest);
        let mut add = bed.command();
        add.args(["user", "add", "ann", "ann@example.com", "--password-stdin"]).stdin(Stdio::piped());
        let mut add = add.stdout(Stdio::null()).spawn().unwrap();
        add.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
        said(bed.command().args(["hostname", "add", "ann", "pc", "dyn.example.com", "--expiry-ttl", "3024000"]));
        bed
    }

    pub(crate) fn configure(&self, database: &str, daemon: &str, rest: &str) {
        let (port, status) = (self.port, self.status);
        let daemon = if daemon.contains("status_listen") {
            daemon.to_owned()
        } else {
            format!("status_listen = \"127.0.0.1:{status}\"\n{daemon}")
        };
        // nobody listens there, which is as good as a name server for what is asked here
        let elsewhere = format!("dns_server = \"127.0.0.1\"\ndns_port = {}\n", free_port());
        let embedded = format!(
            "dns_server = \"embedded\"\n[dns_service.embedded]\nlisten = [\"127.0.0.1:{}\"]\nzones = [\"dyn.example.com\"]\n\
             [dns_service.embedded.addresses]\n\"ns.dyn.example.com\" = [\"127.0.0.1\"]\n",
            free_port()
        );
        let dns = if database.contains("mariadb") { elsewhere } else { embedded };
        let text = format!(
            "[daemon]\nhost = \"127.0.0.1\"\nport = {port}\n{daemon}\n[database]\n{database}\n[dns_service]\n{dns}\n{rest}\n"
        );
        let file = self.folder.join("config.toml");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddns-service"));
        command.arg("--config").arg(self.folder.join("config.toml"));
        command
    }

    /// The daemon, begun and ready.
    pub(crate) fn running(daemon: &str, rest: &str) -> Self {
        let mut bed = Self::new(daemon, rest);
        bed.run(|_| {});
        bed
    }

    pub(crate) fn run(&mut self, change: impl FnOnce(&mut Command)) {
        let mut command = self.command();
        change(&mut command);
        self.run_command(command);
    }

    /// Begins this in the place of the daemon; `--daemon` is added.
    pub(crate) fn run_command(&mut self, mut command: Command) {
        let errors = File::create(self.folder.join("errors")).unwrap();
        let log = File::create(self.folder.join("log")).unwrap();
        command.arg("--daemon").stdin(Stdio::null()).stdout(log).stderr(errors);
        self.child = Some(command.spawn().unwrap());
        until("the service listens", || {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {}{}", self.text("log"), self.text("errors"));
            let status = ("127.0.0.1", self.status);
            let silent = !self.text("config.toml").contains(&format!("status_listen = \"127.0.0.1:{}\"", self.status));
            TcpStream::connect(("127.0.0.1", self.port)).is_ok() && (silent || TcpStream::connect(status).is_ok())
        });
    }

    pub(crate) fn pid(&self) -> String {
        self.child.as_ref().unwrap().id().to_string()
    }

    pub(crate) fn signal(&self, name: &str) {
        said(Command::new("kill").args(["-s", name, &self.pid()]));
    }

    /// The exit code of a daemon that ends.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.take().unwrap().wait().unwrap().code()
    }

    /// A file of the bed's folder, as it is now; standard output is `log`.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// curl at the service's own port.
    pub(crate) fn curl(&self, credentials: &str, query: &str) -> String {
        curl(&["-u", credentials, &format!("http://127.0.0.1:{}/update?{query}", self.port)])
    }

    /// curl at the status port.
    pub(crate) fn ask(&self, more: &[&str], path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.status);
        curl(&[more, &[url.as_str()]].concat())
    }

    /// The value of one sample of `/metrics`.
    pub(crate) fn metric(&self, sample: &str) -> Option<f64> {
        let page = self.ask(&[], "/metrics");
        page.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok())
    }
}

/// What curl got; the empty string when nobody answers.
pub(crate) fn curl(args: &[&str]) -> String {
    let Output { stdout, .. } =
        Command::new("curl").args(["-sS", "--max-time", "60", "--noproxy", "*"]).args(args).output().unwrap();
    String::from_utf8(stdout).unwrap()
}

/// The rest of a connection.
pub(crate) fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}

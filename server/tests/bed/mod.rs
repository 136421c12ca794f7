//! The whole service as a process: a configuration, a database, users and hosts, the real program, and what can be asked of it.
//!
//! Everything of one bed is in its own folder on ports of its own; the process ends with the value. It knows the program only from outside.

pub(crate) mod dns;
pub(crate) mod http;
pub(crate) mod plan;
#[path = "../../../tests/support/ports.rs"]
pub(crate) mod ports;

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::{Answer, Ask};
use plan::Plan;
pub(crate) use ports::free_port;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ddns-service");

/// The zone that every bed has.
pub(crate) const ZONE: &str = "dyn.example.com";

/// Ann's only host.
pub(crate) const HOST: &str = "mypc.dyn.example.com";

/// Ann's password: everything in it that a URL, a form or a shell could break on.
pub(crate) const PASSWORD: &str = "Gr8&t=p%40ss w\u{f6}rd+/?#9";

/// Ben's password, as routers without escaping want it.
pub(crate) const PLAIN: &str = "Zx81Spectrum48K";

/// A new folder; who asks for it removes it.
pub(crate) fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("ddns-bed-{}-{number}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// A program that ran to its end.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Runs it with this on its standard input.
    pub(crate) fn of(command: &mut Command, input: &str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        // a program that wants no input may be gone already
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    /// What it said, if it succeeded.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }
}

/// One service.
pub(crate) struct Bed {
    pub(crate) folder: PathBuf,
    pub(crate) plan: Plan,
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
    /// A configuration; nothing else yet.
    fn empty(change: impl FnOnce(&mut Plan)) -> Self {
        let folder = folder();
        let mut plan = Plan::new(&folder);
        change(&mut plan);
        let bed = Self { folder, plan, child: None };
        bed.configure();
        bed
    }

    /// A configuration and an empty database; nothing runs yet.
    pub(crate) fn made(change: impl FnOnce(&mut Plan)) -> Self {
        let bed = Self::empty(change);
        bed.done(&["--init-db"]);
        bed
    }

    /// The same with ann, her host, ben and his two.
    pub(crate) fn peopled(change: impl FnOnce(&mut Plan)) -> Self {
        let bed = Self::empty(change);
        if bed.plan.database == Plan::database(&bed.folder) {
            // made once and copied: two passwords and six runs of the program less for each test
            static PEOPLED: OnceLock<Vec<u8>> = OnceLock::new();
            let bytes = PEOPLED.get_or_init(|| {
                let first = Self::made(|_| ());
                first.people();
                first.done(&["backup", "people.db"]);
                fs::read(first.folder.join("people.db")).unwrap()
            });
            let path = bed.folder.join("ddns.db");
            fs::write(&path, bytes).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        } else {
            bed.done(&["--init-db"]);
            bed.people();
        }
        bed
    }

    fn people(&self) {
        self.user("ann", PASSWORD);
        self.host("ann", "mypc");
        self.user("ben", PLAIN);
        self.host("ben", "one");
        self.host("ben", "two");
    }

    /// The same, running.
    pub(crate) fn running(change: impl FnOnce(&mut Plan)) -> Self {
        let mut bed = Self::peopled(change);
        bed.run();
        bed
    }

    /// Writes the configuration as the plan has it now.
    pub(crate) fn configure(&self) {
        self.file("config.toml", &self.plan.text(), 0o600);
    }

    /// Writes a file into the bed's folder.
    pub(crate) fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    pub(crate) fn user(&self, name: &str, password: &str) {
        let mail = format!("{name}@example.com");
        self.cli(&["user", "add", name, &mail, "--password-stdin"], password).done();
    }

    /// 35 days, so that no test meets the warning about short ones.
    pub(crate) fn host(&self, user: &str, label: &str) {
        self.done(&["hostname", "add", user, label, ZONE, "--expiry-ttl", "3024000"]);
    }

    /// A new token of the host.
    pub(crate) fn token(&self, label: &str) -> String {
        let said = self.done(&["token", "add", label, ZONE]);
        let words = said.split(|c: char| !c.is_ascii_alphanumeric());
        words.max_by_key(|word| word.len()).unwrap().to_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(self.folder.join("config.toml")).current_dir(&self.folder);
        command
    }

    /// One command of the command line.
    pub(crate) fn cli(&self, args: &[&str], input: &str) -> Said {
        Said::of(self.command().args(args), input)
    }

    /// One that must succeed.
    pub(crate) fn done(&self, args: &[&str]) -> String {
        self.cli(args, "").done()
    }

    /// Starts the daemon and waits until it listens.
    pub(crate) fn run(&mut self) {
        self.run_with(&[]);
    }

    /// The same with more arguments.
    pub(crate) fn run_with(&mut self, args: &[&str]) {
        let log = File::options().append(true).create(true).open(self.log_file()).unwrap();
        let mut command = self.command();
        command.arg("--daemon").args(args).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(self.at()).is_err() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < Duration::from_mins(1), "{ended:?}: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where it listens.
    pub(crate) fn at(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.plan.port))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        Said::of(Command::new("kill").args(["-s", name, &self.pid().to_string()]), "").done();
    }

    /// Ends it by a signal: its exit code, and how long it took.
    pub(crate) fn end(&mut self, signal: &str) -> (Option<i32>, Duration) {
        self.signal(signal);
        let begun = Instant::now();
        let status = self.child.take().unwrap().wait().unwrap();
        (status.code(), begun.elapsed())
    }

    /// Has the configuration read again and waits for the word about it.
    pub(crate) fn reload(&self) -> String {
        self.configure();
        let before = self.log().len();
        self.signal("HUP");
        let all = self.log_until(|log| log[before..].contains("reloaded"));
        all[before..].to_owned()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Standard output and standard error of the daemon so far, as soon as nothing more comes: it writes its log a moment after the answer.
    pub(crate) fn log(&self) -> String {
        let mut seen = read(&self.log_file());
        loop {
            std::thread::sleep(Duration::from_millis(40));
            let now = read(&self.log_file());
            if now == seen {
                return now;
            }
            seen = now;
        }
    }

    /// The same as soon as it is as wanted.
    pub(crate) fn log_until(&self, wanted: impl Fn(&str) -> bool) -> String {
        until("the log", || Some(read(&self.log_file())).filter(|log| wanted(log)), || self.log())
    }

    /// Sends a request and reads the answer.
    pub(crate) fn ask(&self, ask: &Ask) -> Answer {
        ask.send(self.at())
    }

    /// Ann's request for her host, as text.
    pub(crate) fn ann(&self, rest: &str) -> String {
        self.ask(&Ask::get(&format!("/update?hostname={HOST}{rest}")).user("ann", PASSWORD)).body
    }

    /// Records of the embedded name server, as `TTL DATA`.
    pub(crate) fn dig(&self, name: &str, kind: &str) -> Vec<String> {
        dns::found(self.plan.dns_port, name, kind)
    }
}

/// A file's text, as far as there is one.
pub(crate) fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Waits up to a minute for something to be there.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>, instead: impl Fn() -> String) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{what} is not as it should be: {}", instead());
        std::thread::sleep(Duration::from_millis(20));
    }
}

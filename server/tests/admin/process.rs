//! The command line as a process: a real terminal that does not show what is typed, pipes that break, a screen that tells its width.
//!
//! The process is this test program again, told by its environment to be the command line.

use std::env;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use ddns_service::admin::{Console, Desk, run, width};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::stage::{stage, well};

const WORDS: &str = "DDNS_ADMIN_TEST_WORDS";
/// The answer goes to what standard input was opened with: the test program writes lines of its own to standard output.
const OUT: &str = "DDNS_ADMIN_TEST_OUT";

#[test]
#[ignore = "is the command line itself, for the tests of this file"]
fn the_command_line() {
    let Ok(words) = env::var(WORDS) else { return };
    let stage = stage();
    well(&stage, "user add anna anna@example.org --generate");
    for at in 0..200 {
        well(&stage, &format!("hostname add anna host{at} dyn.example.com --expiry-ttl 0"));
    }
    let columns = env::var("COLUMNS").ok();
    let screen = io::stdout().is_terminal().then(|| width(columns.as_deref(), io::stdout())).flatten();
    let mut err = io::stderr();
    let mut out: Box<dyn io::Write + Send> = match env::var(OUT) {
        Ok(_) => Box::new(File::from(io::stdin().as_fd().try_clone_to_owned().unwrap())),
        Err(_) => Box::new(io::stdout()),
    };
    let mut input = BufReader::new(io::stdin());
    let desk = Desk { input: &mut input, out: &mut *out, err: &mut err, terminal: &mut Console, width: screen };
    let words = std::iter::once("ddns-service").chain(words.split(' ')).map(Into::into).collect();
    let code =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(words, desk, &stage));
    std::process::exit(i32::from(code));
}

fn command(words: &str, before: &[&str]) -> Command {
    let this = env::current_exe().unwrap();
    let mut line: Vec<String> = before.iter().map(|&word| word.to_owned()).collect();
    line.push(this.to_str().unwrap().to_owned());
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).args(["--exact", "process::the_command_line", "--ignored", "--nocapture", "-q"]);
    command.env(WORDS, words).env_remove("COLUMNS");
    command
}

/// A terminal with a process in front of it, and everything that the screen shows.
struct Screen {
    keys: File,
    line: OwnedFd,
    child: Child,
    shown: String,
}

impl Screen {
    fn start(words: &str, size: Winsize) -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let open = || rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let line = open();
        tcsetwinsize(&line, size).unwrap();
        let child = command(words, &["setsid", "--ctty", "--wait"])
            .stdin(Stdio::from(open()))
            .stdout(Stdio::from(open()))
            .stderr(Stdio::from(open()))
            .spawn()
            .unwrap();
        Self { keys: File::from(keys), line, child, shown: String::new() }
    }

    /// Reads until the screen shows this.
    fn until(&mut self, wanted: &str) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.shown.contains(wanted) {
            assert!(Instant::now() < deadline, "'{wanted}' did not come:\n{}", self.shown);
            let mut bytes = [0; 4096];
            let read = self.keys.read(&mut bytes).unwrap();
            self.shown.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }

    fn keys(&mut self, text: &[u8]) {
        self.keys.write_all(text).unwrap();
    }

    /// Whether the terminal shows what is typed.
    fn echoes(&self) -> bool {
        tcgetattr(&self.line).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ISIG)
    }

    fn end(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        rustix::io::ioctl_fionbio(&self.keys, true).unwrap();
        let mut rest = Vec::new();
        let _ = self.keys.read_to_end(&mut rest);
        self.shown.push_str(&String::from_utf8_lossy(&rest));
        status
    }
}

fn size(columns: u16) -> Winsize {
    Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

#[test]
fn a_password_typed_at_a_terminal_is_never_shown() {
    let mut screen = Screen::start("user add bert bert@example.org", size(80));
    screen.until("Password for bert: ");
    assert!(!screen.echoes());
    screen.keys(b"correct hirse\x7f\x7f\x7f\x7forse\n");
    screen.until("Once more: ");
    screen.keys(b"correct horse\n");
    screen.until("user 'bert' is made");
    assert_eq!(screen.end().code(), Some(0));
    assert!(screen.echoes());
    assert!(!screen.shown.contains("orse"), "{}", screen.shown);
}

#[test]
fn ctrl_c_at_the_question_leaves_the_terminal_as_it_was() {
    for keys in [&b"half\x03"[..], b"\x03", b"\x04"] {
        let mut screen = Screen::start("user passwd anna", size(80));
        screen.until("Password for anna: ");
        screen.keys(keys);
        screen.until("cancelled; nothing was changed");
        assert_eq!(screen.end().code(), Some(1));
        assert!(screen.echoes());
        assert!(!screen.shown.contains("half"), "{}", screen.shown);
    }
}

#[test]
fn the_table_is_as_wide_as_the_screen() {
    for columns in [40, 70, 200] {
        let mut screen = Screen::start("hostname list", size(columns));
        screen.until("host99.dyn.example.com");
        assert_eq!(screen.end().code(), Some(0));
        let table = screen.shown.lines().filter(|line| !line.contains("running"));
        let widest = table.map(|line| line.trim_end().len()).max().unwrap();
        assert!(widest <= usize::from(columns), "{widest} > {columns}:\n{}", screen.shown);
        assert_eq!(screen.shown.contains("hostname "), columns > 90, "{columns}");
    }
}

#[test]
fn without_a_terminal_nobody_is_asked() {
    let ended = command("user passwd anna", &["setsid", "--wait"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("there is no terminal to ask at"));
}

/// The end of a list whose answer goes to this.
fn listed_to(out: impl Into<Stdio>) -> (Option<i32>, String) {
    let ended = command("hostname list", &["setsid", "--wait"]).env(OUT, "").stdin(out).output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn a_reader_that_went_away_ends_the_command_quietly() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    assert_eq!(listed_to(writer), (Some(0), String::new()));
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let (code, said) = listed_to(File::options().write(true).open("/dev/full").unwrap());
    assert_eq!(code, Some(1));
    assert!(said.contains("standard output cannot be written"), "{said}");
}

#[test]
fn columns_of_the_environment_count_more_than_the_screen() {
    assert_eq!(width(Some("33"), io::stdin()), Some(33));
    let file = File::open("/dev/null").unwrap();
    for nonsense in [None, Some("0"), Some("x"), Some("")] {
        assert_eq!(width(nonsense, &file), None);
    }
}

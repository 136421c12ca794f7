//! The program itself: runs that end, and processes that stay until the test ends them.

use std::cell::RefCell;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Bed, SOON};

/// How a run ended and what it said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bed {
    /// The program with these arguments, not started yet.
    pub(crate) fn program(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddns"));
        command.env("DDNS_ROOT", self.router.root()).args(args).stdin(Stdio::null());
        command
    }

    /// The program by the name that `LuCI` calls, not started yet.
    pub(crate) fn luci_helper(&self, args: &[&str]) -> Command {
        let mut command = self.program(args);
        command.arg0("/usr/lib/ddns/dynamic_dns_lucihelper.sh");
        command
    }

    /// Runs it to its end.
    pub(crate) fn ddns(&self, args: &[&str]) -> Ran {
        self.ran(&mut self.program(args))
    }

    /// Runs any command to its end, and keeps what it says for the search.
    pub(crate) fn ran(&self, command: &mut Command) -> Ran {
        let running = self.started(command);
        let status = running.until_end(Duration::from_secs(30));
        let (out, err) = (running.out(), running.err());
        Ran { code: status.code(), out, err }
    }

    /// Starts it.
    pub(crate) fn start(&self, args: &[&str]) -> Running<'_> {
        self.started(&mut self.program(args))
    }

    /// Starts `ddns run home` and waits for the end of its first round.
    pub(crate) fn start_home(&self) -> Running<'_> {
        // a former process may have left one
        let _ = fs::remove_file(self.router.path("var/run/ddns/home.nextcheck"));
        let running = self.start(&["run", "home"]);
        let pid = format!("{}\n", running.pid());
        self.until("a first round", SOON, || {
            self.status("pid").as_ref() == Some(&pid) && self.status("nextcheck").is_some()
        });
        running
    }

    /// Starts any command.
    pub(crate) fn started(&self, command: &mut Command) -> Running<'_> {
        let number = self.runs.replace_with(|runs| *runs + 1);
        let [out, err] = ["out", "err"].map(|end| self.router.dir().join(format!("out/{number}.{end}")));
        let to = |path: &PathBuf| File::create(path).unwrap();
        let child = command.stdout(to(&out)).stderr(to(&err)).spawn().unwrap();
        Running { bed: self, child: RefCell::new(child), out, err }
    }
}

/// A started process; it is ended when the value goes.
pub(crate) struct Running<'b> {
    bed: &'b Bed,
    child: RefCell<Child>,
    out: PathBuf,
    err: PathBuf,
}

impl Running<'_> {
    pub(crate) fn pid(&self) -> u32 {
        self.child.borrow().id()
    }

    /// Whether it still runs.
    pub(crate) fn lives(&self) -> bool {
        self.child.borrow_mut().try_wait().unwrap().is_none()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.pid()).unwrap()), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn until_end(&self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.borrow_mut().try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "does not end within {limit:?}\n{}{}", self.err(), self.bed.story());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Sends SIGTERM, wants death by that signal before procd would kill.
    pub(crate) fn terminate(&self) -> Duration {
        let start = Instant::now();
        self.signal(Signal::SIGTERM);
        let status = self.until_end(Duration::from_secs(5));
        assert_eq!(status.signal(), Some(libc::SIGTERM), "{status}");
        start.elapsed()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.out).unwrap()).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.err).unwrap()).into_owned()
    }

    /// A file of it in `/proc`.
    pub(crate) fn proc(&self, file: &str) -> String {
        String::from_utf8_lossy(&fs::read(format!("/proc/{}/{file}", self.pid())).unwrap_or_default()).into_owned()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.borrow_mut().kill();
        let _ = self.child.borrow_mut().wait();
    }
}

//! Runs a script to its end, its limit or a signal, with its children, and keeps what it wrote.
//!
//! Arguments and environment travel by `execve(2)` alone: no shell ever reads them as code. The script gets a process group of its own,
//! so that its children can be ended with it; a child it leaves behind on purpose lives on, but does not hold us.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use crate::system::patience::{Patience, poll, rang, watch};
use crate::system::signals::unblock_all;
use crate::world::{BODY_LIMIT, CONSOLE, OWN_CONSOLE, Script, ScriptEnd};

/// Search path for scripts when the process has none (procd's own).
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// After the script's end, for output that is still in the pipes.
const LINGER: Duration = Duration::from_millis(200);
/// Between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_millis(500);
/// How often the end of the script is asked for where the kernel has no pidfd (before 5.3).
const TICK: Duration = Duration::from_millis(50);

/// Runs `script`; `stop` is the descriptor that becomes readable when the process shall end. Keeps at most [`BODY_LIMIT`] bytes of each
/// output. An error means the script could not be started.
pub fn run(script: &Script, stop: Option<RawFd>) -> io::Result<ScriptEnd> {
    run_keeping(script, stop, BODY_LIMIT)
}

/// The same with another limit for the outputs.
pub(crate) fn run_keeping(script: &Script, stop: Option<RawFd>, keep: usize) -> io::Result<ScriptEnd> {
    let mut command = command(script)?;
    let console = console(script);
    if console.is_none() && script.env.iter().any(|(name, _)| name == CONSOLE) {
        command.env(CONSOLE, "");
    }
    let patience = Patience::for_(script.limit, stop);
    if signal_waits(stop) {
        return Ok(ScriptEnd { code: 128 + libc::SIGTERM, interrupted: true, ..ScriptEnd::default() });
    }
    let mut running = Running::start(&mut command, keep)?;
    drop(console);
    let reason = running.watch(&patience)?;
    if reason != Reason::Ended {
        running.signal(Signal::SIGTERM);
        running.drain_until(GRACE)?;
        running.signal(Signal::SIGKILL);
    }
    running.drain_until(LINGER)?;
    let status = running.reap()?;
    Ok(ScriptEnd {
        code: status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()),
        timed_out: reason == Reason::Late,
        interrupted: reason == Reason::Stopped,
        stdout: std::mem::take(&mut running.stdout.kept),
        stderr: std::mem::take(&mut running.stderr.kept),
    })
}

/// Why watching ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Ended,
    Late,
    Stopped,
}

/// Our standard output once more, open over `execve(2)`, when the script is to have it; only under the number it was promised.
fn console(script: &Script) -> Option<OwnedFd> {
    let promised = script.env.iter().any(|(name, value)| name == CONSOLE && value.reveal() == OWN_CONSOLE.as_bytes());
    let number = OWN_CONSOLE.parse().ok().filter(|_| promised)?;
    let copy = fcntl(io::stdout(), FcntlArg::F_DUPFD(number)).ok()?;
    // SAFETY: the kernel has just made this descriptor and nobody else knows its number
    let copy = unsafe { OwnedFd::from_raw_fd(copy) };
    (copy.as_raw_fd() == number).then_some(copy)
}

fn signal_waits(stop: Option<RawFd>) -> bool {
    let mut watched = [watch(stop, libc::POLLIN)];
    poll(&mut watched, Some(Duration::ZERO)).is_ok() && rang(watched[0])
}

fn command(script: &Script) -> io::Result<Command> {
    let [program, arguments @ ..] = &script.argv[..] else { return Err(unfit("no program to run".to_owned())) };
    if program.is_empty() {
        return Err(unfit("the program's name is empty".to_owned()));
    }
    if script.argv.iter().any(|word| word.contains('\0')) {
        return Err(unfit(format!("an argument of '{}' holds a NUL byte", program.replace('\0', "?"))));
    }
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    if std::env::var_os("PATH").is_none_or(|path| path.is_empty()) {
        command.env("PATH", PATH);
    }
    for (name, value) in &script.env {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(unfit(format!("'{}' cannot be the name of a variable", name.replace('\0', "?"))));
        }
        if value.reveal().contains(&0) {
            return Err(unfit(format!("the value for '{name}' holds a NUL byte, which no variable can")));
        }
        command.env(name, OsStr::from_bytes(value.reveal()));
    }
    // SAFETY: between fork and execve the closure makes one system call and allocates nothing.
    unsafe { command.pre_exec(unblock_all) };
    Ok(command)
}

fn unfit(why: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}

/// A started script; dropping it ends and reaps it, so that no way out leaves a zombie.
struct Running {
    child: Child,
    group: Pid,
    pidfd: Option<OwnedFd>,
    stdout: Tap,
    stderr: Tap,
    reaped: bool,
}

impl Running {
    fn start(command: &mut Command, keep: usize) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
        let stdout = Tap::new(child.stdout.take().map(OwnedFd::from), keep);
        let stderr = Tap::new(child.stderr.take().map(OwnedFd::from), keep);
        let running = Self { child, group: Pid::from_raw(pid), pidfd: pidfd(pid), stdout, stderr, reaped: false };
        running.stdout.do_not_block()?;
        running.stderr.do_not_block()?;
        Ok(running)
    }

    /// Until the script ends, its time is over or a signal asks us to end.
    fn watch(&mut self, patience: &Patience) -> io::Result<Reason> {
        loop {
            let stopped = self.step(patience.left(), patience.stop)?;
            if self.ended()? {
                return Ok(Reason::Ended);
            }
            if stopped {
                return Ok(Reason::Stopped);
            }
            if patience.left().is_zero() {
                return Ok(Reason::Late);
            }
        }
    }

    /// Takes in what comes until the script has ended and closed its outputs, or the time is over.
    fn drain_until(&mut self, limit: Duration) -> io::Result<()> {
        let until = Instant::now() + limit;
        loop {
            if !self.stdout.is_open() && !self.stderr.is_open() && self.ended()? {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.step(left, None)?;
        }
    }

    /// One poll and what it brings; true when the stop descriptor rang.
    fn step(&mut self, limit: Duration, stop: Option<RawFd>) -> io::Result<bool> {
        // once the script has ended its descriptor rings for ever: leave it out and look at the pipes only
        let end = if self.ended()? { None } else { self.pidfd.as_ref().map(AsRawFd::as_raw_fd) };
        let limit = if end.is_none() { limit.min(TICK) } else { limit };
        let numbers = [stop, self.stdout.number(), self.stderr.number(), end];
        let mut watched = numbers.map(|fd| watch(fd, libc::POLLIN));
        poll(&mut watched, Some(limit))?;
        if rang(watched[1]) {
            self.stdout.draw();
        }
        if rang(watched[2]) {
            self.stderr.draw();
        }
        Ok(rang(watched[0]))
    }

    /// Whether the script itself has ended. It stays unreaped, so that nobody else can get its group's number meanwhile.
    fn ended(&self) -> io::Result<bool> {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        Ok(waitid(Id::Pid(self.group), flags)? != WaitStatus::StillAlive)
    }

    /// To the whole group; that it is gone already is no fault.
    fn signal(&self, signal: Signal) {
        let _ = killpg(self.group, signal);
    }

    fn reap(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.reaped = true;
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// One output of the script: open or closed, and what of it is kept.
struct Tap {
    pipe: Option<std::fs::File>,
    kept: Vec<u8>,
    keep: usize,
}

impl Tap {
    fn new(pipe: Option<OwnedFd>, keep: usize) -> Self {
        Self { pipe: pipe.map(Into::into), kept: Vec::new(), keep }
    }

    fn do_not_block(&self) -> io::Result<()> {
        if let Some(pipe) = &self.pipe {
            fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    fn number(&self) -> Option<RawFd> {
        self.pipe.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// Reads once; what goes beyond the limit is thrown away, so that the script does not stand still.
    fn draw(&mut self) {
        let Some(pipe) = &mut self.pipe else { return };
        let mut buffer = [0; 16 * 1024];
        match pipe.read(&mut buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                let room = self.keep.saturating_sub(self.kept.len());
                self.kept.extend(buffer.iter().take(count.min(room)));
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => self.pipe = None,
        }
    }
}

/// A descriptor that becomes readable when the process ends, `pidfd_open(2)`; `None` where the kernel has none.
fn pidfd(pid: i32) -> Option<OwnedFd> {
    // SAFETY: the call takes two integers and returns a new descriptor or -1.
    let number = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let number = i32::try_from(number).ok().filter(|number| *number >= 0)?;
    // SAFETY: the kernel has just made this descriptor (close-on-exec from birth) and nobody else knows its number.
    Some(unsafe { OwnedFd::from_raw_fd(number) })
}

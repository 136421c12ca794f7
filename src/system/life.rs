//! The process: its pid file, the end of older ones, its own renewal.

use std::convert::Infallible;
use std::ffi::{CString, OsStr};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, execve};

use super::clock::dice;
use super::desk::{MEMORY, below, directory, replace};
use crate::record;
use crate::world::{Life, Stopped};

/// Carries the parcel over `execve`; it holds times and addresses, no secret.
const PARCEL: &str = "DDNS_PARCEL";
/// A process that was asked to end has this long.
const PATIENCE: Duration = Duration::from_secs(5);
/// A process that holds more private memory than this after a round executes itself anew. A fresh one holds 44 to 64 kB.
const FAT: usize = 90 * 1024;
/// Programs that run a section: ours under its names, and the shell script it replaces.
const NAMES: [&str; 2] = ["ddns", "dynamic_dns_updater.sh"];

/// This process, and the processes of the sections of one root.
pub struct Process {
    root: PathBuf,
    rundir: PathBuf,
}

impl Process {
    /// Processes whose pid files are in the default directory below `root` until [`Life::settle`] says otherwise.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), rundir: below(root, Path::new("/var/run/ddns")) }
    }

    fn pid_file(&self, section: &str) -> PathBuf {
        self.rundir.join(format!("{section}.pid"))
    }

    /// Random bytes of this boot that only root can read.
    fn salt(&self) -> io::Result<Vec<u8>> {
        let dir = self.rundir.join(MEMORY);
        directory(&dir)?;
        let path = dir.join(".salt");
        if let Ok(salt) = fs::read(&path) {
            return Ok(salt);
        }
        let salt: Vec<u8> = (0..4).flat_map(|_| dice().to_ne_bytes()).collect();
        replace(&path, &salt, 0o600)?;
        Ok(salt)
    }

    /// This program with these words, in a session of its own, without our terminal or pipes.
    fn background(&self, words: &[&str]) -> io::Result<Command> {
        let mut command = Command::new(own_path()?);
        // whatever the file is called: the name decides what the arguments mean
        command.arg0("ddns");
        // it stands elsewhere: a relative root would be another one there
        command.arg("--root").arg(std::path::absolute(&self.root)?).args(words);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
        // SAFETY: setsid is async-signal-safe and touches only the child
        unsafe {
            command.pre_exec(|| nix::unistd::setsid().map(|_| ()).map_err(io::Error::from));
        }
        Ok(command)
    }

    /// Two processes that start at once must not both believe that they are the only one.
    fn lock(&self, section: &str) -> io::Result<Flock<fs::File>> {
        let dir = self.rundir.join(MEMORY);
        directory(&dir)?;
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW)
            .open(dir.join(format!("{section}.lock")))?;
        let end = Instant::now() + PATIENCE * 2;
        let mut file = file;
        loop {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(lock) => return Ok(lock),
                Err((back, nix::errno::Errno::EWOULDBLOCK)) if Instant::now() < end => file = back,
                Err((_, errno)) => return Err(errno.into()),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Life for Process {
    fn settle(&mut self, rundir: &Path) {
        self.rundir = below(&self.root, rundir);
    }

    fn pid(&self) -> u32 {
        std::process::id()
    }

    fn boot(&self) -> String {
        fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
    }

    fn seal(&mut self, number: u64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.salt().unwrap_or_default(), self.boot(), number).hash(&mut hasher);
        hasher.finish()
    }

    fn take_over(&mut self, section: &str) -> io::Result<Option<u32>> {
        let _lock = self.lock(section)?;
        let older = self.running(section).filter(|pid| *pid != self.pid());
        if let Some(pid) = older {
            end(pid)?;
        }
        replace(&self.pid_file(section), record::pid(self.pid()).as_bytes(), 0o644)?;
        Ok(older)
    }

    fn running(&self, section: &str) -> Option<u32> {
        let pid = record::parse_pid(&fs::read_to_string(self.pid_file(section)).ok()?)?;
        let command = command_line(pid)?;
        (alive(pid) && runs(&command, section)).then_some(pid)
    }

    fn stop(&mut self, section: &str) -> io::Result<Stopped> {
        let Some(pid) = self.running(section) else { return Ok(Stopped::WasNot) };
        end(pid)?;
        Ok(Stopped::Was(pid))
    }

    fn reload(&mut self, section: &str) -> io::Result<Stopped> {
        let Some(pid) = self.running(section) else { return Ok(Stopped::WasNot) };
        signal(pid, Signal::SIGHUP)?;
        Ok(Stopped::Was(pid))
    }

    fn detach(&mut self, section: &str) -> io::Result<u32> {
        let mut child = self.background(&["run", section])?.spawn()?;
        let end = Instant::now() + Duration::from_secs(2);
        while Instant::now() < end {
            if self.running(section) == Some(child.id()) {
                return Ok(child.id());
            }
            if let Some(status) = child.try_wait()? {
                return Err(io::Error::other(format!("it ended at once ({status})")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(child.id())
    }

    fn aside(&self, words: &[&str]) -> io::Result<()> {
        self.background(words)?.spawn().map(drop)
    }

    fn inherited(&mut self) -> Option<String> {
        inheritance().map(|(_, parcel)| parcel)
    }

    fn grown(&self) -> bool {
        private_memory().is_some_and(|bytes| bytes > FAT)
    }

    fn renew(&mut self, kept: &str, parcel: &str) {
        // only returns when it failed, and then the fat process is still a working one
        let _ = execute_anew(kept, parcel);
    }
}

/// What a former self of this process left in the environment: the clock's part, and the rest. Children inherit the variable too, but not
/// the process number in it.
pub(super) fn inheritance() -> Option<(String, String)> {
    let text = std::env::var(PARCEL).ok()?;
    let (head, parcel) = text.split_once('\n')?;
    let kept = head.strip_prefix(&format!("{} ", std::process::id()))?;
    Some((kept.to_owned(), parcel.to_owned()))
}

/// Bytes of this process that no other process shares (`/proc/self/statm`: resident less file-backed pages).
fn private_memory() -> Option<usize> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let mut pages = text.split(' ').skip(1).map(str::parse::<usize>);
    let (resident, shared) = (pages.next()?.ok()?, pages.next()?.ok()?);
    let page = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok()??;
    Some(resident.saturating_sub(shared) * usize::try_from(page).ok()?)
}

fn own_path() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    // while the package is upgraded the old file may be gone: then the running image is the only one
    Ok(if path.exists() { path } else { PathBuf::from("/proc/self/exe") })
}

fn execute_anew(kept: &str, parcel: &str) -> io::Result<Infallible> {
    let text = |bytes: Vec<u8>| CString::new(bytes).map_err(io::Error::from);
    let args = std::env::args_os().map(|arg| text(arg.into_vec())).collect::<io::Result<Vec<_>>>()?;
    let mut env = std::env::vars_os()
        .filter(|(name, _)| name != OsStr::new(PARCEL))
        .map(|(name, value)| text([name.as_bytes(), b"=", value.as_bytes()].concat()))
        .collect::<io::Result<Vec<_>>>()?;
    env.push(text(format!("{PARCEL}={} {kept}\n{parcel}", std::process::id()).into_bytes())?);
    let path = text(own_path()?.into_os_string().into_vec())?;
    Ok(execve(&path, &args, &env)?)
}

fn process(pid: u32) -> io::Result<Pid> {
    i32::try_from(pid).map(Pid::from_raw).map_err(io::Error::other)
}

fn signal(pid: u32, signal: Signal) -> io::Result<()> {
    Ok(kill(process(pid)?, signal)?)
}

/// A zombie is not alive: nobody may have fetched its end yet.
fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The command line of a process. For a moment in the middle of `execve` it is empty, and our processes execute themselves anew: then it is
/// read again.
fn command_line(pid: u32) -> Option<Vec<u8>> {
    for _ in 0..20 {
        let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        if !command.is_empty() || !alive(pid) {
            return Some(command);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// Whether a command line (`/proc/PID/cmdline`) is one of ours for this section: a number in a pid file may have been reused.
fn runs(command: &[u8], section: &str) -> bool {
    let words: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
    // behind an interpreter or emulator the name comes later; an editor of the configuration is not ours
    let program = words.iter().take(3).filter(|word| !word.starts_with(b"/etc/")).any(|word| {
        let name = word.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        NAMES.iter().any(|known| known.as_bytes() == name)
    });
    program
        && words.iter().skip(1).any(|word| *word == section.as_bytes() || *word == format!("-S{section}").as_bytes())
}

/// SIGTERM, and SIGKILL when that does not help in time.
fn end(pid: u32) -> io::Result<()> {
    for how in [Signal::SIGTERM, Signal::SIGKILL] {
        match signal(pid, how) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(()),
            other => other?,
        }
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if !alive(pid) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    Err(io::Error::other(format!("process {pid} does not end")))
}

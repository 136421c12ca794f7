//! A router: a root file system of busybox, a process number 1 that keeps services, netifd's file, hotplug. It lives in the network, mount
//! and process namespaces of its own; nothing of it is seen outside.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::bed::program::Running;
use crate::bed::{Bed, Ran, SOON};
use crate::root::{Form, INSIDE, lay};

/// A running router.
pub(crate) struct Router<'b> {
    pub(crate) bed: &'b Bed,
    keeper: Option<Running<'b>>,
    /// Process number 1, as the machine numbers it.
    pub(crate) first: u32,
}

impl<'b> Router<'b> {
    /// A router as it comes out of the box, with its process number 1.
    pub(crate) fn new(bed: &'b Bed, form: &Form) -> Self {
        lay(bed, form);
        let mut router = Self { bed, keeper: None, first: 0 };
        router.power_on();
        router
    }

    /// Process number 1 is there; nothing of ours is started.
    pub(crate) fn power_on(&mut self) {
        let number = self.bed.router.dir().join("number");
        let _ = fs::remove_file(&number);
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--"]);
        command.arg(std::env::current_exe().unwrap()).args(["--exact", "process_number_one", "--nocapture"]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env(INSIDE, self.bed.router.root());
        // SAFETY: between fork and execve one system call and no allocation
        unsafe {
            command.pre_exec(|| {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                Ok(())
            });
        }
        self.keeper = Some(self.bed.started(&mut command));
        self.bed.until("process number 1", SOON, || number.exists() && self.path("tmp/procd/state").exists());
        self.first = fs::read_to_string(number).unwrap().parse().unwrap();
    }

    /// All processes end at once, and what is not on flash is gone.
    pub(crate) fn power_off(&mut self) {
        let first = Path::new("/proc").join(self.first.to_string());
        self.keeper = None;
        self.bed.until("the end of all processes", SOON, || !first.exists() && self.processes().is_empty());
        fs::remove_dir_all(self.path("tmp")).unwrap();
        fs::create_dir_all(self.path("tmp/run")).unwrap();
    }

    /// Off and on again, with what procd's rcS does for us.
    pub(crate) fn reboot(&mut self) -> Duration {
        self.power_off();
        self.power_on();
        let start = Instant::now();
        self.does("for script in /etc/rc.d/S*; do $script boot; done");
        start.elapsed()
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.bed.router.path(below)
    }

    pub(crate) fn text(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap_or_default()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.first.to_string(), "-m", "-p", "-r", "--", program]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
        command
    }

    /// A line of shell, as root on the router.
    pub(crate) fn sh(&self, line: &str) -> Ran {
        self.bed.ran(self.command("/bin/sh").args(["-c", line]))
    }

    /// A line of shell that must succeed and complain about nothing; what it prints.
    pub(crate) fn does(&self, line: &str) -> String {
        let ran = self.sh(line);
        assert!(ran.code == Some(0) && ran.err.is_empty(), "{line}: {ran:?}\n{}", self.story());
        ran.out
    }

    /// What netifd says from now on.
    pub(crate) fn netifd(&self, interfaces: &[Value]) {
        let draft = self.path("tmp/.netifd");
        fs::write(&draft, json!({ "interface": interfaces }).to_string()).unwrap();
        fs::rename(draft, self.path("tmp/netifd.json")).unwrap();
    }

    /// netifd tells of a network: to hotplug, which must be done at once, and to procd.
    pub(crate) fn hotplug(&self, action: &str, network: &str) -> Duration {
        let start = Instant::now();
        self.does(&format!("ACTION={action} INTERFACE={network} DEVICE=wan0 /sbin/hotplug-call iface"));
        let taken = start.elapsed();
        let event = if action == "ifdown" { "interface.down" } else { "interface.update" };
        self.event(event, "interface", network);
        taken
    }

    /// Something that procd's triggers hear of.
    pub(crate) fn event(&self, event: &str, key: &str, value: &str) {
        self.does(&format!("ubus call service event \"$(printf 'type\\t{event}\\n{key}\\t{value}')\""));
    }

    /// Saved in LuCI, or `uci commit` and `reload_config`.
    pub(crate) fn commit(&self, config: &str) {
        self.bed.router.configure(config).unwrap();
        self.event("config.change", "package", "ddns");
        self.calm();
    }

    /// Waits until procd has done all it was asked for.
    pub(crate) fn calm(&self) {
        self.until("procd is done", SOON, || self.text("tmp/procd/state").ends_with("idle\n"));
    }

    /// What process number 1 did, line by line.
    pub(crate) fn journal(&self) -> Vec<String> {
        self.text("tmp/procd/journal").lines().map(str::to_owned).collect()
    }

    /// How often it did something.
    pub(crate) fn times(&self, what: &str) -> usize {
        self.journal().iter().filter(|line| line.starts_with(what)).count()
    }

    pub(crate) fn until(&self, what: &str, limit: Duration, mut so: impl FnMut() -> bool) {
        let start = Instant::now();
        while !so() {
            assert!(start.elapsed() < limit, "not within {limit:?}: {what}\n{}", self.story());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until no section has done anything for a while.
    pub(crate) fn rest(&self) {
        self.calm();
        let seen = || {
            let named = self.bed.named.borrow().log().len();
            let files = fs::read_dir(self.path("tmp/run/ddns")).into_iter().flatten().flatten();
            let files: Vec<_> = files.map(|entry| (entry.path(), fs::read(entry.path()).unwrap_or_default())).collect();
            let logs = fs::read_dir(self.path("tmp/log/ddns")).into_iter().flatten().flatten();
            let logs: Vec<_> = logs.map(|entry| entry.metadata().map_or(0, |known| known.len())).collect();
            (named, self.bed.asked().len(), files, logs)
        };
        let (mut last, mut since) = (seen(), Instant::now());
        self.until("rest", SOON * 2, || {
            let now = seen();
            if now != last {
                (last, since) = (now, Instant::now());
            }
            since.elapsed() > Duration::from_secs(2)
        });
    }

    /// Waits for this many requests for a name, and fails when there are more.
    pub(crate) fn asked(&self, name: &str, count: usize) {
        self.until(&format!("{count} requests for {name}"), SOON, || self.requests(name).len() >= count);
        assert_eq!(self.requests(name).len(), count, "{}", self.story());
    }

    /// The addresses the provider was asked to publish for a name, in turn.
    pub(crate) fn requests(&self, name: &str) -> Vec<String> {
        let asked = self.bed.asked();
        let asked = asked.iter().filter(|asked| asked.query("hostname") == Some(name));
        asked.map(|asked| asked.address().map_or_else(String::new, |address| address.to_string())).collect()
    }

    pub(crate) fn log(&self, section: &str) -> String {
        self.text(&format!("tmp/log/ddns/{section}.log"))
    }

    /// A status file of a section.
    pub(crate) fn status(&self, section: &str, ending: &str) -> Option<String> {
        fs::read_to_string(self.path(&format!("tmp/run/ddns/{section}.{ending}"))).ok()
    }
}

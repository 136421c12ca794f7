//! One instance of a service: what it is told to be, its process, and what procd does when it changes or ends.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{DESK, FASTER};

/// From SIGTERM to SIGKILL; not faster, because the processes are not.
const TERM: Duration = Duration::from_secs(5);
pub(super) fn sooner(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into()) / FASTER
}

/// What an instance is told to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) command: Vec<String>,
    pub(super) env: Vec<String>,
    /// Threshold, timeout (seconds) and how often.
    pub(super) respawn: Option<[u32; 3]>,
    pub(super) reload_signal: Option<i32>,
}

impl Plan {
    /// procd does not look at the reload signal here.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let limits = |plan: &Self| plan.respawn.unwrap_or_default();
        self.command != other.command || self.env != other.env || limits(self) != limits(other)
    }
}

pub(super) struct Instance {
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) pid: Option<Pid>,
    pub(super) started: Instant,
    /// SIGKILL when it halts, a start otherwise.
    pub(super) timer: Option<Instant>,
    pub(super) halt: bool,
    pub(super) restart: bool,
    pub(super) respawns: bool,
    pub(super) crashes: u32,
}

/// One line of the story, for the test.
pub(super) fn note(text: &str) {
    let file = fs::OpenOptions::new().append(true).create(true).open(format!("{DESK}/journal"));
    writeln!(file.unwrap(), "{text}").unwrap();
}

#[expect(clippy::zombie_processes, reason = "number 1 fetches the ends of all processes in one place")]
pub(super) fn spawn(command: &[String], env: &[String]) -> Pid {
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).current_dir("/").process_group(0);
    process.envs(env.iter().filter_map(|pair| pair.split_once('=')));
    process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = process.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Pid::from_raw(i32::try_from(child.id()).unwrap())
}

impl Instance {
    pub(super) fn send(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            note(&format!("{} gets {signal}", self.name));
            let _ = kill(pid, signal);
        }
    }

    pub(super) fn update(&mut self, plan: Plan) {
        let changed = self.plan.differs(&plan);
        let runs = self.pid.is_some() && !self.halt;
        if runs && changed {
            self.changed();
        }
        self.respawns = plan.respawn.is_some();
        self.plan = plan;
        if !runs {
            self.start();
        }
    }

    /// While it runs: a signal, or an end after which it is started anew.
    pub(super) fn changed(&mut self) {
        if let Some(signal) = self.plan.reload_signal {
            return self.send(Signal::try_from(signal).unwrap());
        }
        (self.halt, self.restart) = (true, true);
        self.send(Signal::SIGTERM);
        self.timer = Some(Instant::now() + TERM);
    }

    pub(super) fn start(&mut self) {
        if self.pid.is_some() {
            self.restart |= self.halt;
            return;
        }
        (self.restart, self.halt) = (false, false);
        let pid = spawn(&self.plan.command, &self.plan.env);
        note(&format!("{} starts {pid}", self.name));
        (self.pid, self.started) = (Some(pid), Instant::now());
    }

    /// True when there is nothing to wait for.
    pub(super) fn stop(&mut self) -> bool {
        if self.pid.is_none() {
            return true;
        }
        (self.halt, self.restart, self.respawns) = (true, false, false);
        self.send(Signal::SIGTERM);
        self.timer = Some(Instant::now() + TERM);
        false
    }

    /// Its process has ended; true when nothing is left of it.
    pub(super) fn ended(&mut self) -> bool {
        (self.pid, self.timer) = (None, None);
        match (self.halt, self.restart, self.plan.respawn.filter(|_| self.respawns)) {
            (true, false, _) => return true,
            (_, true, _) => self.start(),
            (false, false, Some([threshold, timeout, retry])) => {
                self.crashes = if self.started.elapsed() < sooner(threshold) { self.crashes + 1 } else { 0 };
                if retry > 0 && self.crashes > retry {
                    note(&format!("{} is given up", self.name));
                    self.respawns = false;
                } else {
                    self.timer = Some(Instant::now() + sooner(timeout));
                }
            }
            (false, false, None) => {}
        }
        false
    }

    pub(super) fn due(&mut self) {
        if self.halt {
            self.send(Signal::SIGKILL);
        } else if self.restart || self.respawns {
            self.start();
        }
    }
}

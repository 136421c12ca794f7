//! A stand-in for procd: process number 1 of the router. It keeps the instances of services as procd does (`service.c`, `instance.c` and
//! `trigger.c` of OpenWrt's procd), is told by messages in files (`stand_in/procd.sh`), and its clock runs [`FASTER`] times as fast where
//! procd would have us wait.

mod instance;
mod message;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd::Pid;

use instance::{Instance, Plan, note, spawn};
use message::{Message, Trigger};

/// Respawns and triggers come so many times sooner.
pub(crate) const FASTER: u32 = 20;
/// A trigger waits for further events of its kind.
const SETTLE: Duration = Duration::from_secs(1);
/// Where it is spoken to, below the root.
pub(crate) const DESK: &str = "/tmp/procd";

#[derive(Default)]
struct Keeper {
    instances: Vec<Instance>,
    triggers: Vec<Trigger>,
    /// With its last instance the service goes, and its triggers.
    deleted: bool,
    jobs: Vec<Vec<String>>,
    job: Option<Pid>,
    /// Answers for callers that do not listen yet.
    answers: Vec<(PathBuf, i32)>,
    shown: String,
}

/// Never returns: the router ends when this process is killed.
pub(crate) fn keep() -> ! {
    fs::create_dir_all(format!("{DESK}/in")).unwrap();
    let mut keeper = Keeper::default();
    loop {
        keeper.reap();
        keeper.listen();
        keeper.tick();
        keeper.show();
        std::thread::sleep(Duration::from_millis(2));
    }
}

impl Keeper {
    /// Fetches the ends of all children, adopted ones too.
    fn reap(&mut self) {
        loop {
            let mut status = 0;
            // SAFETY: the pointer is to a live integer.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
            if pid <= 0 {
                return;
            }
            let (pid, status) = (Pid::from_raw(pid), ExitStatus::from_raw(status));
            if self.job == Some(pid) {
                self.job = None;
                note(&format!("job ends {status}"));
            } else if let Some(at) = self.instances.iter().position(|instance| instance.pid == Some(pid)) {
                note(&format!("{} ends {status}", self.instances[at].name));
                if self.instances[at].ended() {
                    self.instances.remove(at);
                }
            }
        }
    }

    fn listen(&mut self) {
        let waiting = fs::read_dir(format!("{DESK}/in")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = waiting.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            fs::remove_file(&path).unwrap();
            let code = self.told(&Message::read(&text));
            let id = path.file_name().unwrap().to_string_lossy().into_owned();
            self.answers.push((Path::new(DESK).join(format!("out.{id}")), code));
        }
        self.answers.retain(|(pipe, code)| {
            let open = fs::OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(pipe);
            match open {
                Ok(mut open) => writeln!(open, "{code}").is_err(),
                // nobody listens yet; nobody will any more
                Err(error) => error.raw_os_error() == Some(Errno::ENXIO as i32),
            }
        });
    }

    /// The exit code of `ubus`.
    fn told(&mut self, message: &Message) -> i32 {
        note(&format!("told {} {}", message.method, message.value("instance").unwrap_or_default()));
        match message.method.as_str() {
            "set" | "add" => {
                self.triggers = message.triggers();
                self.deleted = false;
                let plans = message.plans();
                if message.method == "set" {
                    self.drop_all_but(&plans);
                }
                for (name, plan) in plans {
                    self.planned(name, plan);
                }
                0
            }
            "delete" => match message.value("instance") {
                None => {
                    self.drop_all_but(&BTreeMap::new());
                    self.deleted = true;
                    0
                }
                Some(name) => match self.instances.iter().position(|instance| instance.name == name) {
                    None => 4,
                    Some(at) => {
                        if self.instances[at].stop() {
                            self.instances.remove(at);
                        }
                        0
                    }
                },
            },
            "event" => {
                self.event(message);
                0
            }
            _ => 3,
        }
    }

    fn drop_all_but(&mut self, plans: &BTreeMap<String, Plan>) {
        self.instances.retain_mut(|instance| plans.contains_key(&instance.name) || !instance.stop());
    }

    fn planned(&mut self, name: String, plan: Plan) {
        if let Some(instance) = self.instances.iter_mut().find(|instance| instance.name == name) {
            return instance.update(plan);
        }
        let mut instance = Instance {
            name,
            plan: Plan::default(),
            pid: None,
            started: Instant::now(),
            timer: None,
            halt: false,
            restart: false,
            respawns: false,
            crashes: 0,
        };
        instance.update(plan);
        self.instances.push(instance);
    }

    fn event(&mut self, message: &Message) {
        let event = message.value("type").unwrap_or_default();
        for trigger in self.triggers.iter_mut().filter(|trigger| trigger.is_for(event)) {
            let meant = message.value(&trigger.key) == Some(trigger.value.as_str());
            trigger.due = Some((Instant::now() + SETTLE / FASTER, meant));
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if self.deleted && self.instances.is_empty() {
            self.triggers.clear();
        }
        for instance in &mut self.instances {
            if instance.timer.is_some_and(|at| at <= now) {
                instance.timer = None;
                instance.due();
            }
        }
        for trigger in &mut self.triggers {
            if let Some((_, meant)) = trigger.due.take_if(|(at, _)| *at <= now)
                && meant
            {
                self.jobs.push(trigger.command.clone());
            }
        }
        if self.job.is_none() && !self.jobs.is_empty() {
            let command = self.jobs.remove(0);
            note(&format!("job {}", command.join(" ")));
            self.job = Some(spawn(&command, &[]));
        }
    }

    /// What there is, for the test: a line for each instance.
    fn show(&mut self) {
        let mut text = String::new();
        for instance in &self.instances {
            let pid = instance.pid.map_or_else(|| "-".to_owned(), |pid| pid.to_string());
            let _ = writeln!(text, "{} {pid}", instance.name);
        }
        let busy = self.job.is_some() || !self.jobs.is_empty() || self.triggers.iter().any(|t| t.due.is_some());
        text += if busy { "busy\n" } else { "idle\n" };
        if text != self.shown {
            fs::write(format!("{DESK}/.state"), &text).unwrap();
            fs::rename(format!("{DESK}/.state"), format!("{DESK}/state")).unwrap();
            self.shown = text;
        }
    }
}

//! The updater on the stage: started, listened to, asked.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::net::Net;
use crate::router::Router;
use crate::say;
use crate::service::Service;

/// How long anything may take before the show gives up.
const LIMIT: Duration = Duration::from_secs(60);
/// For lines that are still on their way through the pipe.
const BREATH: Duration = Duration::from_millis(120);

/// All parts.
pub(crate) struct Stage<'p> {
    program: &'p Path,
    pub(crate) router: Router,
    pub(crate) net: Net,
    pub(crate) service: Service,
}

impl<'p> Stage<'p> {
    /// Builds everything but the updater.
    pub(crate) fn build(program: &'p Path, server: &Path) -> io::Result<Self> {
        let net = Net::lay().map_err(|error| {
            io::Error::other(format!("{error} (this needs root, or a kernel that lets users play root)"))
        })?;
        let router = Router::new("demo")?;
        let service = Service::prepare(server, &net, &router.dir().join("service"))?;
        Ok(Self { program, router, net, service })
    }

    fn ddns(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.env("DDNS_ROOT", self.router.root()).args(args).stdin(Stdio::null());
        command
    }

    /// Starts the updater in the foreground and shows its lines as they come.
    pub(crate) fn start(&self, args: &[&str]) -> io::Result<Actor> {
        say(&format!("\n   $ ddns {}", args.join(" ")));
        let (reader, writer) = io::pipe()?;
        let child = self.ddns(args).stdout(writer.try_clone()?).stderr(writer).spawn()?;
        let ear = thread::spawn(move || listen(reader));
        Ok(Actor { child, ear: Some(ear) })
    }

    /// Runs a command of the owner to its end and shows what it says.
    pub(crate) fn run(&self, args: &[&str]) -> io::Result<()> {
        say(&format!("\n   $ ddns {}", args.join(" ")));
        let (reader, writer) = io::pipe()?;
        let mut child = self.ddns(args).stdout(writer.try_clone()?).stderr(writer).spawn()?;
        listen(reader);
        child.wait().map(drop)
    }

    /// Waits until `so`, which has to come true soon.
    pub(crate) fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) -> io::Result<()> {
        let end = Instant::now() + LIMIT;
        while !so(self) {
            if Instant::now() > end {
                return Err(io::Error::other(format!("waited {} seconds in vain for {what}", LIMIT.as_secs())));
            }
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(BREATH);
        Ok(())
    }

    /// Waits for a request of this number, counted from one.
    pub(crate) fn until_asked(&self, count: usize) -> io::Result<()> {
        self.until("a request to the server", |stage| stage.service.asked() >= count)
    }

    /// Waits for this many further checks.
    pub(crate) fn until_checks(&self, count: usize) -> io::Result<()> {
        let next = || std::fs::read_to_string(self.router.path("var/run/ddns/demo.nextcheck")).unwrap_or_default();
        for _ in 0..count {
            let before = next();
            self.until("a check", |_| next() != before)?;
        }
        Ok(())
    }

    /// What the updater saw in DNS last.
    pub(crate) fn registered(&self) -> String {
        let text = std::fs::read_to_string(self.router.path("var/run/ddns/demo.ip")).unwrap_or_default();
        text.trim().to_owned()
    }

    /// What the world is told of the name.
    pub(crate) fn dns() -> String {
        let addresses = Service::lookup("home.example.net").unwrap_or_default();
        if addresses.is_empty() { "nothing".to_owned() } else { addresses.join(", ") }
    }
}

fn listen(from: PipeReader) {
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        say(&format!("   | {line}"));
    }
}

/// A running updater; ended as a router would end it when the value goes.
pub(crate) struct Actor {
    child: Child,
    ear: Option<thread::JoinHandle<()>>,
}

impl Actor {
    /// Ends it and waits for its last words.
    pub(crate) fn end(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM);
        }
        let _ = self.child.wait();
        let _ = self.ear.take().map(thread::JoinHandle::join);
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        if self.ear.is_some() {
            self.end();
        }
    }
}

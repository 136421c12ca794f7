//! What the machine says of itself: netifd's networks, the kernel's interfaces, and scripts.
//!
//! netifd is asked natively over ubusd's socket; the `ubus` program is the second way. Who gets an error here falls back on the
//! interfaces; that choice is not made in this room.

use std::io;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::system::desk::below;
use crate::system::patience::Patience;
use crate::system::{interfaces, netifd, script, ubus};
use crate::world::{Host, Interface, Network, Script, ScriptEnd};

/// Where ubusd listens, below the root; the second is its place on older systems.
const SOCKETS: [&str; 2] = ["var/run/ubus/ubus.sock", "var/run/ubus.sock"];
/// For each way of asking netifd, in all.
const LIMIT: Duration = Duration::from_secs(2);

/// The machine we run on.
#[derive(Debug)]
pub struct Machine {
    root: PathBuf,
    stop: Option<RawFd>,
}

impl Machine {
    /// `root` is `/` on a router; `stop` becomes readable when the process shall end and cuts every question and script short.
    pub fn new(root: PathBuf, stop: Option<RawFd>) -> Self {
        Self { root, stop }
    }

    /// A program with a whole path is the one below the root; only what a desk does not have (a shell) is the machine's own.
    fn place(&self, program: &mut String) {
        let placed = below(&self.root, Path::new(program));
        if program.starts_with('/') && placed.exists() {
            *program = placed.to_string_lossy().into_owned();
        }
    }

    /// netifd's dump, by the first way that gives one; `None` where neither way exists; else all ways with what came of them.
    fn dump(&self) -> Result<Option<Value>, String> {
        let mut tried = Vec::new();
        let mut sockets = 0;
        let patience = Patience::for_(LIMIT, self.stop);
        for place in SOCKETS {
            let at = self.root.join(place);
            match ubus::call(&at, "network.interface", "dump", &patience) {
                Ok(dump) => return Ok(Some(dump)),
                Err(ubus::UbusFault::Interrupted) => return Err("interrupted".to_owned()),
                Err(fault) => {
                    sockets += usize::from(!matches!(fault, ubus::UbusFault::NoSocket));
                    tried.push(format!("socket {}: {fault}", at.display()));
                }
            }
        }
        let argv = ["ubus", "call", "network.interface", "dump"].map(str::to_owned).to_vec();
        let question = Script { argv, env: Vec::new(), limit: LIMIT };
        let answer = match script::run_keeping(&question, self.stop, ubus::MESSAGE_LIMIT) {
            Ok(end) => answer_of(end),
            Err(error) if error.kind() == io::ErrorKind::NotFound && sockets == 0 => return Ok(None),
            Err(error) => Err(error.to_string()),
        };
        answer.map(Some).map_err(|why| {
            tried.push(format!("program 'ubus': {why}"));
            format!("netifd cannot be asked ({})", tried.join("; "))
        })
    }
}

/// What the `ubus` program printed.
fn answer_of(end: ScriptEnd) -> Result<Value, String> {
    match end {
        ScriptEnd { interrupted: true, .. } => Err("interrupted".to_owned()),
        ScriptEnd { timed_out: true, .. } => Err("no answer in time".to_owned()),
        ScriptEnd { code: 0, stdout, .. } => {
            serde_json::from_slice(&stdout).map_err(|error| format!("its output is no JSON: {error}"))
        }
        ScriptEnd { code, stderr, .. } => Err(format!("exit code {code}: {}", first_line(&stderr))),
    }
}

/// The start of what a program complained about.
fn first_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.trim().lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Host for Machine {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        let Some(dump) = self.dump()? else { return Ok(None) };
        let mut networks = netifd::networks(&dump)?;
        // without the kernel's word the flags stay unknown, which is no reason to know nothing
        netifd::enrich(&mut networks, &interfaces::addresses().unwrap_or_default());
        Ok(Some(networks))
    }

    fn interfaces(&mut self) -> io::Result<Vec<Interface>> {
        interfaces::interfaces()
    }

    fn run(&mut self, script: &Script) -> io::Result<ScriptEnd> {
        let mut script = script.clone();
        if let Some(program) = script.argv.first_mut() {
            self.place(program);
        }
        script::run(&script, self.stop)
    }
}

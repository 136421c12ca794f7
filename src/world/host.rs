//! The machine we run on: networks, interfaces, scripts.

use std::io;
use std::time::Duration;

use crate::address::Candidate;
use crate::secret::Secret;

/// A logical network of netifd (`network.interface dump`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Its name in `/etc/config/network`.
    pub name: String,
    /// Whether netifd says it is up.
    pub up: bool,
    /// Layer-3 device, when up.
    pub device: Option<String>,
    /// Its addresses in netifd's order; behind them the router's own addresses in the prefixes delegated to it.
    pub candidates: Vec<Candidate>,
}

/// A kernel interface with its addresses of global scope, in the kernel's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Device name.
    pub name: String,
    /// Its addresses.
    pub candidates: Vec<Candidate>,
    /// Whether the default route of either family leaves through it.
    pub default_route: bool,
}

/// A script to run.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Program and arguments; the first is a path.
    pub argv: Vec<String>,
    /// Environment beside PATH and what the process has; values may be secret and are any bytes but NUL.
    pub env: Vec<(String, Secret)>,
    /// Killed, with its children, when it takes longer.
    pub limit: Duration,
}

/// A variable of this name and the value [`OWN_CONSOLE`] in [`Script::env`] gives a script our standard output as a descriptor; the variable
/// then holds its number, or nothing.
pub const CONSOLE: &str = "DDNS_CONSOLE";
/// See [`CONSOLE`]; a single digit, because shells redirect to no other.
pub const OWN_CONSOLE: &str = "9";

/// How a script ended.
#[derive(Clone, Debug, Default)]
pub struct ScriptEnd {
    /// Exit code; 128 + signal when killed.
    pub code: i32,
    /// The time limit ended it.
    pub timed_out: bool,
    /// A signal to us ended it.
    pub interrupted: bool,
    /// Standard output, at most [`BODY_LIMIT`] bytes.
    pub stdout: Vec<u8>,
    /// Standard error, likewise.
    pub stderr: Vec<u8>,
}

/// Questions to the machine we run on.
pub trait Host {
    /// netifd's view; `None` on a machine that has neither ubus socket nor `ubus` program. An error says which ways were tried.
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String>;
    /// The kernel's view.
    fn interfaces(&mut self) -> io::Result<Vec<Interface>>;
    /// Runs a script to its end or its limit; an error means it could not be started.
    fn run(&mut self, script: &Script) -> io::Result<ScriptEnd>;
}

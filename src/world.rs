//! The window: all that the program wants from the machine, as small traits and plain values. No bodies stand here.
//!
//! `system/` holds the real bodies, `tests/` pretends. A function takes only the trait it needs.
#![forbid(unsafe_code)]

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::address::{Candidate, Family};
use crate::dns::Lookup;
use crate::memory::Uptime;
use crate::secret::{Mask, Secret};
use crate::url::Url;

// ------------------------------------------------------------------ HTTP

/// One HTTP request.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Where to; a login in it becomes Basic authentication, sent at once.
    pub url: Url,
    /// Further header fields, name and value; values may be secret and are never logged.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body, if the method has one.
    pub body: Option<Vec<u8>>,
    /// Path or body hold a secret, so no other host may see them by a redirect. A login in `url` and any of `headers` count without this.
    pub confidential: bool,
}

impl Request {
    /// A plain GET of something that is no secret.
    pub fn get(url: Url) -> Self {
        Self { method: "GET", url, headers: Vec::new(), body: None, confidential: false }
    }
}

impl fmt::Debug for Request {
    /// Without anything that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.method, self.url)
    }
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// `Retry-After` (RFC 9110 section 10.2.3), already turned into a waiting time.
    pub retry_after: Option<Duration>,
    /// The body, at most [`BODY_LIMIT`] bytes of it.
    pub body: Vec<u8>,
}

/// More than this of a body is never read: an answer is a line, a page with an address is a screenful.
pub const BODY_LIMIT: usize = 256 * 1024;

/// How a transfer travels: everything of a section that is about the way, not about the content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Try addresses of this family first.
    pub prefer: Option<Family>,
    /// With `force_ipversion`: use no other family than `prefer`.
    pub only: bool,
    /// Leave through this device and from this address.
    pub bind: Bind,
    /// Through this proxy; never silently without it.
    pub proxy: Option<Proxy>,
    /// Which server certificates to believe.
    pub trust: Trust,
    /// Value of `User-Agent`; `None` = the program's own.
    pub user_agent: Option<String>,
}

/// Where a socket is tied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bind {
    /// Device for `SO_BINDTODEVICE`.
    pub device: Option<String>,
    /// Source addresses, at most one of each family; a family without one leaves the choice to the kernel.
    pub sources: Vec<IpAddr>,
    /// The owner asked for this binding: a family without a source is tied to the device too. Otherwise such a family goes unbound, so
    /// that a provider reachable by IPv4 only is not looked for behind an uplink that has only IPv6.
    pub strict: bool,
}

/// `[user:password@]host:port` of option `proxy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Name or address, brackets removed.
    pub host: String,
    /// Port; the option has no default for it.
    pub port: u16,
    /// `user:password`, percent-decoded, when there is a login.
    pub login: Option<Secret>,
}

/// Option `cacert`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The system's store.
    #[default]
    System,
    /// The certificates of this file, or of all files in this directory.
    Path(PathBuf),
    /// No verification at all (`IGNORE`).
    Ignore,
}

/// Why there is no response. Sorted by what the owner looks at first; texts name host and cause, never credentials.
#[derive(Debug)]
pub enum Broken {
    /// The name of the server (or proxy) could not be turned into an address: which name, what DNS said.
    Resolve(String, String),
    /// No connection: to whom, the system's words.
    Connect(String, String),
    /// The proxy did not do its part: what it said.
    Proxy(String),
    /// TLS failed: with whom, why (unknown CA, wrong name, expired, ...).
    Tls(String, String),
    /// Too slow: in which step.
    Timeout(&'static str),
    /// What came was no HTTP, or the connection broke in mid-answer.
    Protocol(String),
    /// The configuration cannot be carried out (CA file unreadable, device missing): which, why.
    Setup(String),
    /// A signal asked the process to end.
    Interrupted,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(host, why) => write!(f, "cannot find the address of '{host}': {why}"),
            Self::Connect(to, why) => write!(f, "cannot connect to {to}: {why}"),
            Self::Proxy(why) => write!(f, "proxy: {why}"),
            Self::Tls(with, why) => write!(f, "no secure connection to {with}: {why}"),
            Self::Timeout(step) => write!(f, "no answer in time while {step}"),
            Self::Protocol(why) => write!(f, "broken answer: {why}"),
            Self::Setup(why) => f.write_str(why),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Broken {}

/// Sends requests.
pub trait Http {
    /// One request, one response, within a time limit. Redirects are followed only where safe: GET, never from https to http, never with
    /// credentials to another host.
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken>;
}

// ------------------------------------------------------------------ DNS

/// How a registered address is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Via {
    /// Option `dns_server`; `None` = the system's resolver.
    pub server: Option<Server>,
    /// Option `force_dnstcp`: TCP from the start.
    pub tcp: bool,
    /// Option `force_ipversion`: talk to the server by this family only.
    pub only: Option<Family>,
    /// Option `is_glue`: believe a referral's additional section too.
    pub glue: bool,
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` or `v6` of option `dns_server`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// 53 unless said.
    pub port: u16,
}

/// Asks name servers.
pub trait Dns {
    /// All addresses of one family that DNS gives for `name`, within a time limit.
    fn lookup(&mut self, name: &str, family: Family, via: &Via) -> Lookup;
}

// ------------------------------------------------------------------ the host

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

// ------------------------------------------------------------------ time and waking

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The moment has come.
    Timer,
    /// SIGHUP: read the configuration again and check now.
    Reload,
    /// A signal asks the process to end: its number.
    Stop(i32),
    /// An address of the machine came, went or changed, and has settled.
    AddressChanged,
}

/// Time and the bell.
pub trait Clock {
    /// Now.
    fn uptime(&self) -> Uptime;
    /// A moment in local time, written with a strftime format; an unusable format falls back to `%F %R`.
    fn date(&self, moment: Uptime, format: &str) -> String;
    /// Sleeps until `moment`, a signal or a settled change of address.
    fn wait(&mut self, moment: Uptime) -> Wake;
    /// A signal that came while something else was done; does not wait.
    fn pending(&mut self) -> Option<Wake>;
    /// Keeps the ear to the kernel's address changes open over the next `execve`; what the new image must be told to find it.
    fn keep(&mut self) -> String;
    /// Takes [`Clock::keep`] back when the `execve` failed.
    fn stay(&mut self);
    /// Any number, for jitter.
    fn dice(&mut self) -> u32;
}

// ------------------------------------------------------------------ files and log

/// One of a section's status files (contract section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `SECTION.pid`
    Pid,
    /// `SECTION.update`
    Update,
    /// `SECTION.nextcheck`
    NextCheck,
    /// `SECTION.ip`
    Ip,
    /// `SECTION.dat`
    Dat,
    /// `SECTION.err`
    Err,
    /// `.memory/SECTION`: what outlives the process; ours alone, so it stands apart from the files LuCI lists.
    Memory,
}

/// Files: a section's status files, and reading of configuration and tables.
pub trait Desk {
    /// Where status files are from now on (option `ddns_rundir`, below the root); made when it is missing.
    fn settle(&mut self, rundir: &Path) -> io::Result<()>;
    /// A status file's text, if it is there.
    fn read(&self, section: &str, file: Status) -> Option<String>;
    /// Replaces a status file as a whole.
    fn write(&mut self, section: &str, file: Status, content: &[u8]) -> io::Result<()>;
    /// Removes a status file; it is no fault if there is none.
    fn remove(&mut self, section: &str, file: Status);
    /// Where another program finds a path of the configuration.
    fn real(&self, path: &Path) -> PathBuf;
    /// Whether a file below the root can be executed; an error when there is none.
    fn executable(&self, path: &Path) -> io::Result<bool>;
    /// Replaces any other file as a whole; it keeps its mode.
    fn store(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;
    /// The content of any other file, at most `limit` bytes. An absolute path is below the root.
    fn load(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
    /// The same, but an error when another user may have written it: for what stands where everybody can make files.
    fn load_own(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;
}

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code.
    Code(i32),
    /// By this signal, as a program without a handler would.
    Signal(i32),
}

/// Whether there was a process to be told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// This one.
    Was(u32),
    /// The section was not running.
    WasNot,
}

/// Processes: one per section, the same one for a section's whole life. A number in a pid file counts only if it is ours, not just alive.
pub trait Life {
    /// Where the pid files are from now on (option `ddns_rundir`, below the root).
    fn settle(&mut self, rundir: &Path);
    /// Our process number.
    fn pid(&self) -> u32;
    /// A name for this boot: moments since boot mean nothing in another one.
    fn boot(&self) -> String;
    /// The process of a section.
    fn running(&self, section: &str) -> Option<u32>;
    /// Ends an older process of this section; its number if there was one. The pid file names us when this returns without error.
    fn take_over(&mut self, section: &str) -> io::Result<Option<u32>>;
    /// Ends the process of a section and waits for its end.
    fn stop(&mut self, section: &str) -> io::Result<Stopped>;
    /// Has the process of a section read its configuration again and check now.
    fn reload(&mut self, section: &str) -> io::Result<Stopped>;
    /// Starts a process for a section in the background.
    fn detach(&mut self, section: &str) -> io::Result<u32>;
    /// What a former self handed over when it executed itself anew.
    fn inherited(&mut self) -> Option<String>;
    /// Whether this process holds so much memory that executing itself anew is worth it.
    fn grown(&self) -> bool;
    /// Executes the program anew in the same process, handing over what [`Clock::keep`] said and `parcel`. Returns only when that fails.
    fn renew(&mut self, kept: &str, parcel: &str);
}

/// Weight of a log line, as syslog counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 0
    Emerg,
    /// 1
    Alert,
    /// 2
    Crit,
    /// 3
    Error,
    /// 4
    Warn,
    /// 5
    Note,
    /// 6
    Info,
    /// 7, never in syslog
    Debug,
}

/// Where a section's log goes and what must not be in it.
#[derive(Clone, Debug, Default)]
pub struct LogPlan {
    /// The section's name.
    pub section: String,
    /// Option `ddns_logdir`, below the root.
    pub dir: PathBuf,
    /// Option `ddns_loglines`: the file is cut to so many lines; 0 = never cut.
    pub lines: usize,
    /// Whether there is a log file at all.
    pub file: bool,
    /// Begin a new file.
    pub fresh: bool,
    /// Option `use_syslog`.
    pub syslog: u8,
    /// Show every line on the console too.
    pub console: bool,
    /// Secrets of the section.
    pub mask: Mask,
}

/// The log. Masks secrets itself: nothing reaches a file, a terminal or syslog past it.
pub trait Log {
    /// Where to write from now on.
    fn open(&mut self, plan: LogPlan);
    /// Whether it was said that the file cannot be written; it is said only once.
    fn told(&self) -> bool;
    /// It was said before, by a former self of this process.
    fn hush(&mut self);
    /// Cuts the file to its lines; called when a round is over.
    fn cut(&mut self);
    /// One message; it becomes one line, whatever is in it.
    fn say(&mut self, level: Level, text: &str);
    /// A message after which the process stops: ` - TERMINATE` is added, console and syslog get it whatever the options say.
    fn terminate(&mut self, level: Level, text: &str);
}

// ------------------------------------------------------------------ all of it

/// The machine, part by part.
pub struct World<'a> {
    /// Transfers.
    pub http: &'a mut dyn Http,
    /// Lookups.
    pub dns: &'a mut dyn Dns,
    /// Networks, interfaces, scripts.
    pub host: &'a mut dyn Host,
    /// Time, signals, address changes.
    pub clock: &'a mut dyn Clock,
    /// Files.
    pub desk: &'a mut dyn Desk,
    /// Log.
    pub log: &'a mut dyn Log,
    /// The process.
    pub life: &'a mut dyn Life,
}

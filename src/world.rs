//! The window: all that the program wants from the machine, as small traits and plain values. No bodies stand here.
//!
//! `system/` holds the real bodies, `tests/` pretends. A function takes only the trait it needs.
#![forbid(unsafe_code)]

mod clock;
mod desk;
mod dns;
mod host;
mod http;
mod life;
mod log;

pub use clock::{Clock, Wake};
pub use desk::{Desk, Status};
pub use dns::{Dns, Server, Via};
pub use host::{CONSOLE, Host, Interface, Network, OWN_CONSOLE, Script, ScriptEnd};
pub use http::{BODY_LIMIT, Bind, Broken, Http, Proxy, Request, Response, Route, Trust};
pub use life::{Exit, Life, Stopped};
pub use log::{Level, Log, LogPlan};

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

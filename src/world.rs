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
mod shelf;

pub use clock::{Clock, Wake};
pub use desk::{Desk, Status};
pub use dns::{Dns, Message, Server, Silent, Via};
pub use host::{CONSOLE, Host, Interface, Network, OWN_CONSOLE, Script, ScriptEnd};
pub use http::{BODY_LIMIT, Bind, Broken, Http, Proxy, Request, Response, Route, Trail, Trust};
pub use life::{Exit, Life, Stopped};
pub use log::{Level, Log, LogPlan};
pub use shelf::{Entry, Shelf};

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
    /// Files of sections, configuration, tables.
    pub desk: &'a mut dyn Desk,
    /// Files of packages, links, logs.
    pub shelf: &'a mut dyn Shelf,
    /// Log.
    pub log: &'a mut dyn Log,
    /// The process.
    pub life: &'a mut dyn Life,
}

//! What the command line needs of the rest of the program, as one trait: the doorway hands the real one in, tests their own.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::account::Host;
use crate::config::{Database, Settings};
use crate::moment::Moment;
use crate::store::Restored;
use crate::sweep::Swept;
use crate::world::{Lease, Mail, Store, StoreFault, Zone, ZoneFault};

/// The rest of the program.
#[async_trait::async_trait]
pub trait House: Send + Sync {
    /// Reads the configuration; its faults, one sentence each.
    fn settings(&self, file: &Path) -> Result<Settings, Vec<String>>;

    /// Opens the database; makes it or brings it to this version where needed.
    async fn store(&self, database: &Database) -> Result<Arc<dyn Store>, StoreFault>;

    /// Brings a backup into the database that [`House::store`] opened last, which must hold no users and hosts.
    async fn restore(&self, file: &Path) -> Result<Restored, StoreFault>;

    /// The ways into the DNS; a sentence where they cannot be had (a key file that cannot be read).
    fn works(&self, settings: &Settings, store: &Arc<dyn Store>) -> Result<Arc<dyn Works>, String>;

    /// The name server, to be asked without changing anything.
    fn zone(&self, settings: &Settings, store: &Arc<dyn Store>) -> Result<Arc<dyn Zone>, String>;

    /// The mail server; `None` where mail is switched off.
    fn mail(&self, settings: &Settings) -> Result<Option<Arc<dyn Mail>>, String>;

    /// What time it is.
    fn now(&self) -> Moment;

    /// Serves until told to stop; the exit code.
    async fn daemon(&self, file: &Path, settings: Settings, debug: bool) -> u8;
}

/// The ways into the DNS that the command line needs.
#[async_trait::async_trait]
pub trait Works: Send + Sync {
    /// This run's lease: the same for every call.
    fn lease(&self) -> Lease;

    /// Puts the host's newest generation into the DNS under that lease, and notes it as applied. The lease is held when this is called,
    /// and given back whatever the end. Does not delete a leaving host's row.
    async fn push(&self, host: Host) -> Result<(), WorkFault>;

    /// Sweeps expired hosts once, until none is left or could not be done.
    async fn cleanup(&self) -> Result<Swept, StoreFault>;
}

/// Why a push did not end well.
#[derive(Debug)]
pub enum WorkFault {
    /// The database did not do its part.
    Store(StoreFault),
    /// The DNS did not do its part: it is tried again by the daemon.
    Zone(ZoneFault),
}

impl fmt::Display for WorkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(f),
            Self::Zone(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for WorkFault {}

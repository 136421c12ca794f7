//! What the command line needs of the rest of the program, as one trait: the doorway hands the real one in, tests their own.

use std::path::Path;
use std::sync::Arc;

use crate::account::Host;
use crate::config::{Database, Settings};
use crate::moment::Moment;
use crate::push::{PushFault, Pushed, Step};
use crate::store::Restored;
use crate::sweep::Swept;
use crate::world::{Mail, Store, StoreFault, Zone};

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

/// The host is not to be changed after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwanted;

/// What a host is to become, asked again whenever somebody else was faster.
pub type Decide<'a> = &'a mut (dyn FnMut(&Host) -> Result<Step, Unwanted> + Send);

/// The ways into the DNS that the command line needs.
#[async_trait::async_trait]
pub trait Works: Send + Sync {
    /// As [`crate::push::Pusher::change`]. What is on its way to the DNS when this ends is done, or given back to be done by the daemon.
    async fn change(&self, host: Host, decide: Decide<'_>) -> Result<Pushed<Unwanted>, PushFault>;

    /// Sweeps expired hosts once, until none is left or could not be done.
    async fn cleanup(&self) -> Result<Swept, StoreFault>;
}

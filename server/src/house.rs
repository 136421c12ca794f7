//! The real house behind the command line: this machine's configuration, database, name server, mail server and clock.

mod file;

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::account::Host;
use crate::admin::{Decide, House, Swept, Unwanted, Works};
use crate::config::{self, Database, DnsServer, LoadFault, Settings};
use crate::daemon::{self, StartFault, WallClock};
use crate::desk::Desk;
use crate::log;
use crate::mail::Smtp;
use crate::moment::Moment;
use crate::push::{PushFault, Pushed, Pusher};
use crate::store::{self, Restored, Sql};
use crate::sweep;
use crate::world::{Clock, Mail, Store, StoreFault, Zone};
use crate::zone::embedded::Offline;
use crate::zone::remote::Remote;

/// How long a lease may take to be given back.
const LAST: Duration = Duration::from_secs(2);

/// This machine.
#[derive(Default)]
pub struct Here {
    /// Opened by [`House::store`]; the embedded zones are in it too.
    database: Mutex<Option<Arc<Sql>>>,
}

#[async_trait::async_trait]
impl House for Here {
    fn settings(&self, file: &Path) -> Result<Settings, Vec<String>> {
        let (settings, warnings) = config::load(file).map_err(|fault| sentences(file, &fault))?;
        for warning in warnings {
            said(&format!("warning: {}", warning.in_file(&file.display().to_string())));
        }
        Ok(settings)
    }

    async fn store(&self, database: &Database) -> Result<Arc<dyn Store>, StoreFault> {
        file::for_the_folder_s_owner(database);
        let opened = store::open(database).await.map_err(|fault| file::explained(database, fault))?;
        *self.database.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&opened));
        Ok(opened)
    }

    async fn restore(&self, file: &Path) -> Result<Restored, StoreFault> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner).clone();
        database.ok_or_else(|| StoreFault::Away("it is not open".to_owned()))?.restore(file).await
    }

    fn works(&self, settings: &Settings, store: &Arc<dyn Store>) -> Result<Arc<dyn Works>, String> {
        let lease = daemon::lease(settings).map_err(|fault| fault.to_string())?;
        let desk = Arc::new(Desk::new(Arc::clone(store), &lease));
        let pusher = Pusher::new(Arc::clone(&desk), self.zone(settings, store)?, lease);
        let letters = daemon::expiry_letters(settings.email.as_ref()).map_err(|fault| fault.to_string())?;
        Ok(Arc::new(Hands { desk, pusher, letters }))
    }

    fn zone(&self, settings: &Settings, _store: &Arc<dyn Store>) -> Result<Arc<dyn Zone>, String> {
        match &settings.dns_service.server {
            DnsServer::Remote(remote) => {
                let clock: Arc<dyn Clock> = Arc::new(WallClock);
                let made = Remote::new(remote, settings.dns_service.timeout, &clock).map_err(|faults| {
                    let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
                    sentences.join("; ")
                })?;
                Ok(Arc::new(made))
            }
            DnsServer::Embedded(embedded) => {
                let database = self.database.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let shelf = database.ok_or("the database is not open")?;
                Ok(Arc::new(Offline::new(embedded.clone(), shelf)))
            }
        }
    }

    fn mail(&self, settings: &Settings) -> Result<Option<Arc<dyn Mail>>, String> {
        let made = settings.email.as_ref().map(Smtp::new).transpose().map_err(|fault| fault.to_string())?;
        Ok(made.map(|smtp| Arc::new(smtp) as Arc<dyn Mail>))
    }

    fn now(&self) -> Moment {
        WallClock.now()
    }

    async fn daemon(&self, file: &Path, settings: Settings, debug: bool) -> u8 {
        no_core();
        let log = match log::start(&settings.daemon, debug) {
            Ok(log) => log,
            Err(fault) => {
                said(&fault.to_string());
                return 1;
            }
        };
        let file = file.to_owned();
        // a runtime of its own: this one, the command line's, has one thread
        let ended = std::thread::spawn(move || serve(&file, settings, log)).join();
        ended.unwrap_or(1)
    }
}

/// What is wrong, one sentence each; where there is no such file, how to have one.
fn sentences(file: &Path, fault: &LoadFault) -> Vec<String> {
    match fault {
        LoadFault::Unreadable(path, error) if path == file && error.kind() == ErrorKind::NotFound => {
            vec![format!(
                "{}: there is no such file: name yours with --config, or make one of config.example.toml",
                path.display()
            )]
        }
        fault => fault.to_string().lines().map(str::to_owned).collect(),
    }
}

/// A core file would hold passwords and keys. Where even this is not permitted, nobody made the limit less than it is.
fn no_core() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
}

/// More threads than cores serve nobody faster, and each costs memory.
fn serve(file: &Path, settings: Settings, log: log::Handle) -> u8 {
    let cores = available_parallelism().map_or(1, usize::from);
    let threads = settings.daemon.thread_pool_size.clamp(1, cores);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let database = settings.database.clone();
            file::for_the_folder_s_owner(&database);
            runtime.block_on(daemon::run(file, settings, log)).map_err(|fault| match fault {
                StartFault::Store(fault) => file::explained(&database, fault).to_string(),
                fault => fault.to_string(),
            })
        }
        Err(fault) => Err(format!("no threads can be started: {fault}")),
    };
    match ended {
        Ok(()) => 0,
        Err(fault) => {
            said(&fault);
            1
        }
    }
}

/// To standard error, where whoever started the program reads; nothing can be done when that is closed.
fn said(sentence: &str) {
    let _ = writeln!(std::io::stderr(), "ddns-service: {sentence}");
}

/// The same corridors that the daemon has, for one command.
struct Hands {
    desk: Arc<Desk>,
    pusher: Arc<Pusher>,
    letters: Box<sweep::Letters>,
}

#[async_trait::async_trait]
impl Works for Hands {
    async fn change(&self, host: Host, decide: Decide<'_>) -> Result<Pushed<Unwanted>, PushFault> {
        let done = self.pusher.change(host, decide).await;
        // the program ends after this, and a lease that is not given back would have others wait
        let _ = tokio::time::timeout(LAST, self.pusher.rest()).await;
        done
    }

    async fn cleanup(&self) -> Result<Swept, StoreFault> {
        sweep::once(&self.desk, &self.pusher, &WallClock, &*self.letters).await
    }
}

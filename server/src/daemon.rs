//! The running service: everything put together, until a signal ends it; another configuration when a signal asks for one.
//!
//! Nothing is decided about updates here. A configuration becomes [`Fittings`] as a whole or not at all, so a reload with a fault in it
//! leaves everything as it was.

mod chores;
mod descriptors;
mod fittings;
mod front;
mod manager;
mod signals;
mod status;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::{error, info, warn};

use crate::auth::Auth;
use crate::config::{self, LoadFault, Settings};
use crate::desk::Desk;
use crate::listen::{BindFault, Limits, Listener, Serving, Tls};
use crate::log;
use crate::moment::Moment;
use crate::page::{Page, PageFault};
use crate::post::{self, Post};
use crate::proof::{self, HashFault, Proof};
use crate::push::Pusher;
use crate::serve::{Rules, Service};
use crate::status::{Ask, Gauges, Sources, Status};
use crate::store;
use crate::world::{Clock, Lease, Shelf, Store, StoreFault};
use fittings::Fittings;
use front::Front;
use manager::Manager;
use signals::{Signal, Signals};
use status::StatusDoor;

pub use fittings::{FittingFault, expiry_letters};
pub use status::StatusFault;

/// How long after the order to stop letters and pushes may still take.
const LAST: Duration = Duration::from_millis(4_500);

/// How long after that the way to the DNS may take to end.
const CLOSING: Duration = Duration::from_millis(300);

/// The machine's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Why the service does not run.
#[derive(Debug)]
pub enum StartFault {
    /// The database cannot be used.
    Store(StoreFault),
    /// What the configuration names cannot be used.
    Fitting(FittingFault),
    /// There is nowhere to listen.
    Bind(BindFault),
    /// There is nowhere to tell how the service is.
    Status(StatusFault),
    /// No random numbers.
    Random(HashFault),
    /// The owners' page cannot be made.
    Page(PageFault),
    /// The system does not tell of signals.
    Signals(std::io::Error),
}

impl fmt::Display for StartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(fault) => fault.fmt(f),
            Self::Fitting(fault) => fault.fmt(f),
            Self::Bind(fault) => fault.fmt(f),
            Self::Status(fault) => fault.fmt(f),
            Self::Random(fault) => fault.fmt(f),
            Self::Page(fault) => fault.fmt(f),
            Self::Signals(fault) => write!(f, "signals cannot be waited for: {fault}"),
        }
    }
}

impl std::error::Error for StartFault {}

/// This run's lease: long enough that an exchange with the name server is over well before it.
pub fn lease(settings: &Settings) -> Result<Lease, HashFault> {
    let span = (settings.dns_service.timeout * 4).max(Duration::from_secs(15));
    Ok(Lease { owner: proof::new_token()?, span })
}

/// A service at work.
struct Daemon {
    file: PathBuf,
    log: log::Handle,
    serving: Serving,
    tls: Option<Tls>,
    service: Arc<Service>,
    page: Arc<Page>,
    pusher: Arc<Pusher>,
    fittings: Arc<ArcSwap<Fittings>>,
    shelf: Arc<dyn Shelf>,
    status: StatusDoor,
    manager: Manager,
}

/// Serves until a signal ends it; `said` is called once all is ready, with the addresses that are listened at.
pub async fn run(file: &Path, settings: Settings, log: log::Handle) -> Result<(), StartFault> {
    let (started, manager) = (SystemTime::now(), Manager::of_environment());
    let mut signals = Signals::new().map_err(StartFault::Signals)?;
    descriptors::raise(settings.daemon.max_connections);
    let database = store::open(&settings.database).await.map_err(StartFault::Store)?;
    let (store, shelf): (Arc<dyn Store>, Arc<dyn Shelf>) = (Arc::clone(&database) as _, database);
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let lease = lease(&settings).map_err(StartFault::Random)?;
    let fittings = Fittings::make(settings, None, &shelf, &clock).await.map_err(StartFault::Fitting)?;
    let tls = fittings.tls().map_err(StartFault::Fitting)?;
    let listener = Listener::bind(&fittings.settings.daemon.host, fittings.settings.daemon.port)
        .await
        .map_err(StartFault::Bind)?;
    let desk = Arc::new(Desk::new(Arc::clone(&store), &lease));
    let pusher = Pusher::new(Arc::clone(&desk), fittings.ways.zone(), lease.clone());
    let auth = Arc::new(Auth::new(Proof::new().map_err(StartFault::Random)?, Arc::clone(pusher.tally())));
    let service = Arc::new(Service::new(
        Arc::clone(&desk),
        Arc::clone(&pusher),
        Arc::clone(&auth),
        Arc::clone(&clock),
        rules(&fittings),
    ));
    let page = Page::new(Arc::clone(&desk), auth, Arc::clone(&clock), tls.is_some(), fittings.settings.clone());
    let page = Arc::new(page.map_err(StartFault::Page)?);
    let tally = Arc::clone(pusher.tally());
    let front = Front { service: Arc::clone(&service), page: Arc::clone(&page), tally };
    let limits = Limits::from(&fittings.settings.daemon);
    let fittings = Arc::new(ArcSwap::from_pointee(fittings));
    let (stop, stopping) = watch::channel(false);
    let mut chores = chores::chores(&fittings, &desk, &pusher, &service, &clock);
    chores.spawn(manager.alive());
    let mail = tokio::spawn(post::run(mailroom(&store, &fittings, &lease, &pusher), stopping.clone()));
    let serving = listener.serve(tls.clone(), limits, Arc::new(front));
    for address in serving.addresses() {
        info!(%address, tls = tls.is_some(), dns = %fittings.load().ways, "ready");
    }
    let (tally, ask) = (Arc::clone(pusher.tally()), gauges(&serving, &service, &log));
    let status = Arc::new(Status::new(Sources { store, tally, ask, stopping, started }));
    let at = fittings.load().settings.daemon.status_listen;
    let status = StatusDoor::open(status, at).await.map_err(StartFault::Status)?;
    let file = file.to_owned();
    let mut daemon = Daemon { file, log, serving, tls, service, page, pusher, fittings, shelf, status, manager };
    daemon.manager.ready();
    while signals.next().await == Signal::Reload {
        daemon.manager.reloading();
        daemon.reload(&clock).await;
        daemon.manager.ready();
    }
    daemon.manager.stopping();
    info!("stopping");
    stop.send_replace(true);
    chores.abort_all();
    daemon.end(mail, Instant::now() + LAST).await;
    Ok(())
}

/// The parts of the configuration that requests are served by.
fn rules(fittings: &Fittings) -> Rules {
    let templates = Arc::clone(&fittings.templates);
    Rules {
        settings: fittings.settings.clone(),
        letters: Box::new(move |user, before, after| fittings::change_letter(&templates, user, before, after)),
    }
}

/// Numbers that are kept elsewhere.
fn gauges(serving: &Serving, service: &Arc<Service>, log: &log::Handle) -> Box<Ask> {
    let (counts, service, lost) = (serving.counter(), Arc::clone(service), log.lost_counter());
    Box::new(move || {
        let counts = counts();
        Gauges {
            open: counts.open as u64,
            accepted: counts.accepted,
            refused: counts.refused,
            displaced: counts.displaced,
            late: counts.late,
            hashes: service.hashes() as u64,
            lines_lost: lost(),
        }
    })
}

fn mailroom(store: &Arc<dyn Store>, fittings: &Arc<ArcSwap<Fittings>>, lease: &Lease, pusher: &Pusher) -> Post {
    let fittings = Arc::clone(fittings);
    Post {
        store: Arc::clone(store),
        outlet: Arc::new(move || fittings.load().mail.clone()),
        owner: lease.owner.clone(),
        wake: Arc::new(Notify::new()),
        tally: Arc::clone(pusher.tally()),
    }
}

impl Daemon {
    /// Another configuration, or a sentence for everything that speaks against it.
    async fn reload(&mut self, clock: &Arc<dyn Clock>) {
        let settings = match config::load(&self.file) {
            Ok((settings, warnings)) => {
                for warning in warnings {
                    warn!("{warning}");
                }
                settings
            }
            Err(fault) => return said(&fault),
        };
        let old = self.fittings.load_full();
        for sentence in config::fixed_changes(&old.settings, &settings) {
            warn!("{sentence}");
        }
        let next = match Fittings::make(settings, Some(&old.ways), &self.shelf, clock).await {
            Ok(next) => next,
            Err(fault) => return error!(%fault, "not reloaded; all stays as it was"),
        };
        self.reload_tls(&next);
        if let Err(fault) = self.log.change(&next.settings.daemon) {
            error!(%fault, "the log stays where it was");
        }
        if let Err(fault) = self.status.change(next.settings.daemon.status_listen).await {
            error!(%fault, "the status stays where it was");
        }
        self.serving.set_limits(Limits::from(&next.settings.daemon));
        self.pusher.change_zone(next.ways.zone());
        self.service.change_rules(rules(&next));
        self.page.change_settings(next.settings.clone());
        let left = (!old.ways.goes_on_in(&next.ways)).then(|| Arc::clone(&old));
        self.fittings.store(Arc::new(next));
        if let Some(left) = left {
            left.ways.stop().await;
        }
        info!("reloaded");
    }

    fn reload_tls(&self, next: &Fittings) {
        match (&self.tls, &next.settings.daemon.ssl) {
            (Some(tls), Some(files)) => {
                if let Err(fault) = tls.reload(files) {
                    error!(%fault, "the certificate stays the old one");
                }
            }
            (None, None) => {}
            _ => warn!("daemon.ssl: from plain to TLS or back only at the next start"),
        }
    }

    /// What is not done by then is in the database, and goes on at the next start or at another instance.
    async fn end(self, mail: JoinHandle<()>, until: Instant) {
        let cut = self.serving.stop().await;
        if cut > 0 {
            warn!(cut, "requests were cut off");
        }
        let _ = timeout_at(until, async { tokio::join!(mail, self.pusher.rest()) }).await;
        // a database that hangs holds the embedded name server's last puts, and is not waited for
        let _ = timeout_at(until + CLOSING, self.fittings.load().ways.stop()).await;
        self.status.close().await;
        // before the log goes with the rest: it writes what it was told until then
        info!("stopped");
    }
}

fn said(fault: &LoadFault) {
    for line in fault.to_string().lines() {
        error!("not reloaded: {line}");
    }
}

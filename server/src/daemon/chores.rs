//! What goes on beside the requests, each in its own time.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::{info, warn};

use super::fittings::{self, Fittings};
use crate::desk::Desk;
use crate::push::{self, Pusher};
use crate::serve::Service;
use crate::sweep;
use crate::world::Clock;

/// Lines of history kept of each host.
const HISTORY: u32 = 50;

/// Between two looks at the history's length.
const TRIM: Duration = Duration::from_hours(1);

/// Begins all of it.
pub(super) fn chores(
    fittings: &Arc<ArcSwap<Fittings>>,
    desk: &Arc<Desk>,
    pusher: &Arc<Pusher>,
    service: &Arc<Service>,
    clock: &Arc<dyn Clock>,
) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    chores.spawn(push::again(Arc::clone(pusher)));
    chores.spawn(sweeps(Arc::clone(fittings), Arc::clone(desk), Arc::clone(pusher), Arc::clone(clock)));
    chores.spawn(cleanings(Arc::clone(fittings), Arc::clone(service)));
    chores.spawn(trims(Arc::clone(desk)));
    chores
}

async fn sweeps(fittings: Arc<ArcSwap<Fittings>>, desk: Arc<Desk>, pusher: Arc<Pusher>, clock: Arc<dyn Clock>) {
    loop {
        sleep(fittings.load().settings.dns_service.cleanup_interval).await;
        let templates = Arc::clone(&fittings.load().templates);
        let letters = move |user: &_, before: &_, after: &_| fittings::expiry_letter(&templates, user, before, after);
        match sweep::once(&desk, &pusher, &*clock, &letters).await {
            Ok(swept) if swept.failures > 0 => {
                warn!(removed = swept.removed, failures = swept.failures, "not all expired records went");
            }
            Ok(swept) if swept.removed > 0 => info!(removed = swept.removed, "expired records went"),
            Ok(_) => {}
            Err(fault) => warn!(%fault, "expired records were not looked for"),
        }
    }
}

async fn cleanings(fittings: Arc<ArcSwap<Fittings>>, service: Arc<Service>) {
    loop {
        let pause = fittings.load().settings.rate_limit.as_ref().map(|limit| limit.cleanup_interval);
        sleep(pause.unwrap_or(Duration::from_mins(1))).await;
        service.clean();
    }
}

async fn trims(desk: Arc<Desk>) {
    loop {
        sleep(TRIM).await;
        if let Err(fault) = desk.store().trim_history(HISTORY).await {
            warn!(%fault, "the history was not shortened");
        }
    }
}

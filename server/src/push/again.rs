//! What is wanted and not known to be in the DNS is pushed again: after a failure, after a restart, after another instance died. And what is
//! there, but could be undone by a message that comes late.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::Pusher;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Flights beyond which none is begun here: while the name server is away they would only wait before it.
const UNDER_WAY: usize = 512;

/// Hosts taken at once.
const TOGETHER: u32 = 64;

/// Looks for such hosts until it is dropped.
pub async fn run(pusher: Arc<Pusher>) {
    let mut away = false;
    loop {
        let leased = Instant::now();
        if pusher.under_way() >= UNDER_WAY {
            sleep(PAUSE).await;
            continue;
        }
        match pusher.desk.store().claim(&pusher.lease, TOGETHER).await {
            Ok(hosts) => {
                if std::mem::take(&mut away) {
                    info!("the database is back");
                }
                let full = hosts.len() >= TOGETHER as usize;
                for host in &hosts {
                    let because = if host.applied < host.generation {
                        "it is not in the DNS"
                    } else {
                        "an older message may have come late"
                    };
                    info!(host = %host.name, generation = host.generation, because, "pushed again");
                }
                drop(pusher.board(hosts, leased));
                if full {
                    tokio::task::yield_now().await;
                    continue;
                }
            }
            Err(fault) => {
                if !std::mem::replace(&mut away, true) {
                    warn!(%fault, "what is not in the DNS yet cannot be looked for");
                }
            }
        }
        sleep(PAUSE).await;
    }
}

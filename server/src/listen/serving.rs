//! A listener at work: its handle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::accept::accept;
use super::bind::Listener;
use super::crowd::Counts;
use super::house::House;
use super::keeper::keep;
use super::limits::{Limits, STOP_TIME};
use super::tls::Tls;
use crate::world::Handler;

const LOOK: Duration = Duration::from_millis(5);

/// A listener that answers. Dropping the handle does not stop it; [`Serving::stop`] does.
#[derive(Debug)]
pub struct Serving {
    addresses: Vec<SocketAddr>,
    house: Arc<House>,
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
    keeper: JoinHandle<()>,
}

impl Listener {
    /// Begins to accept connections and to hand their requests to `handler`; must be called within a tokio runtime.
    pub fn serve(self, tls: Option<Tls>, limits: Limits, handler: Arc<dyn Handler>) -> Serving {
        let (stop, stopping) = watch::channel(false);
        let addresses = self.addresses();
        let house = Arc::new(House::new(tls, ArcSwap::from_pointee(limits), handler, stopping.clone()));
        let loops = self.sockets.into_iter();
        let loops = loops.map(|socket| tokio::spawn(accept(socket, Arc::clone(&house), stopping.clone()))).collect();
        let keeper = tokio::spawn(keep(Arc::clone(&house.crowd)));
        Serving { addresses, house, stop, loops, keeper }
    }
}

impl Serving {
    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// New limits, for connections opened from now on.
    pub fn set_limits(&self, limits: Limits) {
        self.house.limits.store(Arc::new(limits));
    }

    /// What it has seen.
    pub fn counts(&self) -> Counts {
        self.house.crowd.counts()
    }

    /// The same, for whoever does not hold the handle.
    pub fn counter(&self) -> impl Fn() -> Counts + Send + Sync + use<> {
        let crowd = Arc::clone(&self.house.crowd);
        move || crowd.counts()
    }

    /// Stops accepting, closes idle connections, lets active requests end for up to 5 seconds, then closes all. Returns how many requests'
    /// connections had to be cut.
    pub async fn stop(self) -> usize {
        self.stop.send_replace(true);
        for accepting in self.loops {
            // a loop can end by a panic only, and then it accepts no more either
            let _ = accepting.await;
        }
        let crowd = &self.house.crowd;
        let deadline = Instant::now() + STOP_TIME;
        loop {
            crowd.close_idle();
            if crowd.living() == 0 || Instant::now() >= deadline {
                break;
            }
            sleep(LOOK).await;
        }
        let cut = crowd.living();
        self.keeper.abort();
        while crowd.living() > 0 && Instant::now() < deadline + STOP_TIME / 5 {
            crowd.close_late(|_, _, _| true);
            sleep(LOOK).await;
        }
        cut
    }
}

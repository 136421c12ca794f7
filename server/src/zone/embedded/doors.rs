//! What is listened at: an address is opened and closed while the others go on. Knows nothing of what is asked there.
#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::sockets::{self, Bound};
use super::{EmbeddedFault, House, tcp};

/// How long open connections may take to end.
const GRACE: Duration = Duration::from_millis(500);

/// An address, over UDP and TCP.
struct Door {
    /// As the configuration says it.
    configured: SocketAddr,
    /// As bound.
    address: SocketAddr,
    datagrams: JoinSet<()>,
    connections: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// Addresses that can be had and are not answered at yet.
pub(super) struct New(Vec<(SocketAddr, Bound)>);

/// All that are open.
#[derive(Default)]
pub(super) struct Doors {
    open: Mutex<Vec<Door>>,
}

impl Doors {
    /// Binds those of the wanted that are not open, or says which of them cannot be had.
    pub(super) fn bind(&self, wanted: &[SocketAddr]) -> Result<New, EmbeddedFault> {
        if wanted.is_empty() {
            return Err(EmbeddedFault::Setting { key: "listen", value: String::new(), wanted: "at least one address" });
        }
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = wanted.iter().filter(|address| open.iter().all(|door| door.configured != **address));
        let bound = missing.map(|address| Ok((*address, sockets::bind(*address, wanted)?)));
        bound.collect::<Result<_, _>>().map(New)
    }

    /// Answers at the new ones from now on, and at none that is not wanted.
    pub(super) fn change(&self, wanted: &[SocketAddr], new: New, house: &Arc<House>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.extend(new.0.into_iter().map(|(configured, bound)| Door::open(configured, bound, house)));
        for door in open.extract_if(.., |door| !wanted.contains(&door.configured)) {
            tokio::spawn(async move {
                let mut closing = [door];
                closed(&mut closing).await;
            });
        }
    }

    /// Where they are.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|door| door.address).collect()
    }

    /// No more questions are taken; those taken are answered, as long as that takes no more than [`GRACE`].
    pub(super) async fn close(&self) {
        let mut open = std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner));
        closed(&mut open).await;
    }
}

impl Door {
    fn open(configured: SocketAddr, bound: Bound, house: &Arc<House>) -> Self {
        let (mut datagrams, mut connections, stop) = (JoinSet::new(), JoinSet::new(), watch::Sender::new(false));
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        for _ in 0..workers {
            datagrams.spawn(Arc::clone(&bound.udp).serve(Arc::clone(house)));
        }
        connections.spawn(tcp::serve(bound.tcp, Arc::clone(house), stop.subscribe()));
        Self { configured, address: bound.address, datagrams, connections, stop }
    }
}

async fn closed(doors: &mut [Door]) {
    for door in &mut *doors {
        door.stop.send_replace(true);
        door.datagrams.shutdown().await;
    }
    let ended = async {
        for door in &mut *doors {
            while door.connections.join_next().await.is_some() {}
        }
    };
    let _ = timeout(GRACE, ended).await;
    for door in doors {
        door.connections.shutdown().await;
    }
}

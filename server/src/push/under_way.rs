//! Changes that are written down, as seen by who asked for them: what came of each.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::flight::News;
use super::{LOOK, PushFault, Pushed, Pusher};
use crate::account::Host;
use crate::world::ZoneFault;

/// One change on its way.
pub(super) enum Course<N> {
    /// There is nothing to wait for.
    Over(Result<Pushed<N>, PushFault>),
    /// A flight of ours will come as far as this row.
    Ours(Host, watch::Receiver<News>),
    /// Another instance holds the lease, and will find our generation when it is done with its own; it has until then.
    Others(Host, Instant),
}

/// Changes of which all that could be is written down.
pub struct UnderWay<N> {
    pub(super) pusher: Arc<Pusher>,
    pub(super) courses: Vec<Course<N>>,
}

impl<N> UnderWay<N> {
    /// How many were written down.
    #[must_use]
    pub fn written(&self) -> usize {
        self.courses.iter().filter(|course| !matches!(course, Course::Over(_))).count()
    }

    /// Waits until something is known of each; in the order in which the hosts were given.
    pub async fn ended(self) -> Vec<Result<Pushed<N>, PushFault>> {
        let mut ends = Vec::with_capacity(self.courses.len());
        for course in self.courses {
            ends.push(match course {
                Course::Over(end) => end,
                Course::Ours(host, news) => Ok(arrival(host, news).await),
                Course::Others(host, until) => watch(&self.pusher, host, until).await,
            });
        }
        ends
    }
}

/// Waits until the flight has come as far as this row.
async fn arrival<N>(host: Host, mut news: watch::Receiver<News>) -> Pushed<N> {
    loop {
        match news.borrow_and_update().of(host.generation) {
            Some(News::Applied(_)) => return Pushed::Applied(Box::new(host)),
            Some(News::Gone) => return Pushed::Gone,
            Some(News::Failed(_, fault)) => return Pushed::Pending(fault),
            None => {}
        }
        if news.changed().await.is_err() {
            return Pushed::Pending(ZoneFault::Unknown("the service is stopping".to_owned()));
        }
    }
}

async fn watch<N>(pusher: &Pusher, host: Host, until: Instant) -> Result<Pushed<N>, PushFault> {
    while Instant::now() < until {
        sleep(LOOK).await;
        match pusher.desk.host(host.id).await? {
            None => return Ok(Pushed::Gone),
            Some(now) if now.applied >= host.generation => return Ok(Pushed::Applied(Box::new(host))),
            Some(_) => {}
        }
    }
    Ok(Pushed::Pending(ZoneFault::Unknown("another instance of this service did not say that it is done".to_owned())))
}

//! A message's way to the server and back, cut into smaller ones where the server will not have all of it.
//!
//! It must not know who else waits.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::super::link::Link;
use super::super::message;
use super::super::verdict::one_may_spoil;
use super::{Job, Outcome};
use crate::world::ZoneFault;

/// How messages of one zone go.
pub(in super::super) struct Course {
    /// The zone.
    pub(in super::super) zone: String,
    /// By whom.
    pub(in super::super) link: Arc<Link>,
    /// To be under way to the server.
    pub(in super::super) permits: Arc<Semaphore>,
    /// Of one exchange.
    pub(in super::super) timeout: Duration,
}

impl Course {
    /// Pushes all of them and tells each what came of it; takes no longer than one exchange may.
    pub(super) async fn deliver(&self, batch: Vec<Job>) -> Outcome {
        self.halve(batch, Instant::now() + self.timeout).await
    }

    /// Half and half again on a refusal: Knot refuses the whole for one, and so does everyone when one name is an alias.
    fn halve(&self, mut batch: Vec<Job>, until: Instant) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move {
            let result = self.ask(&batch, until).await;
            let outcome = match result {
                Err(ZoneFault::Unknown(_) | ZoneFault::NotSent(_)) => Outcome::Silent,
                _ => Outcome::Heard,
            };
            match result {
                Err(fault) if batch.len() > 1 && one_may_spoil(&fault) => {
                    let other = batch.split_off(batch.len() / 2);
                    tokio::join!(self.halve(batch, until), self.halve(other, until));
                }
                result => batch.into_iter().for_each(|job| job.end(result.clone())),
            }
            outcome
        })
    }

    async fn ask(&self, batch: &[Job], until: Instant) -> Result<(), ZoneFault> {
        let message = message::update(&self.zone, batch.iter().map(|job| &job.records))
            .map_err(|misfit| ZoneFault::NotAsked(misfit.to_string()))?;
        let late = |_| ZoneFault::NotSent("too much is under way to the name server".to_owned());
        let permit = tokio::time::timeout_at(until, self.permits.acquire()).await.map_err(late)?;
        let answered = self.link.exchange(message, until).await;
        drop(permit);
        let answered = answered.map_err(|silence| {
            let said = format!("{}: {silence}", self.link.at());
            if silence.before_sending() { ZoneFault::NotSent(said) } else { ZoneFault::Unknown(said) }
        })?;
        answered.update(self.link.key())
    }
}

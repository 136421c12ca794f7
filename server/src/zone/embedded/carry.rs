//! Carries a transfer over its connection: which kind, message after message, as fast as the secondary reads.
#![forbid(unsafe_code)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::{debug, warn};

use super::House;
use super::catalog::Version;
use super::draft::Wanted;
use super::tcp::Connection;
use super::transfer::{Lines, Transfer, has_it};

/// How long a transfer waits for others to end.
const QUEUE: Duration = Duration::from_secs(30);

impl Connection {
    /// Answers one AXFR or IXFR.
    pub(super) async fn carry(&mut self, wanted: Wanted, house: &House) -> io::Result<()> {
        let place = timeout(QUEUE, house.transfers.acquire()).await?;
        let _place = place.map_err(|_| io::ErrorKind::BrokenPipe)?;
        let Wanted { question, zone, since, edns, signer } = wanted;
        // what is pushed from here on is in no message of this transfer
        let version = zone.now.load_full();
        let lines = lines(&zone.name, &version, since, house).await;
        let mut transfer = Transfer::of(&version, lines, question, edns, signer);
        let mut space = Vec::new();
        while let Some(message) = transfer.next(space) {
            self.write(&message).await?;
            space = message;
        }
        debug!("zone {}: serial {} to {} (it had {since:?})", zone.name, version.serial, self.peer());
        Ok(())
    }
}

async fn lines<'v>(zone: &str, version: &'v Arc<Version>, since: Option<u32>, house: &House) -> Lines<'v> {
    let Some(since) = since else { return Lines::whole(version) };
    if has_it(version, since) {
        return Lines::current(version);
    }
    match house.shelf.since(zone, since).await {
        Ok(changes) => changes.and_then(|changes| Lines::changes(version, since, changes)),
        Err(fault) => {
            warn!("zone {zone}: sent whole, its journal cannot be read: {fault}");
            None
        }
    }
    .unwrap_or_else(|| Lines::whole(version))
}

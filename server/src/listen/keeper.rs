//! Closes connections whose time is up. One look at all of them four times a second costs less than a timer for each, and a client that
//! sends or takes byte by byte gains nothing: times count from the beginning of a thing, not from its last byte.

use std::sync::Arc;
use std::time::Duration;

use super::crowd::Crowd;
use super::limits::{HEAD_TIME, IDLE_TIME};
use super::pulse::Phase;

const LOOK: Duration = Duration::from_millis(250);
/// A connection idle for longer sleeps without buffers; waking costs less than a request.
const NAP: Duration = Duration::from_millis(500);
/// After `request_timeout` the answer that says so must still go out.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Runs until it is aborted.
pub(super) async fn keep(crowd: Arc<Crowd>) {
    loop {
        tokio::time::sleep(LOOK).await;
        crowd.close_late(late);
        crowd.lull(NAP);
    }
}

fn late(phase: Phase, age: Duration, request_timeout: Duration) -> bool {
    match phase {
        Phase::Opening => age > HEAD_TIME,
        Phase::Idle => age > IDLE_TIME,
        Phase::Head => age > HEAD_TIME.min(request_timeout),
        Phase::Busy => age > request_timeout + LAST_WORDS,
        Phase::Closing => true,
    }
}

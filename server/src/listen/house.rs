//! What all connections of one listener share: limits, the handler, and hyper set to our limits.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::watch;

use super::crowd::Crowd;
use super::limits::{HEAD, Limits};
use super::tls::Tls;
use crate::world::Handler;

/// What all connections of one listener share.
pub(super) struct House {
    pub(super) tls: Option<Tls>,
    pub(super) limits: ArcSwap<Limits>,
    pub(super) handler: Arc<dyn Handler>,
    pub(super) crowd: Arc<Crowd>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) one: http1::Builder,
    pub(super) two: http2::Builder<TokioExecutor>,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("House").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl House {
    pub(super) fn new(
        tls: Option<Tls>,
        limits: ArcSwap<Limits>,
        handler: Arc<dyn Handler>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { tls, limits, handler, crowd: Arc::default(), stop, one: http1(), two: http2() }
    }
}

fn http1() -> http1::Builder {
    let mut one = http1::Builder::new();
    // times are the keeper's: hyper's own header timeout would count the idle time too, and costs a timer for each request
    one.header_read_timeout(None).max_header_size(HEAD).max_buf_size(2 * HEAD);
    // an update that was asked for is carried out, even if the client has shut down its sending side
    one.half_close(true);
    one
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut two = http2::Builder::new(TokioExecutor::new());
    two.timer(TokioTimer::new());
    two.max_concurrent_streams(64).max_header_list_size(16 * 1024).max_frame_size(16 * 1024);
    two.initial_stream_window_size(64 * 1024).initial_connection_window_size(256 * 1024).max_send_buf_size(64 * 1024);
    // rapid reset (CVE-2023-44487) and its kin: h2's and hyper's defaults are 20 and 1024
    two.max_pending_accept_reset_streams(20).max_local_error_reset_streams(128);
    two.keep_alive_interval(Duration::from_secs(20)).keep_alive_timeout(Duration::from_secs(10));
    two
}

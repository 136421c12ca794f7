//! What operators' programs ask the running service: `/healthz`, whether it can serve, and `/metrics`, what it has done (Prometheus text
//! exposition 0.0.4). On a listener of its own, without a password: nothing here is secret, no name of a user or host is told.
//!
//! It changes nothing, and however often it is asked, the database is asked once a second at most.

mod exposition;
mod health;
mod metrics;
mod process;

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::watch;

use crate::tally::Tally;
use crate::world::{Handler, Reply, Request, Store};
use health::Health;
use metrics::Backlog;

/// Numbers that others keep, as they are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Connections open.
    pub open: u64,
    /// Connections let in since the start.
    pub accepted: u64,
    /// Connections closed at once, for want of a place.
    pub refused: u64,
    /// Idle connections closed, because another needed the place.
    pub displaced: u64,
    /// Connections closed because they were too slow.
    pub late: u64,
    /// Passwords that are being hashed or wait for it.
    pub hashes: u64,
    /// Log lines that could not be written.
    pub lines_lost: u64,
}

/// Asks those others.
pub type Ask = dyn Fn() -> Gauges + Send + Sync;

/// Where the answers are.
pub struct Sources {
    /// Asked whether it answers, and what waits in it.
    pub store: Arc<dyn Store>,
    /// What was counted.
    pub tally: Arc<Tally>,
    /// What others count.
    pub ask: Box<Ask>,
    /// True from the order to stop on.
    pub stopping: watch::Receiver<bool>,
    /// When the service began.
    pub started: SystemTime,
}

/// Answers `/healthz` and `/metrics`.
pub struct Status {
    sources: Sources,
    health: Health,
    backlog: Backlog,
}

impl Status {
    /// From these sources.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self { sources, health: Health::default(), backlog: Backlog::default() }
    }

    async fn healthz(&self, json: bool) -> Reply {
        let trouble = if *self.sources.stopping.borrow() {
            Some("the service is stopping")
        } else {
            self.health.trouble(&*self.sources.store).await
        };
        health::reply(trouble, json)
    }

    async fn metrics(&self) -> Reply {
        let up = self.health.trouble(&*self.sources.store).await.is_none();
        let waiting = if up { self.backlog.read(&*self.sources.store).await } else { None };
        let text = metrics::page(&self.sources, up, waiting);
        reply(200, "text/plain; version=0.0.4; charset=utf-8", text)
    }
}

#[async_trait::async_trait]
impl Handler for Status {
    async fn answer(&self, request: Request) -> Reply {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            let mut reply = plain(405, "GET or HEAD is wanted\n");
            reply.headers.push(("allow", "GET, HEAD".to_owned()));
            return reply;
        }
        match request.path.as_str() {
            "/healthz" => self.healthz(health::wants_json(&request)).await,
            "/metrics" => self.metrics().await,
            _ => plain(404, "/healthz and /metrics are here\n"),
        }
    }
}

fn plain(status: u16, text: &str) -> Reply {
    reply(status, "text/plain; charset=utf-8", text.to_owned())
}

fn reply(status: u16, kind: &str, body: String) -> Reply {
    let headers = vec![("content-type", kind.to_owned()), ("cache-control", "no-store".to_owned())];
    Reply { status, headers, body: body.into_bytes() }
}

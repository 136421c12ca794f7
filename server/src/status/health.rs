//! Whether the service can serve: the database answers. What the database says in detail is for the log, not for whoever asks here.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::reply as whole;
use crate::world::{Reply, Request, Store};

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(1);

/// How long the database has to answer; load balancers often wait for two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The last answer.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Option<(Instant, Option<&'static str>)>>);

impl Health {
    /// What is wrong, as a sentence. Whoever asks while the database is being asked waits for that same answer.
    pub(super) async fn trouble(&self, store: &dyn Store) -> Option<&'static str> {
        let mut last = self.0.lock().await;
        if let Some((at, trouble)) = *last
            && at.elapsed() < FRESH
        {
            return trouble;
        }
        let before = last.and_then(|(_, trouble)| trouble);
        let (trouble, why) = match timeout(PATIENCE, store.check()).await {
            Ok(Ok(_)) => (None, None),
            Ok(Err(fault)) => (Some("the database does not answer"), Some(fault.to_string())),
            Err(_) => (Some("the database does not answer in time"), Some("no answer in time".to_owned())),
        };
        match (before, &why) {
            (None, Some(why)) => warn!(why, "not healthy"),
            (Some(_), None) => info!("healthy again"),
            _ => {}
        }
        *last = Some((Instant::now(), trouble));
        trouble
    }
}

/// Whether the client would rather read JSON than text.
pub(super) fn wants_json(request: &Request) -> bool {
    request.header("accept").any(|value| {
        let value = String::from_utf8_lossy(value).to_ascii_lowercase();
        value.split(',').any(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json")
    })
}

/// `ok`, or what is wrong.
pub(super) fn reply(trouble: Option<&str>, json: bool) -> Reply {
    let status = if trouble.is_some() { 503 } else { 200 };
    if !json {
        return whole(status, "text/plain; charset=utf-8", format!("{}\n", trouble.unwrap_or("ok")));
    }
    let value = match trouble {
        None => serde_json::json!({ "status": "ok" }),
        Some(sentence) => serde_json::json!({ "status": "unavailable", "message": sentence }),
    };
    whole(status, "application/json", format!("{value}\n"))
}

//! Everything that is counted, as one page.

use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::exposition::{Page, float};
use super::{Gauges, Sources, process};
use crate::tally::Tally;
use crate::world::{Store, Waiting};

/// How long a count of what waits holds: it takes a large database some milliseconds.
const FRESH: Duration = Duration::from_secs(5);

const PATIENCE: Duration = Duration::from_secs(2);

/// What waits in the database, as it was last counted.
#[derive(Debug, Default)]
pub(super) struct Backlog(Mutex<Option<(Instant, Waiting)>>);

impl Backlog {
    /// `None` when it cannot be counted: no number is better than an old one.
    pub(super) async fn read(&self, store: &dyn Store) -> Option<Waiting> {
        let mut last = self.0.lock().await;
        if let Some((at, waiting)) = *last
            && at.elapsed() < FRESH
        {
            return Some(waiting);
        }
        let counted = timeout(PATIENCE, store.waiting()).await.ok()?.ok()?;
        *last = Some((Instant::now(), counted));
        Some(counted)
    }
}

/// The page.
pub(super) fn page(sources: &Sources, up: bool, waiting: Option<Waiting>) -> String {
    let mut page = Page::default();
    page.told("ddns_build_info", "The program.", ("version", env!("CARGO_PKG_VERSION")));
    page.gauge("ddns_database_up", "Whether the database answers.", f64::from(u8::from(up)));
    requests(&mut page, &sources.tally);
    dns(&mut page, &sources.tally);
    beside(&mut page, &sources.tally);
    if let Some(waiting) = waiting {
        page.gauge(
            "ddns_hosts_pending",
            "Hosts whose newest addresses the DNS is not known to have.",
            float(waiting.hosts),
        );
        page.gauge("ddns_letters_waiting", "Letters in the outbox.", float(waiting.letters));
    }
    others(&mut page, &(sources.ask)());
    let started = sources.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    process::write(&mut page, started);
    page.text()
}

fn requests(page: &mut Page, tally: &Tally) {
    page.counters(
        "ddns_requests_total",
        "Requests, by the word of the answer (of several the worst).",
        "answer",
        tally.answers.all(),
    );
    page.histogram("ddns_request_duration_seconds", "From a whole request to its answer.", &tally.request_time.read());
    page.counters(
        "ddns_page_requests_total",
        "Requests for the owners' page, by how they ended.",
        "end",
        tally.pages.all(),
    );
    page.counters(
        "ddns_logins_refused_total",
        "Logins not let in: wrong, or too many wrong ones before from this network or for this user.",
        "reason",
        tally.refused.all(),
    );
}

fn dns(page: &mut Page, tally: &Tally) {
    page.counters(
        "ddns_dns_pushes_total",
        "Hosts pushed to the name server, by what came of it.",
        "outcome",
        tally.pushes.all(),
    );
    page.histogram(
        "ddns_dns_push_duration_seconds",
        "From a push to the name server's answer.",
        &tally.push_time.read(),
    );
}

fn beside(page: &mut Page, tally: &Tally) {
    let mut counter = |name, help, count: &crate::tally::Count| page.counter(name, help, float(count.get()));
    counter("ddns_sweeps_total", "Looks for expired hosts.", &tally.sweeps);
    counter("ddns_sweeps_broken_total", "Looks for expired hosts that the database broke off.", &tally.broken_sweeps);
    counter("ddns_hosts_expired_total", "Hosts whose records were removed because they had expired.", &tally.expired);
    counter(
        "ddns_hosts_expiry_failures_total",
        "Expired hosts whose records could not be removed at once.",
        &tally.not_expired,
    );
    page.counters(
        "ddns_letters_total",
        "Letters handed to the mail server, by what came of it.",
        "outcome",
        tally.letters.all(),
    );
}

fn others(page: &mut Page, now: &Gauges) {
    page.gauge("ddns_connections_open", "Client connections open.", float(now.open));
    let mut counter = |name, help, count| page.counter(name, help, float(count));
    counter("ddns_connections_accepted_total", "Client connections let in.", now.accepted);
    counter("ddns_connections_refused_total", "Client connections closed at once for want of a place.", now.refused);
    counter(
        "ddns_connections_displaced_total",
        "Idle client connections closed because another needed the place.",
        now.displaced,
    );
    counter("ddns_connections_late_total", "Client connections closed because they were too slow.", now.late);
    counter("ddns_log_lines_lost_total", "Log lines that could not be written.", now.lines_lost);
    page.gauge("ddns_password_hashes", "Passwords being hashed or waiting for it.", float(now.hashes));
}

//! The listener at `tracing`: which events become lines. What other crates say counts only when it is a warning, or at DEBUG.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::SystemTime;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::line::{Fields, Line};
use super::writer::Queue;
use crate::config::LogLevel;

/// Crates that write heads of requests, or parts of them, into their debugging lines: those hold passwords.
const INDISCREET: [&str; 3] = ["h2", "hyper", "hyper_util"];

/// The level, which a reload may change.
#[derive(Debug)]
pub(super) struct Loudness(AtomicU8);

impl Loudness {
    pub(super) fn new(level: LogLevel) -> Self {
        Self(AtomicU8::new(level as u8))
    }

    pub(super) fn set(&self, level: LogLevel) {
        self.0.store(level as u8, Ordering::Relaxed);
    }

    fn most(&self) -> Level {
        match self.0.load(Ordering::Relaxed) {
            0 => Level::DEBUG,
            1 => Level::INFO,
            2 => Level::WARN,
            _ => Level::ERROR,
        }
    }

    fn lets_through(&self, metadata: &Metadata<'_>) -> bool {
        let most = self.most();
        let room = metadata.target().split("::").next().unwrap_or_default();
        let ours = matches!(room, "ddns" | "ddns_service");
        let quiet = if most != Level::DEBUG || INDISCREET.contains(&room) { Level::WARN } else { Level::DEBUG };
        // in tracing the louder level is the greater one
        *metadata.level() <= if ours { most } else { most.min(quiet) }
    }
}

/// Makes lines of events.
pub(super) struct Lines {
    queue: Queue,
    loudness: Arc<Loudness>,
}

impl Lines {
    pub(super) fn new(queue: Queue, loudness: Arc<Loudness>) -> Self {
        Self { queue, loudness }
    }
}

/// A span's fields, already written out.
struct Around(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.loudness.lets_through(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.loudness.lets_through(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.loudness.most()))
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Around(fields.rest()));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(Around(text)) = span.extensions_mut().get_mut::<Around>()
        {
            text.push_str(&fields.rest());
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut around = String::new();
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(Around(text)) = span.extensions().get::<Around>() {
                around.push_str(text);
            }
        }
        self.queue.push(Line { at: SystemTime::now(), level: *event.metadata().level(), text: fields.text(&around) });
    }
}

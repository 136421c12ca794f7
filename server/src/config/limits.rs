//! `[defaults]` and `[rate_limit]`: numbers.
#![forbid(unsafe_code)]

use std::time::Duration;

use super::keys::{Key, defaults as d, rate_limit as k};
use super::settings::{Defaults, RateLimit, Window};
use super::sheet::Sheet;

pub(super) fn defaults(sheet: &Sheet<'_>) -> Defaults {
    let most: u32 = sheet.number(&d::HOST_LIMIT);
    Defaults {
        dns_ttl: sheet.number(&d::DNS_TTL),
        expiry_ttl: sheet.number(&d::EXPIRY_TTL),
        host_limit: (most > 0).then_some(most),
    }
}

/// `None` when it is switched off; its keys are checked all the same.
pub(super) fn rate_limit(sheet: &Sheet<'_>) -> Option<RateLimit> {
    let limit = RateLimit {
        good: window(sheet, &k::GOOD_WINDOW_SECONDS, &k::GOOD_MAX_REQUESTS),
        bad: window(sheet, &k::BAD_WINDOW_SECONDS, &k::BAD_MAX_REQUESTS),
        cleanup_interval: Duration::from_secs(sheet.number(&k::CLEANUP_INTERVAL)),
    };
    let enabled = sheet.flag(&k::ENABLED);
    if let Some(entry) = sheet.entry(&k::ENABLED).filter(|_| !enabled) {
        sheet.odd(entry, "passwords can be guessed without a limit".to_owned());
    }
    enabled.then_some(limit)
}

fn window(sheet: &Sheet<'_>, span: &Key, most: &Key) -> Window {
    Window { span: Duration::from_secs(sheet.number(span)), most: sheet.number(most) }
}

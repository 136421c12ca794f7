//! Where a redirect may lead (RFC 9110 section 15.4). What is not followed is handed back as it is.
#![forbid(unsafe_code)]

use crate::url::Url;
use crate::world::Request;

/// More are a loop.
pub(super) const LIMIT: usize = 5;

/// The URL to ask next, if that is safe: only GET, never from https to http, and never to another server with anything secret on board.
pub(super) fn next(request: &Request, from: &Url, status: u16, location: &str) -> Option<Url> {
    if request.method != "GET" || !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to = from.join(location).ok()?;
    let downgrade = from.secure && !to.secure;
    let upgrade = !from.secure && to.secure;
    let same_host = from.host == to.host && (upgrade || (from.secure == to.secure && from.port == to.port));
    let laden = request.confidential || request.url.login.is_some() || !request.headers.is_empty();
    if downgrade || (laden && !same_host) {
        return None;
    }
    Some(Url { login: request.url.login.clone(), ..to })
}

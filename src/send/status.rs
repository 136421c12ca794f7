//! What a status alone tells, and an answer that never came.
//!
//! Pure.
#![forbid(unsafe_code)]

use super::json::{End, end};
use crate::answer::{Answer, Refusal, Reply};
use crate::world::{Broken, Response};

/// Nobody answered.
pub(super) fn silent(broken: &Broken) -> End {
    match broken {
        Broken::Interrupted => end(Answer::Interrupted, String::new()),
        broken => Box::new(Reply::unreachable(broken.to_string())),
    }
}

/// What the status alone tells.
pub(super) fn by_status(response: &Response) -> Answer {
    match response.status {
        401 => Answer::Refused(Refusal::BadAuth),
        403 => Answer::Refused(Refusal::Forbidden),
        404 => Answer::Refused(Refusal::NoHost),
        429 => Answer::SlowDown(response.retry_after),
        500.. => Answer::ServerTrouble(response.retry_after),
        _ => Answer::Unclear,
    }
}

//! Which of several records is ours, and what became of it.
//!
//! Pure.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use super::Job;

/// What an update came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record holds the new address.
    Updated,
    /// There was no record; now there is.
    Created,
    /// It held the address already, and nothing was written.
    Right,
}

/// Which of several records of a name is ours: the one that holds the new address already, else the one that holds the registered one, else
/// the first. `None` where there is no record.
pub(super) fn ours<R>(
    job: &Job<'_>,
    address: IpAddr,
    records: &[R],
    held: impl Fn(&R) -> Option<IpAddr>,
) -> Option<usize> {
    let holding = |wanted: IpAddr| records.iter().position(|record| held(record) == Some(wanted));
    holding(address).or_else(|| job.registered.and_then(holding)).or((!records.is_empty()).then_some(0))
}

//! Which of several records is ours, and what became of it.
//!
//! Pure.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use serde_json::Value;

use super::Job;

/// What an update came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record holds the new address.
    Updated,
    /// The name had several records, which are one set for the provider; now it has this one.
    Merged,
    /// There was no record; now there is.
    Created,
    /// It held the address already, and nothing was written.
    Right,
}

impl Outcome {
    /// Of a set that is written as a whole and had so many values.
    pub(super) fn of_set(values: usize) -> Self {
        match values {
            0 => Self::Created,
            1 => Self::Updated,
            _ => Self::Merged,
        }
    }
}

/// Which of several records of a name is ours: the one that holds the new address already, else the one that holds the registered one, else
/// the first, which is noted in [`Job::guessed`]. `None` where there is no record.
pub(super) fn ours<R>(
    job: &Job<'_>,
    address: IpAddr,
    records: &[R],
    held: impl Fn(&R) -> Option<IpAddr>,
) -> Option<usize> {
    let held: Vec<Option<IpAddr>> = records.iter().map(held).collect();
    best(job, address, &held)
}

fn best(job: &Job<'_>, address: IpAddr, held: &[Option<IpAddr>]) -> Option<usize> {
    let holding = |wanted: IpAddr| held.iter().position(|held| *held == Some(wanted));
    let told = holding(address).or_else(|| job.registered.and_then(holding));
    if let (None, 2.., Some(guessed)) = (told, held.len(), job.guessed) {
        guessed.set(true);
    }
    told.or((!held.is_empty()).then_some(0))
}

/// [`ours`] among records whose address is the text of one of their members.
pub(super) fn chosen<'r>(job: &Job<'_>, address: IpAddr, records: &'r [Value], member: &str) -> Option<&'r Value> {
    ours(job, address, records, |record| held(record, member)).map(|at| &records[at])
}

/// The address that a member of a record is the text of.
pub(super) fn held(record: &Value, member: &str) -> Option<IpAddr> {
    record[member].as_str()?.parse().ok()
}

/// The addresses of all records.
pub(super) fn all_held(records: &[Value], member: &str) -> Vec<IpAddr> {
    records.iter().filter_map(|record| held(record, member)).collect()
}

/// The rows whose members read so, upper and lower case alike.
pub(super) fn reading(rows: &[Value], members: &[(&str, &str)]) -> Vec<Value> {
    let reads = |row: &&Value| {
        members.iter().all(|(member, text)| row[*member].as_str().is_some_and(|own| own.eq_ignore_ascii_case(text)))
    };
    rows.iter().filter(reads).cloned().collect()
}

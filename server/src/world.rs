//! The window to the outside: what the corridors may ask of the database, of the name server, of the mail server and of the clock.
//!
//! Traits and plain nouns, no bodies: those are in `store/`, `zone/`, `post/` and `clock.rs`, which know this file and not each other.
#![forbid(unsafe_code)]

mod letters;
mod records;
mod rows;
mod wants;
mod wire;

pub use letters::{Letter, LetterFault, Mail};
pub use records::{Checked, Records, Set, Shelf, Zone, ZoneChange, ZoneFault};
pub use rows::{
    Asked, Event, EventKind, Found, HostFilter, NewHost, NewUser, Posted, Rejected, Store, StoreFault, Waiting, Wish,
};
pub use wants::{LATE, Lease, Settled, Touch, Undone, Want, Wanted};
pub use wire::{Handler, Reply, Request};

use crate::moment::Moment;

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now, by the wall clock.
    fn now(&self) -> Moment;
}

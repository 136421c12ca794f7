//! What becomes of a host's row, and who may bring it to the DNS: a change written on a condition, the lease taken with it, and how the lease
//! is given back.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::time::Duration;

use super::{Event, Letter};
use crate::account::Host;
use crate::moment::Moment;
use crate::pair::Pair;

/// How long after it was sent a message can still be taken by the name server: twice the time by which a signature may be off (300 s,
/// RFC 8945 section 10), for clocks that differ. A server that hung may read an old message after a newer one came by another connection, so
/// a host of which one may be under way is pushed again and again until this time is over, at growing intervals.
pub const LATE: Duration = Duration::from_mins(10);

/// Who may push a host to the DNS, and for how long, by the database's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// This run of this program: random, so that no two are alike.
    pub owner: String,
    /// From now.
    pub span: Duration,
}

/// A host is to become another, if nobody was faster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// The row as it is to be. It is written only where the row still has the generation before this one's, or without a lease this one's;
    /// `applied` is not written.
    pub host: Host,
    /// [`crate::account::Held::seen`] as it was read: who removes an address must not miss that a client just confirmed it. It is written
    /// only where these are still so.
    pub seen: Pair<Option<Moment>>,
    /// Taken in the same statement, if it is free or already this owner's. `None` where nothing of it concerns the DNS.
    pub lease: Option<Lease>,
    /// Goes to the outbox in the same transaction.
    pub letter: Option<Letter>,
    /// Lines of history, written in the same transaction.
    pub events: Vec<Event>,
}

/// What became of a [`Want`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Written, and the host is ours to push.
    Ours,
    /// Written; another instance holds the lease and will push it.
    Others,
    /// Written, and nothing of it concerns the DNS.
    Noted,
    /// Not written: the row has moved on; this is what it is now.
    Stale(Box<Host>),
    /// Not written: there is no such host any more.
    Gone,
}

/// A client said that addresses still hold. Written only where the generation is still this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The host.
    pub host: i64,
    /// As it was read.
    pub generation: i64,
    /// New times of `Held::seen` and `Held::expires`; `None` leaves a family as it is.
    pub times: Pair<Option<(Moment, Option<Moment>)>>,
    /// From where it was said.
    pub source: Option<IpAddr>,
}

/// What became of the note that a generation is in the DNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is the newest; the lease is free again.
    Done,
    /// A newer one is wanted by now: `applied` is noted, the lease is still ours and was made longer; push this.
    MovedOn(Box<Host>),
    /// The lease had run out and is another's: nothing was noted.
    Lost,
    /// The host is gone.
    Gone,
}

/// A lease given back without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The host.
    pub host: i64,
    /// Not before this time from now is it to be pushed again.
    pub after: Duration,
    /// Whether what was sent about it may still come into the DNS.
    pub late: bool,
}

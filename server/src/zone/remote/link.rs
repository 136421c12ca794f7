//! Everything that one key signs for one server: on one connection, many messages under way, each answer to the message it belongs to.
//!
//! It must not know what is asked. What a connection's end means for a message:
//!
//! - It fails with the connection: whether it was done nobody knows. The caller says the newest truth again.
//! - Only a message that was sent into silence on a connection that had been idle is sent once more on a fresh one. Servers close idle
//!   connections, and their goodbye may cross our message. It is right even if the first copy was read after all: an update is the whole
//!   truth of its names, twice is as good as once, and no newer one of these names is sent before this one's end is told.
//! - A message that is late keeps its place on the connection, and so does what follows: on one connection a server takes updates in their
//!   order, so that an old address cannot come after a new one. Only when all is silent for twice the time is the connection cut, with all
//!   that has not reached the server. What a server has received before, and works off after a long standstill, nobody can call back: it
//!   could then come after a newer one on the next connection. Who pushes therefore says the truth again until it cannot come any more
//!   ([`crate::world::LATE`]).

mod line;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::keys::NamedKey;
use super::verdict::Answered;
use crate::world::Clock;
use line::Line;

/// Messages between here and the connection; more wait at their senders.
const ROOM: usize = 64;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Nobody listens there.
    Refused,
    /// No connection: the system's words.
    Unreachable(String),
    /// No connection in time.
    NoConnection(Duration),
    /// A connection, but no answer in time.
    NoAnswer(Duration),
    /// The connection broke before the answer: the system's words.
    Broken(String),
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("connection refused"),
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::NoConnection(limit) => write!(f, "no connection within {} s", limit.as_secs_f32()),
            Self::NoAnswer(limit) => write!(f, "no answer within {} s", limit.as_secs_f32()),
            Self::Broken(why) => write!(f, "the connection broke before the answer: {why}"),
        }
    }
}

impl Silence {
    fn of_connecting(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            _ => Self::Unreachable(error.to_string()),
        }
    }

    /// Whether the message certainly never left.
    pub(super) fn before_sending(&self) -> bool {
        matches!(self, Self::Refused | Self::Unreachable(_) | Self::NoConnection(_))
    }

    fn of_ending(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken("closed by the name server".to_owned()),
            _ => Self::Broken(error.to_string()),
        }
    }
}

/// A message on its way, not yet signed.
struct Exchange {
    message: Vec<u8>,
    until: Instant,
    /// Sent on a connection that turned out to be closed.
    again: bool,
    tell: oneshot::Sender<Result<Answered, Silence>>,
}

impl Exchange {
    /// There is no connection for it; of one that was sent before, that is not all.
    fn unsent(self, why: Silence) {
        let why = if self.again { Silence::Broken(why.to_string()) } else { why };
        self.end(Err(why));
    }

    fn end(self, result: Result<Answered, Silence>) {
        // who asked may be gone
        let _ = self.tell.send(result);
    }
}

/// Where and how.
#[derive(Clone)]
pub(super) struct Way {
    /// The server.
    pub(super) at: SocketAddr,
    /// Who signs.
    pub(super) key: Option<Arc<NamedKey>>,
    /// What signatures are dated by.
    pub(super) clock: Arc<dyn Clock>,
    /// Of one exchange.
    pub(super) timeout: Duration,
}

/// The near end of a connection, which is made when it is first needed.
pub(super) struct Link {
    way: Way,
    line: OnceLock<mpsc::Sender<Exchange>>,
}

impl Link {
    pub(super) fn new(way: Way) -> Self {
        Self { way, line: OnceLock::new() }
    }

    pub(super) fn key(&self) -> Option<&NamedKey> {
        self.way.key.as_deref()
    }

    pub(super) fn at(&self) -> SocketAddr {
        self.way.at
    }

    /// Sends a message, whose id is given here, and waits for its answer, until `until` at most.
    pub(super) async fn exchange(&self, message: Vec<u8>, until: Instant) -> Result<Answered, Silence> {
        let (tell, told) = oneshot::channel();
        let exchange = Exchange { message, until, again: false, tell };
        let late = || Silence::NoAnswer(self.way.timeout);
        match tokio::time::timeout_at(until, self.line().send(exchange)).await {
            Ok(Ok(())) => told.await.unwrap_or_else(|_| Err(late())),
            Ok(Err(_)) | Err(_) => Err(late()),
        }
    }

    fn line(&self) -> &mpsc::Sender<Exchange> {
        self.line.get_or_init(|| {
            let (sender, inbox) = mpsc::channel(ROOM);
            tokio::spawn(Line::new(self.way.clone(), inbox).run());
            sender
        })
    }
}

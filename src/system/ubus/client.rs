//! One call over ubusd's socket: greeting, lookup, invoke, answer.
//!
//! Never blocks beyond its patience, not even in `connect(2)`; knows nothing of what the answer means.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use serde_json::Value;

use super::wire::{self, HEAD, Kind, MESSAGE_LIMIT, WireFault};
use crate::system::patience::{Impatient, Patience};

/// So many messages may come before the one that is waited for.
const MESSAGES: u32 = 64;

/// Why a call gave no answer.
#[derive(Debug)]
pub enum UbusFault {
    /// There is no socket at this place.
    NoSocket,
    /// The socket cannot be used: what the system says.
    Socket(io::Error),
    /// ubusd, or the object, answered with this status.
    Status(u32),
    /// No whole answer in time.
    TimedOut,
    /// A signal asks the process to end.
    Interrupted,
    /// The connection ended in mid-answer.
    Closed,
    /// What came is not what ubusd says.
    Malformed(WireFault),
    /// A well-formed answer, but without what every answer has.
    Incomplete(&'static str),
}

impl fmt::Display for UbusFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSocket => f.write_str("no such socket"),
            Self::Socket(error) => error.fmt(f),
            Self::Status(status) => write!(f, "refused: {}", status_name(*status)),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Closed => f.write_str("connection closed in mid-answer"),
            Self::Malformed(fault) => write!(f, "not the language of ubus: {fault}"),
            Self::Incomplete(what) => write!(f, "an answer without {what}"),
        }
    }
}

impl std::error::Error for UbusFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Socket(error) => Some(error),
            Self::Malformed(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<WireFault> for UbusFault {
    fn from(fault: WireFault) -> Self {
        Self::Malformed(fault)
    }
}

impl From<Impatient> for UbusFault {
    fn from(why: Impatient) -> Self {
        match why {
            Impatient::TimedOut => Self::TimedOut,
            Impatient::Interrupted => Self::Interrupted,
            Impatient::Failed(error) => Self::Socket(error),
        }
    }
}

impl From<io::Error> for UbusFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NoSocket,
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => Self::Closed,
            _ => Self::Socket(error),
        }
    }
}

/// The status codes of `ubusmsg.h` in words.
fn status_name(status: u32) -> String {
    const NAMES: [&str; 11] = [
        "success without an answer",
        "invalid command",
        "invalid argument",
        "no such method",
        "no such object",
        "no data",
        "permission denied",
        "timeout",
        "not supported",
        "unknown error",
        "connection failed",
    ];
    let name = usize::try_from(status).ok().and_then(|place| NAMES.get(place));
    name.map_or_else(|| format!("status {status}"), |name| (*name).to_owned())
}

/// Runs `method` of the object at `path` without arguments and returns its answer, a table.
pub fn call(at: &Path, path: &str, method: &str, patience: &Patience) -> Result<Value, UbusFault> {
    let mut client = Client::connect(at, patience)?;
    client.answer(|message| (message.kind == Kind::Hello).then_some(()))?;
    client.send(&wire::lookup(1, path))?;
    let object = client.result(1, |message| Ok(message.object))?.ok_or(UbusFault::Incomplete("an object number"))?;
    client.send(&wire::invoke(2, object, method))?;
    client.result(2, |message| message.data.map(wire::table).transpose())?.ok_or(UbusFault::Incomplete("data"))
}

struct Client<'a> {
    stream: UnixStream,
    patience: &'a Patience,
    budget: u32,
}

impl<'a> Client<'a> {
    fn connect(at: &Path, patience: &'a Patience) -> Result<Self, UbusFault> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let socket = socket(AddressFamily::Unix, SockType::Stream, flags, None).map_err(io::Error::from)?;
        let address = UnixAddr::new(at).map_err(io::Error::from)?;
        match connect(socket.as_raw_fd(), &address) {
            Ok(()) => Ok(Self { stream: socket.into(), patience, budget: MESSAGES }),
            // its queue is full: it does not take anybody in
            Err(Errno::EAGAIN) => Err(UbusFault::TimedOut),
            Err(error) => Err(io::Error::from(error).into()),
        }
    }

    fn send(&mut self, mut bytes: &[u8]) -> Result<(), UbusFault> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(UbusFault::Closed),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.patience.writable(self.stream.as_fd())?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The first thing `pick` finds among the data messages of the answer to request `sequence`, once its status says success.
    fn result<T>(
        &mut self,
        sequence: u16,
        pick: impl Fn(&wire::Message) -> Result<Option<T>, WireFault>,
    ) -> Result<Option<T>, UbusFault> {
        let mut found = None;
        loop {
            let bytes = self.receive()?;
            let message = wire::message(&bytes)?;
            match message.kind {
                Kind::Data if message.sequence == sequence && found.is_none() => found = pick(&message)?,
                Kind::Status if message.sequence == sequence => {
                    return match message.status.ok_or(UbusFault::Incomplete("a status"))? {
                        0 => Ok(found),
                        status => Err(UbusFault::Status(status)),
                    };
                }
                _ => {}
            }
        }
    }

    fn answer<T>(&mut self, pick: impl Fn(&wire::Message) -> Option<T>) -> Result<T, UbusFault> {
        loop {
            if let Some(found) = pick(&wire::message(&self.receive()?)?) {
                return Ok(found);
            }
        }
    }

    /// One whole message.
    fn receive(&mut self) -> Result<Vec<u8>, UbusFault> {
        self.budget = self.budget.checked_sub(1).ok_or(UbusFault::Incomplete("an end"))?;
        let mut head = [0; HEAD];
        self.fill(&mut head)?;
        let length = wire::length(head)?.min(MESSAGE_LIMIT);
        let mut message = head.to_vec();
        message.resize(length, 0);
        self.fill(&mut message[HEAD..])?;
        Ok(message)
    }

    fn fill(&mut self, mut space: &mut [u8]) -> Result<(), UbusFault> {
        while !space.is_empty() {
            self.patience.readable(self.stream.as_fd())?;
            match self.stream.read(space) {
                Ok(0) => return Err(UbusFault::Closed),
                Ok(count) => space = &mut space[count..],
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

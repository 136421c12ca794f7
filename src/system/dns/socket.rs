//! One message to one name server, by UDP or TCP, and the wait for its answer.
//!
//! It must not know what a message means: the caller says whether one is ours, and what is not is passed over until the time is up.
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrStorage, connect, socket};

use crate::address::Family;
use crate::system::patience::{Impatient, Patience};
use crate::system::tie::tie;
use crate::world::Bind;

/// A datagram that fills this is taken for a cut one; four times what we say we take, for servers that do not listen.
const DATAGRAM: usize = 4096;

/// The bit in the third octet of an answer that did not fit.
pub(super) const TC: u8 = 2;

/// Why no message of the server was of use.
#[derive(Debug)]
pub(super) enum Silence {
    /// The wait ended.
    Impatient(Impatient),
    /// The system reports that the server cannot be reached or broke off.
    Broken(io::Error),
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impatient(why) => why.fmt(f),
            Self::Broken(error) => plain(error, f),
        }
    }
}

/// The system's words, without the number Rust puts behind them.
fn plain(error: &io::Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match error.raw_os_error() {
        Some(code) => f.write_str(&Errno::from_raw(code).desc().to_lowercase()),
        None => write!(f, "{error}"),
    }
}

impl From<Impatient> for Silence {
    fn from(why: Impatient) -> Self {
        Self::Impatient(why)
    }
}

impl From<io::Error> for Silence {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<Errno> for Silence {
    fn from(error: Errno) -> Self {
        Self::Broken(error.into())
    }
}

/// Says whether a message is an answer to ours.
pub(super) type Ours<'a> = &'a dyn Fn(&[u8]) -> bool;

/// The way to a server.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    /// Where it listens.
    pub(super) server: SocketAddr,
    /// Device and source address.
    pub(super) bind: &'a Bind,
}

/// By UDP, from a port the kernel picks at random; only datagrams of the server itself are seen. An answer that fills the buffer is marked
/// as cut.
pub(super) fn udp(way: Way, message: &[u8], ours: Ours, patience: &Patience) -> Result<Vec<u8>, Silence> {
    let (socket, ready) = way.open(SockType::Datagram)?;
    ready?;
    let socket = UdpSocket::from(socket);
    socket.send(message)?;
    let mut buffer = [0; DATAGRAM];
    loop {
        readable(patience, socket.as_fd())?;
        match socket.recv(&mut buffer) {
            Ok(size) if ours(&buffer[..size]) => {
                buffer[2] |= if size == DATAGRAM { TC } else { 0 };
                return Ok(buffer[..size].to_vec());
            }
            Ok(_) => {}
            Err(error) if later(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// By TCP (RFC 7766): each message behind its length.
pub(super) fn tcp(way: Way, message: &[u8], ours: Ours, patience: &Patience) -> Result<Vec<u8>, Silence> {
    let mut stream = connected(way, patience)?;
    let size = u16::try_from(message.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // in one piece: some servers want length and message in the same segment
    let framed = [&size.to_be_bytes(), message].concat();
    write_all(&mut stream, &framed, patience)?;
    loop {
        let mut size = [0; 2];
        read_exact(&mut stream, &mut size, patience)?;
        let mut answer = vec![0; usize::from(u16::from_be_bytes(size))];
        read_exact(&mut stream, &mut answer, patience)?;
        if ours(&answer) {
            return Ok(answer);
        }
    }
}

impl Way<'_> {
    /// A socket that is being connected without blocking, because std's own cannot be ended by a signal descriptor.
    fn open(self, kind: SockType) -> Result<(OwnedFd, nix::Result<()>), Silence> {
        let family = if self.server.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let socket = socket(family, kind, SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC, None)?;
        tie(&socket, self.bind, Family::of(self.server.ip())).map_err(io::Error::other)?;
        let ready = connect(socket.as_raw_fd(), &SockaddrStorage::from(self.server));
        Ok((socket, ready))
    }
}

fn connected(way: Way, patience: &Patience) -> Result<TcpStream, Silence> {
    let (socket, ready) = way.open(SockType::Stream)?;
    match ready {
        Ok(()) | Err(Errno::EINPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    patience.writable(socket.as_fd())?;
    let stream = TcpStream::from(socket);
    match stream.take_error()? {
        Some(error) => Err(error.into()),
        None => Ok(stream),
    }
}

fn write_all(stream: &mut TcpStream, mut bytes: &[u8], patience: &Patience) -> Result<(), Silence> {
    while !bytes.is_empty() {
        match stream.write(bytes) {
            Ok(size) => bytes = bytes.get(size..).unwrap_or_default(),
            Err(error) if later(&error) => patience.writable(stream.as_fd())?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn read_exact(stream: &mut TcpStream, buffer: &mut [u8], patience: &Patience) -> Result<(), Silence> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        readable(patience, stream.as_fd())?;
        match stream.read(rest) {
            Ok(0) => {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "connection closed without an answer").into());
            }
            Ok(size) => done += size,
            Err(error) if later(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A flood of strangers' messages always has something to read: the deadline must be looked at as well.
fn readable(patience: &Patience, fd: BorrowedFd) -> Result<(), Impatient> {
    if patience.left().is_zero() { Err(Impatient::TimedOut) } else { patience.readable(fd) }
}

fn later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_already_there_does_not_count_after_the_deadline() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"x").unwrap();
        let over = Patience::for_(std::time::Duration::ZERO, None);
        assert!(matches!(readable(&over, reader.as_fd()), Err(Impatient::TimedOut)));
        let patient = Patience::for_(std::time::Duration::from_secs(5), None);
        assert!(readable(&patient, reader.as_fd()).is_ok());
    }
}

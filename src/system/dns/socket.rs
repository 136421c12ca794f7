//! One question to one name server, by UDP or TCP, and the wait for its answer.
//!
//! It must not know what a message means: the caller judges, and what is not ours is passed over until the time is up.
#![forbid(unsafe_code)]

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrStorage, connect, socket};

use crate::dns::Judged;
use crate::system::patience::{Impatient, Patience};

/// A datagram that fills this is taken for a cut one; four times what we say we take, for servers that do not listen.
const DATAGRAM: usize = 4096;

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

/// Says what a message means.
pub(super) type Judge<'a> = &'a dyn Fn(&[u8]) -> Judged;

/// By UDP, from a port the kernel picks at random; only datagrams of the server itself are seen.
pub(super) fn udp(server: SocketAddr, question: &[u8], judge: Judge, patience: &Patience) -> Result<Judged, Silence> {
    let any = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.set_nonblocking(true)?;
    socket.send(question)?;
    let mut buffer = [0; DATAGRAM];
    loop {
        readable(patience, socket.as_fd())?;
        match socket.recv(&mut buffer) {
            Ok(size) => match judge(&buffer[..size]) {
                Judged::NotOurs => {}
                _ if size == DATAGRAM => return Ok(Judged::Truncated),
                judged => return Ok(judged),
            },
            Err(error) if later(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// By TCP (RFC 7766): each message behind its length.
pub(super) fn tcp(server: SocketAddr, question: &[u8], judge: Judge, patience: &Patience) -> Result<Judged, Silence> {
    let mut stream = connected(server, patience)?;
    let size = u16::try_from(question.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // in one piece: some servers want length and message in the same segment
    let framed = [&size.to_be_bytes(), question].concat();
    write_all(&mut stream, &framed, patience)?;
    loop {
        let mut size = [0; 2];
        read_exact(&mut stream, &mut size, patience)?;
        let mut message = vec![0; usize::from(u16::from_be_bytes(size))];
        read_exact(&mut stream, &mut message, patience)?;
        match judge(&message) {
            Judged::NotOurs => {}
            judged => return Ok(judged),
        }
    }
}

/// A connection made without blocking, because std's own cannot be ended by a signal descriptor.
fn connected(server: SocketAddr, patience: &Patience) -> Result<TcpStream, Silence> {
    let family = if server.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let socket = socket(family, SockType::Stream, SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC, None)?;
    match connect(socket.as_raw_fd(), &SockaddrStorage::from(server)) {
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

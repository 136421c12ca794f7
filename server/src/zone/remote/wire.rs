//! One TCP connection with messages under way (RFC 1035 section 4.2.2, RFC 7766 section 6.2.1.1): bytes out, whole messages in.
//!
//! It must not know what a message is about, who waits for it, or for how long.

use std::io;
use std::net::SocketAddr;

use tokio::io::Interest;
use tokio::net::TcpStream;

/// Octets of a length.
const PREFIX: usize = 2;

/// Octets that are taken at once.
const CHUNK: usize = 16_384;

/// A connection; what it must still write and what it has of the next message.
pub(super) struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    got: Vec<u8>,
}

impl Wire {
    /// A fresh one.
    pub(super) async fn connect(at: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, out: Vec::new(), got: Vec::new() })
    }

    /// Puts a message behind those that wait to be written; one that is too long for its length is refused.
    pub(super) fn queue(&mut self, message: &[u8]) -> bool {
        let Ok(size) = u16::try_from(message.len()) else { return false };
        self.out.extend_from_slice(&size.to_be_bytes());
        self.out.extend_from_slice(message);
        true
    }

    /// Writes and reads what can be, and returns the messages that are whole by now. To be called again and again, also while nothing is
    /// expected: that is how the other side's goodbye is seen. Nothing is lost if it is dropped while it waits.
    pub(super) async fn turn(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let interest = if self.out.is_empty() { Interest::READABLE } else { Interest::READABLE | Interest::WRITABLE };
        let ready = self.stream.ready(interest).await?;
        // first what came: a server may answer, close, and only then refuse what we write
        if ready.is_readable() || ready.is_read_closed() {
            let open = self.read()?;
            let whole = self.whole();
            if !whole.is_empty() {
                return Ok(whole);
            }
            if !open {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if ready.is_writable() {
            self.write()?;
        }
        Ok(Vec::new())
    }

    /// Whether a part of a message has come.
    pub(super) fn in_mid_message(&self) -> bool {
        !self.got.is_empty()
    }

    /// Ends it so that nothing which is not yet with the other side will ever get there: what the system holds for writing, and would send
    /// again and again for minutes, is thrown away with it.
    pub(super) fn cut(self) {
        // without it the goodbye is only a polite one
        let _ = self.stream.set_zero_linger();
    }

    /// False at the end of the stream.
    fn read(&mut self) -> io::Result<bool> {
        let have = self.got.len();
        self.got.resize(have + CHUNK, 0);
        let read = self.stream.try_read(&mut self.got[have..]);
        self.got.truncate(have + read.as_ref().map_or(0, |&size| size));
        match read {
            Ok(size) => Ok(size > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self) -> io::Result<()> {
        match self.stream.try_write(&self.out) {
            Ok(size) => drop(self.out.drain(..size)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn whole(&mut self) -> Vec<Vec<u8>> {
        let (mut found, mut at) = (Vec::new(), 0);
        while let [high, low, rest @ ..] = &self.got[at..]
            && let Some(message) = rest.get(..usize::from(u16::from_be_bytes([*high, *low])))
        {
            found.push(message.to_vec());
            at += PREFIX + message.len();
        }
        self.got.drain(..at);
        found
    }
}

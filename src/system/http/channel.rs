//! Bytes to and from the other end, through TLS or not, with patience at every wait.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection};

use super::{broken, tls, words};
use crate::system::patience::{Impatient, Patience};
use crate::world::Broken;

/// A connection.
pub(super) struct Channel {
    socket: TcpStream,
    tls: Option<Secured>,
}

struct Secured {
    connection: Box<ClientConnection>,
    /// Whom errors name.
    host: String,
}

impl Channel {
    /// Over a connected non-blocking socket.
    pub(super) fn plain(socket: TcpStream) -> Self {
        Self { socket, tls: None }
    }

    /// Shakes hands; from then on everything is encrypted.
    pub(super) fn secure(&mut self, host: &str, config: &Arc<ClientConfig>, patience: &Patience) -> Result<(), Broken> {
        const STEP: &str = "agreeing on encryption";
        let connection = Box::new(tls::connection(host, config)?);
        let mut secured = Secured { connection, host: host.to_owned() };
        while secured.connection.is_handshaking() {
            if secured.connection.wants_write() {
                secured.flush(&self.socket, patience, STEP)?;
            } else if !secured.pull(&self.socket, patience, STEP)? {
                let why = "the server closed the connection during the handshake".to_owned();
                return Err(Broken::Tls(secured.host, why));
            }
        }
        self.tls = Some(secured);
        Ok(())
    }

    /// All of `bytes`.
    pub(super) fn send(&mut self, bytes: &[u8], patience: &Patience) -> Result<(), Broken> {
        const STEP: &str = "sending the request";
        if let Some(secured) = &mut self.tls {
            secured.connection.writer().write_all(bytes).map_err(|error| Broken::Protocol(words(&error)))?;
            return secured.flush(&self.socket, patience, STEP);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let sent = when_ready(|| (&self.socket).write(rest), || patience.writable(self.socket.as_fd()), STEP)?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// Some bytes, or none at the end of the stream. A TLS stream that ends without saying so ends all the same: whether something is
    /// missing is for HTTP to know.
    pub(super) fn receive(
        &mut self,
        into: &mut [u8],
        patience: &Patience,
        step: &'static str,
    ) -> Result<usize, Broken> {
        let Some(secured) = &mut self.tls else {
            return pull(&self.socket, patience, step, |mut socket| socket.read(into));
        };
        loop {
            match secured.connection.reader().read(into) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                Err(error) => return Err(Broken::Protocol(words(&error))),
            }
            if secured.connection.wants_write() {
                secured.flush(&self.socket, patience, step)?;
            }
            secured.pull(&self.socket, patience, step)?;
        }
    }
}

impl Secured {
    /// Sends what TLS has to say.
    fn flush(&mut self, socket: &TcpStream, patience: &Patience, step: &'static str) -> Result<(), Broken> {
        while self.connection.wants_write() {
            when_ready(|| self.connection.write_tls(&mut &*socket), || patience.writable(socket.as_fd()), step)?;
        }
        Ok(())
    }

    /// Takes in what has come; false at the end of the stream.
    fn pull(&mut self, socket: &TcpStream, patience: &Patience, step: &'static str) -> Result<bool, Broken> {
        let connection = &mut self.connection;
        let count = pull(socket, patience, step, |mut socket| connection.read_tls(&mut socket))?;
        if let Err(error) = connection.process_new_packets() {
            // the other end should learn why; that it cannot is no further news
            let _ = connection.write_tls(&mut &*socket);
            return Err(Broken::Tls(self.host.clone(), tls::why(&error)));
        }
        Ok(count > 0)
    }
}

/// Waits before each read, even when bytes are there: an endless stream must not outrun the limit or a signal.
fn pull(
    socket: &TcpStream,
    patience: &Patience,
    step: &'static str,
    mut read: impl FnMut(&TcpStream) -> io::Result<usize>,
) -> Result<usize, Broken> {
    patience.readable(socket.as_fd()).map_err(|ended| broken(ended, step))?;
    if patience.left().is_zero() {
        return Err(Broken::Timeout(step));
    }
    when_ready(|| read(socket), || patience.readable(socket.as_fd()), step)
}

fn when_ready(
    mut act: impl FnMut() -> io::Result<usize>,
    wait: impl Fn() -> Result<(), Impatient>,
    step: &'static str,
) -> Result<usize, Broken> {
    loop {
        match act() {
            Ok(count) => return Ok(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => wait().map_err(|ended| broken(ended, step))?,
            Err(error) => return Err(Broken::Protocol(format!("{} while {step}", words(&error)))),
        }
    }
}

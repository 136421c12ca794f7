//! `log_target = "syslog"`: datagrams to the system's log, as RFC 3164 section 4.1 has them.
//!
//! Without a time: the receiver's clock counts (section 4.3.3), and no local time has to be guessed.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::line::Line;

/// How long a log that reads slowly is waited for, and how long after that it is not.
const SLOW: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_millis(2);
/// What is kept of a line that no datagram can hold.
const SHORT: usize = 1024;

/// A socket that is connected again whenever it has to be.
pub(super) struct Syslog {
    path: PathBuf,
    facility: u8,
    socket: Option<UnixDatagram>,
    /// Until then no line waits: the log does not read.
    hurry: Option<Instant>,
}

impl Syslog {
    pub(super) fn open(path: &Path, facility: u8) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), facility, socket: Some(connect(path)?), hurry: None })
    }

    pub(super) fn write(&mut self, line: &Line) -> io::Result<()> {
        let priority = u16::from(self.facility) * 8 + u16::from(line.severity());
        let text = format!("<{priority}>ddns-service[{}]: {} {}", process::id(), line.word(), line.text);
        match self.send(text.as_bytes()) {
            Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) => {
                self.send(&text.as_bytes()[..text.floor_char_boundary(SHORT)])
            }
            result => result,
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        // a log that was started anew has another socket at the same path: the line gets a second try there
        self.try_send(bytes).or_else(|error| match error.kind() {
            ErrorKind::WouldBlock => Err(error),
            _ if error.raw_os_error() == Some(libc::EMSGSIZE) => Err(error),
            _ => {
                self.socket = None;
                self.try_send(bytes)
            }
        })
    }

    fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => connect(&self.path)?,
        };
        let result = self.patiently(|| socket.send(bytes));
        self.socket = Some(socket);
        result
    }

    fn patiently(&mut self, send: impl Fn() -> io::Result<usize>) -> io::Result<()> {
        let start = Instant::now();
        loop {
            match send() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if self.hurry.is_some_and(|until| start < until) || start.elapsed() >= SLOW {
                        self.hurry = Some(Instant::now() + 5 * SLOW);
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
                Ok(_) => {
                    self.hurry = None;
                    return Ok(());
                }
            }
            sleep(LOOK);
        }
    }
}

fn connect(path: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect(path)?;
    Ok(socket)
}

//! The service manager's side of the service: told when it is ready, reloads, stops, and that it is alive (`sd_notify(3)`). Without a
//! manager, all of this is nothing.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::time::sleep;
use tracing::debug;

/// The way to the manager, if there is one.
pub(super) struct Manager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// How often it wants to hear that we live.
    watchdog: Option<Duration>,
}

impl Manager {
    /// As `NOTIFY_SOCKET` and `WATCHDOG_USEC` of our environment say.
    pub(super) fn of_environment() -> Self {
        let socket = std::env::var_os("NOTIFY_SOCKET").and_then(|name| open(&name).ok());
        let ours = std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
        let span = std::env::var("WATCHDOG_USEC").ok().filter(|_| ours).and_then(|text| text.parse().ok());
        Self { socket, watchdog: span.filter(|span| *span > 0).map(Duration::from_micros) }
    }

    pub(super) fn ready(&self) {
        self.tell("READY=1");
    }

    /// The time tells the manager which of our lines come after its order (Type=notify-reload).
    pub(super) fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1000;
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// Says that this runtime's tasks run, at half the manager's patience, until it is dropped; returns at once when nobody asked for it.
    pub(super) fn alive(&self) -> impl Future<Output = ()> + Send + use<> {
        let copy = self.socket.as_ref().and_then(|(socket, at)| Some((socket.try_clone().ok()?, at.clone())));
        let copy = Self { socket: copy, watchdog: self.watchdog };
        async move {
            let Some(span) = copy.watchdog.filter(|_| copy.socket.is_some()) else { return };
            loop {
                copy.tell("WATCHDOG=1");
                sleep(span / 2).await;
            }
        }
    }

    fn tell(&self, what: &str) {
        let Some((socket, at)) = &self.socket else { return };
        if let Err(fault) = socket.send_to_addr(what.as_bytes(), at) {
            debug!(%fault, "the service manager could not be told");
        }
    }
}

fn open(name: &OsStr) -> io::Result<(UnixDatagram, SocketAddr)> {
    let at = match name.as_bytes() {
        [b'@', rest @ ..] => abstract_address(rest)?,
        _ => SocketAddr::from_pathname(name)?,
    };
    let socket = UnixDatagram::unbound()?;
    // a manager that does not read must not hold us up
    socket.set_nonblocking(true)?;
    Ok((socket, at))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn abstract_address(name: &[u8]) -> io::Result<SocketAddr> {
    <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn abstract_address(_: &[u8]) -> io::Result<SocketAddr> {
    Err(io::ErrorKind::Unsupported.into())
}

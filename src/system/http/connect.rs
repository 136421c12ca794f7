//! From a host name to a connected TCP socket: which addresses in which order, tied to which device and source.
//!
//! Knows nothing of HTTP or TLS.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrStorage, sockopt};

use super::words;
use crate::address::Family;
use crate::system::patience::{Impatient, Patience};
use crate::system::resolve::Resolve;
use crate::system::tie::tie;
use crate::world::{Broken, Route};

/// Opens connections the way a route says.
pub(super) struct Dialer<'a> {
    pub(super) resolver: &'a mut dyn Resolve,
    pub(super) route: &'a Route,
    /// For one address.
    pub(super) limit: Duration,
    /// For all of it.
    pub(super) patience: &'a Patience,
}

/// Why one address could not be reached.
enum Missed {
    /// Perhaps the next one can.
    Here(String),
    /// No other one can either.
    Everywhere(Broken),
}

impl Dialer<'_> {
    /// A connected, non-blocking socket; `role` stands before the name in errors ("the proxy ").
    pub(super) fn dial(&mut self, host: &str, port: u16, role: &str) -> Result<TcpStream, Broken> {
        let addresses = self.addresses(host)?;
        let mut missed = Vec::new();
        for (at, &address) in addresses.iter().enumerate() {
            // a dead address must leave time for the ones behind it, and for the answer
            let shares = u32::try_from(addresses.len() - at + 1).unwrap_or(u32::MAX);
            let limit = self.limit.min(self.patience.left() / shares);
            let patience = Patience { until: Instant::now() + limit, stop: self.patience.stop };
            match self.open(SocketAddr::new(address, port), &patience) {
                Ok(stream) => return Ok(stream),
                Err(Missed::Everywhere(broken)) => return Err(broken),
                Err(Missed::Here(why)) => missed.push((address, why)),
            }
        }
        let alone = missed.len() == 1 && missed[0].0.to_string() == host;
        let each = |(address, why): &(IpAddr, String)| if alone { why.clone() } else { format!("{address}: {why}") };
        let why = missed.iter().map(each).collect::<Vec<_>>().join(", ");
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        Err(Broken::Connect(format!("{role}{host}:{port}"), why))
    }

    /// In the order they are to be tried, never empty.
    fn addresses(&mut self, host: &str) -> Result<Vec<IpAddr>, Broken> {
        let only = self.route.prefer.filter(|_| self.route.only);
        let mut addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.resolved(host, only)?,
        };
        addresses.retain(|&a| only.is_none_or(|family| Family::of(a) == family));
        if let Some(first) = self.route.prefer {
            addresses.sort_by_key(|&a| Family::of(a) != first);
        }
        match (addresses.is_empty(), only) {
            (false, _) => Ok(addresses),
            (true, Some(family)) => Err(Broken::Family(host.to_owned(), family)),
            (true, None) => Err(Broken::Resolve(host.to_owned(), "it has no address".to_owned())),
        }
    }

    fn resolved(&mut self, host: &str, only: Option<Family>) -> Result<Vec<IpAddr>, Broken> {
        let why = match self.resolver.resolve(host, only, self.patience) {
            Ok(found) => return Ok(found),
            Err(why) => why,
        };
        if stopped(self.patience) {
            return Err(Broken::Interrupted);
        }
        match only {
            // the owner has forced a family that this host does not have: that is his to mend, not the name server's
            Some(family) if self.resolver.resolve(host, Some(family.other()), self.patience).is_ok() => {
                Err(Broken::Family(host.to_owned(), family))
            }
            _ => Err(Broken::Resolve(host.to_owned(), why)),
        }
    }

    fn open(&self, to: SocketAddr, patience: &Patience) -> Result<TcpStream, Missed> {
        let here = |errno: Errno| Missed::Here(words(&errno.into()));
        let family = if to.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
        let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
        let socket = socket::socket(family, SockType::Stream, flags, None).map_err(here)?;
        tie(&socket, &self.route.bind, Family::of(to.ip())).map_err(|why| Missed::Everywhere(Broken::Setup(why)))?;
        match socket::connect(socket.as_raw_fd(), &SockaddrStorage::from(to)) {
            Ok(()) => {}
            Err(Errno::EINPROGRESS | Errno::EINTR) => {
                patience.writable(socket.as_fd()).map_err(missed)?;
                match socket::getsockopt(&socket, sockopt::SocketError).map_err(here)? {
                    0 => {}
                    errno => return Err(here(Errno::from_raw(errno))),
                }
            }
            Err(errno) => return Err(here(errno)),
        }
        Ok(TcpStream::from(socket))
    }
}

fn missed(ended: Impatient) -> Missed {
    match ended {
        Impatient::TimedOut => Missed::Here("no answer in time".to_owned()),
        Impatient::Interrupted => Missed::Everywhere(Broken::Interrupted),
        Impatient::Failed(error) => Missed::Here(words(&error)),
    }
}

/// Whether a signal is what ended the resolver, which can only say that it failed.
fn stopped(patience: &Patience) -> bool {
    let Some(raw) = patience.stop else { return false };
    // SAFETY: the stop descriptor belongs to the caller's signal handling and outlives every transfer
    let stop = unsafe { BorrowedFd::borrow_raw(raw) };
    poll(&mut [PollFd::new(stop, PollFlags::POLLIN)], PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

//! One rule for every blocking step: how long it may still wait, and that a signal to end comes first.
//!
//! A step never reads the stop descriptor: it returns [`Impatient::Interrupted`] and the loop asks the bell what rang.

use std::fmt;
use std::io;
use std::net::{SocketAddr, SocketAddrV6, UdpSocket};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use nix::sys::socket::{SockaddrStorage, getsockname};

/// In a long wait it is looked this often whether an answer can still come.
const GLANCE: Duration = Duration::from_millis(250);

/// A deadline together with the descriptor that becomes readable when the process shall end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Nothing waits beyond this moment.
    pub until: Instant,
    /// Readable = a signal asks the process to end; see [`crate::system::signals::Signals`].
    pub stop: Option<RawFd>,
}

/// Why a wait ended without what was waited for.
#[derive(Debug)]
pub enum Impatient {
    /// The deadline passed.
    TimedOut,
    /// A signal asks the process to end.
    Interrupted,
    /// `poll(2)` itself failed.
    Failed(io::Error),
}

/// The system's words for an error, without its number.
pub(super) fn words(error: &io::Error) -> String {
    let text =
        error.raw_os_error().map_or_else(|| error.to_string(), |n| nix::errno::Errno::from_raw(n).desc().to_owned());
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

impl fmt::Display for Impatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("no answer in time"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Failed(why) => write!(f, "waiting failed: {why}"),
        }
    }
}

impl std::error::Error for Impatient {}

impl Patience {
    /// Patience for `limit` from now.
    pub fn for_(limit: Duration, stop: Option<RawFd>) -> Self {
        let now = Instant::now();
        // an Instant cannot hold every Duration; a day is longer than any step
        let until = now.checked_add(limit).unwrap_or(now + Duration::from_secs(86_400));
        Self { until, stop }
    }

    /// What is left of it; zero when it is used up.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Waits until `fd` can be read without blocking; an end of file or an error on it counts, reading shows it.
    pub fn readable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.wait_for(fd, libc::POLLIN)
    }

    /// Waits until `fd` can be written without blocking; an error on it counts, writing shows it.
    pub fn writable(&self, fd: BorrowedFd) -> Result<(), Impatient> {
        self.wait_for(fd, libc::POLLOUT)
    }

    fn wait_for(&self, fd: BorrowedFd, events: i16) -> Result<(), Impatient> {
        let mut watched = [watch(self.stop, libc::POLLIN), watch(Some(fd.as_raw_fd()), events)];
        loop {
            let left = self.left();
            let count = poll(&mut watched, Some(left.min(GLANCE))).map_err(Impatient::Failed)?;
            if rang(watched[0]) {
                return Err(Impatient::Interrupted);
            }
            if watched[1].revents & libc::POLLNVAL != 0 {
                return Err(Impatient::Failed(io::Error::from_raw_os_error(libc::EBADF)));
            }
            if watched[1].revents != 0 {
                return Ok(());
            }
            if left.is_zero() && count == 0 {
                return Err(Impatient::TimedOut);
            }
            if count == 0 && orphaned(fd) {
                let why = "the address of this machine that it was sent from is gone";
                return Err(Impatient::Failed(io::Error::other(why)));
            }
        }
    }
}

/// Whether `fd` is a socket whose own address this machine has lost: the kernel says nothing, and no answer can ever come.
fn orphaned(fd: BorrowedFd) -> bool {
    let Ok(own) = getsockname::<SockaddrStorage>(fd.as_raw_fd()) else { return false };
    let v4 = own.as_sockaddr_in().map(|a| SocketAddr::from((a.ip(), 0)));
    let v6 = own.as_sockaddr_in6().map(|a| SocketAddrV6::new(a.ip(), 0, 0, a.scope_id()).into());
    let lost = |error: io::Error| error.kind() == io::ErrorKind::AddrNotAvailable;
    v4.or(v6).is_some_and(|own: SocketAddr| UdpSocket::bind(own).is_err_and(lost))
}

/// An entry for [`poll`]; a missing descriptor is passed over by the kernel.
pub(crate) fn watch(fd: Option<RawFd>, events: i16) -> libc::pollfd {
    libc::pollfd { fd: fd.unwrap_or(-1), events, revents: 0 }
}

/// Whether the kernel reported something for an entry; a closed descriptor never rings.
pub(crate) fn rang(entry: libc::pollfd) -> bool {
    entry.revents & !libc::POLLNVAL != 0
}

/// `poll(2)`, for ever without a limit; a limit is rounded up to a millisecond, so that a loop around it does not spin. An interrupted
/// call counts as one in which nothing happened.
pub(crate) fn poll(watched: &mut [libc::pollfd], limit: Option<Duration>) -> io::Result<usize> {
    let limit = match limit {
        None => -1,
        Some(limit) => {
            let begun = limit.subsec_nanos() % 1_000_000 > 0;
            i32::try_from(limit.as_millis() + u128::from(begun)).unwrap_or(i32::MAX)
        }
    };
    for entry in watched.iter_mut() {
        entry.revents = 0;
    }
    let count = libc::nfds_t::try_from(watched.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: the pointer and the count describe a live, exclusively borrowed slice; the kernel writes `revents` only. A stale number
    // in it gives POLLNVAL and harms nothing: poll neither reads nor closes.
    let outcome = unsafe { libc::poll(watched.as_mut_ptr(), count, limit) };
    match usize::try_from(outcome) {
        Ok(count) => Ok(count),
        Err(_) => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            error => Err(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    fn short(stop: Option<RawFd>) -> Patience {
        Patience::for_(Duration::from_millis(40), stop)
    }

    #[test]
    fn a_quiet_descriptor_ends_with_the_deadline() {
        let (here, _there) = UnixStream::pair().unwrap();
        let began = Instant::now();
        assert!(matches!(short(None).readable(here.as_fd()), Err(Impatient::TimedOut)));
        assert!(began.elapsed() >= Duration::from_millis(40));
        assert!(short(None).writable(here.as_fd()).is_ok());
    }

    #[test]
    fn data_and_an_end_of_file_both_count_as_readable() {
        let (here, mut there) = UnixStream::pair().unwrap();
        there.write_all(b"x").unwrap();
        assert!(short(None).readable(here.as_fd()).is_ok());
        (&here).read_exact(&mut [0]).unwrap();
        drop(there);
        assert!(short(None).readable(here.as_fd()).is_ok());
    }

    #[test]
    fn a_signal_to_end_comes_before_waiting_data_and_is_left_unread() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let (stop, mut bell) = UnixStream::pair().unwrap();
        there.write_all(b"x").unwrap();
        bell.write_all(b"!").unwrap();
        for _ in 0..2 {
            assert!(matches!(short(Some(stop.as_raw_fd())).readable(here.as_fd()), Err(Impatient::Interrupted)));
        }
    }

    #[test]
    fn a_limit_beyond_all_clocks_is_a_day() {
        assert!(Patience::for_(Duration::MAX, None).left() > Duration::from_secs(80_000));
    }
}

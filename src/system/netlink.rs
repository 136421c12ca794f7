//! The kernel's word that some address of the machine came, went or changed (rtnetlink(7)).
//!
//! The content of a message is ignored: what the addresses are now is asked anew afterwards, so a lost message loses nothing.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, getsockname, recv, socket,
};

/// `RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR` of `linux/rtnetlink.h`.
const ADDRESS_GROUPS: u32 = 0x10 | 0x100;

/// A socket that becomes readable when an address changes.
#[derive(Debug)]
pub struct AddressChanges(OwnedFd);

impl AddressChanges {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let socket = socket(AddressFamily::Netlink, SockType::Raw, flags, SockProtocol::NetlinkRoute)?;
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, ADDRESS_GROUPS))?;
        Ok(Self(socket))
    }

    /// Takes over a socket that was kept open over `execve(2)`; an error if `number` is no such socket.
    pub fn inherit(number: RawFd) -> io::Result<Self> {
        // three is the first number that can be ours
        let address = if number > 2 { getsockname::<NetlinkAddr>(number)? } else { return Err(foreign()) };
        if address.groups() != ADDRESS_GROUPS {
            return Err(foreign());
        }
        // SAFETY: the number is open and a netlink socket that listens to exactly our groups; nothing else in this program opens such
        // a socket and only the former self hands its number over, so nobody else owns it.
        let changes = Self(unsafe { OwnedFd::from_raw_fd(number) });
        changes.keep_over_exec(false)?;
        Ok(changes)
    }

    /// Whether the socket stays open when the process executes itself anew; it does not unless told. Messages that come in between are
    /// kept by the kernel. Scripts must not be started while it is on.
    pub fn keep_over_exec(&self, keep: bool) -> io::Result<RawFd> {
        let flags = if keep { FdFlag::empty() } else { FdFlag::FD_CLOEXEC };
        fcntl(&self.0, FcntlArg::F_SETFD(flags))?;
        Ok(self.0.as_raw_fd())
    }

    /// Throws all waiting messages away; true if there was one, or if there were so many that the kernel dropped some.
    pub fn drain(&self) -> bool {
        let mut any = false;
        let mut buffer = [0; 4096];
        // a storm without end must not hold us here; what stays is read next time
        for _ in 0..10_000 {
            match recv(self.0.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
                Ok(_) | Err(Errno::ENOBUFS) => any = true,
                Err(Errno::EINTR) => {}
                Err(_) => break,
            }
        }
        any
    }

    /// For the one poll of the bell.
    pub(crate) fn number(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl std::os::fd::AsFd for AddressChanges {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn foreign() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the inherited descriptor is not the socket for address changes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::IntoRawFd;

    #[test]
    fn only_a_socket_of_our_own_kind_is_inherited() {
        let file = std::fs::File::open("/dev/null").unwrap();
        for number in [-1, 0, 2, file.as_raw_fd(), 1_000_000] {
            assert!(AddressChanges::inherit(number).is_err(), "{number}");
        }
        let changes = AddressChanges::listen().unwrap();
        let number = changes.0.into_raw_fd();
        let changes = AddressChanges::inherit(number).unwrap();
        assert!(!changes.drain());
        let flags = fcntl(&changes.0, FcntlArg::F_GETFD).unwrap();
        assert_eq!(FdFlag::from_bits_truncate(flags), FdFlag::FD_CLOEXEC);
    }
}

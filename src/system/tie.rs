//! Ties a socket to a device and a source address, before it is connected.
//!
//! Knows nothing of what will be sent.
#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, AsRawFd};

use nix::errno::Errno;
use nix::sys::socket::{self, SockaddrStorage, sockopt};

use super::patience::words;
use crate::address::Family;
use crate::world::Bind;

/// Ties `socket` as `bind` says for `family`; the error says what cannot be had.
pub(super) fn tie(socket: &impl AsFd, bind: &Bind, family: Family) -> Result<(), String> {
    let cannot = |what: String, errno: Errno| Err(format!("cannot send {what}: {}", words(&io::Error::from(errno))));
    let source = bind.sources.iter().find(|&&source| Family::of(source) == family);
    if source.is_none() && !bind.strict {
        return Ok(());
    }
    // to the device first: the source address must be looked up on it
    if let Some(device) = &bind.device
        && let Err(errno) = socket::setsockopt(&socket.as_fd(), sockopt::BindToDevice, &OsString::from(device))
    {
        return cannot(format!("through device '{device}'"), errno);
    }
    if let Some(&source) = source
        && let Err(errno) = socket::bind(socket.as_fd().as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(source, 0)))
    {
        return cannot(format!("from address {source}"), errno);
    }
    Ok(())
}

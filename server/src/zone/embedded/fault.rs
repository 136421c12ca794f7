//! Why the embedded name server does not start, sorted by what the operator does next.
#![forbid(unsafe_code)]

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::world::StoreFault;

/// Why the embedded name server does not start, or does not take another configuration.
#[derive(Debug)]
pub enum EmbeddedFault {
    /// Mend the configuration: a key of `[dns_service.embedded]`, what it says, what was wanted.
    Setting {
        /// The key.
        key: &'static str,
        /// What it says.
        value: String,
        /// What was wanted.
        wanted: &'static str,
    },
    /// Mend the key file.
    Key {
        /// `transfer_key_file`
        path: PathBuf,
        /// What is wrong with it; nothing of its secret.
        said: String,
    },
    /// An address cannot be listened at.
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's word.
        error: io::Error,
    },
    /// The database could not give a zone.
    Store {
        /// The zone.
        zone: String,
        /// The database's word.
        fault: StoreFault,
    },
}

impl fmt::Display for EmbeddedFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { key, value, wanted } => {
                write!(f, "[dns_service.embedded] {key}: {value:?} is not {wanted}")
            }
            Self::Key { path, said } => {
                write!(f, "[dns_service.embedded] transfer_key_file: {}: {said}", path.display())
            }
            Self::Bind { address, error } => {
                write!(
                    f,
                    "[dns_service.embedded] listen: cannot listen at {address}: {error}{}",
                    advice(*address, error)
                )
            }
            Self::Store { zone, fault } => write!(f, "zone {zone} cannot be read: {fault}"),
        }
    }
}

fn advice(address: SocketAddr, error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied if address.port() < 1024 => {
            "; a port below 1024 needs CAP_NET_BIND_SERVICE (AmbientCapabilities= in the systemd unit)"
        }
        io::ErrorKind::AddrInUse => {
            "; another program listens there (systemd-resolved, dnsmasq and named do at port 53, avahi at 5353): stop it, or choose another address"
        }
        io::ErrorKind::AddrNotAvailable => "; this machine has no such address",
        _ => "",
    }
}

impl std::error::Error for EmbeddedFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { error, .. } => Some(error),
            Self::Store { fault, .. } => Some(fault),
            Self::Setting { .. } | Self::Key { .. } => None,
        }
    }
}

//! From `host` and `port` to listening sockets. A name stands for all its addresses: `localhost` is always 127.0.0.1 and
//! `::1`.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

/// Waiting connections that the kernel keeps for each socket.
const BACKLOG: u32 = 1024;

/// Sockets that listen; nobody accepts yet.
#[derive(Debug)]
pub struct Listener {
    pub(super) sockets: Vec<TcpListener>,
}

/// Why there is nothing to listen at; each sentence says what to do.
#[derive(Debug)]
pub enum BindFault {
    /// `host` stands for no address.
    Name {
        /// As it is in the configuration.
        host: String,
        /// What the resolver said.
        cause: Option<io::Error>,
    },
    /// Another program, or another of this one, listens there.
    InUse(SocketAddr),
    /// This machine does not have the address.
    NotHere(SocketAddr),
    /// A port below 1024 without the right to it.
    Forbidden(SocketAddr),
    /// Anything else that the system says.
    Other(SocketAddr, io::Error),
}

impl fmt::Display for BindFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { host, cause: Some(cause) } => {
                write!(
                    f,
                    "daemon.host '{host}' cannot be resolved: {cause}; write an address of this machine, or mend its name"
                )
            }
            Self::Name { host, cause: None } => {
                write!(f, "daemon.host '{host}' has no address; write an address of this machine")
            }
            Self::InUse(at) => {
                write!(
                    f,
                    "cannot listen at {at}: another program does; stop it (ss -ltnp shows it) or set another daemon.port"
                )
            }
            Self::NotHere(at) => {
                write!(
                    f,
                    "cannot listen at {at}: this machine does not have that address; set daemon.host to one that 'ip address' shows"
                )
            }
            Self::Forbidden(at) => {
                write!(
                    f,
                    "cannot listen at {at}: not permitted; set daemon.port to 1024 or above, or grant CAP_NET_BIND_SERVICE"
                )
            }
            Self::Other(at, cause) => write!(f, "cannot listen at {at}: {cause}; mend daemon.host or daemon.port"),
        }
    }
}

impl std::error::Error for BindFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Name { cause: Some(cause), .. } | Self::Other(_, cause) => Some(cause),
            _ => None,
        }
    }
}

impl BindFault {
    fn of(at: SocketAddr, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(at),
            io::ErrorKind::AddrNotAvailable => Self::NotHere(at),
            io::ErrorKind::PermissionDenied => Self::Forbidden(at),
            _ => Self::Other(at, cause),
        }
    }

    /// The machine has no such address, or no such family: of a name's several addresses one may be so.
    fn not_here(&self) -> bool {
        match self {
            Self::NotHere(_) => true,
            Self::Other(_, cause) => cause.raw_os_error() == Some(libc::EAFNOSUPPORT),
            _ => false,
        }
    }
}

impl Listener {
    /// Listens at `host` (a name or an address) and `port`; 0 is any free port.
    pub async fn bind(host: &str, port: u16) -> Result<Self, BindFault> {
        let mut listener = Self { sockets: Vec::new() };
        let mut missing = None;
        for at in places(host, port).await? {
            match listen(at) {
                Ok(socket) => listener.sockets.push(socket),
                Err(fault) if fault.not_here() => missing = Some(fault),
                Err(fault) => return Err(fault),
            }
        }
        match missing {
            Some(fault) if listener.sockets.is_empty() => Err(fault),
            _ => Ok(listener),
        }
    }

    /// Where it listens.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }
}

/// All addresses that `host` (a name or an address) stands for, with this port; each once.
pub async fn places(host: &str, port: u16) -> Result<Vec<SocketAddr>, BindFault> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if bare.eq_ignore_ascii_case("localhost") {
        // RFC 6761 section 6.3: without asking anybody, for a container may have neither a hosts file nor a name server
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
    }
    let found = tokio::net::lookup_host((bare, port)).await;
    let found = found.map_err(|cause| BindFault::Name { host: host.to_owned(), cause: Some(cause) })?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for at in found {
        // a hosts file may name the same address twice
        if !addresses.contains(&at) {
            addresses.push(at);
        }
    }
    if addresses.is_empty() {
        return Err(BindFault::Name { host: host.to_owned(), cause: None });
    }
    Ok(addresses)
}

fn listen(at: SocketAddr) -> Result<TcpListener, BindFault> {
    let open = || -> io::Result<TcpListener> {
        let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // a restart must not wait for the old connections' TIME_WAIT
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        socket.listen(BACKLOG)
    };
    open().map_err(|cause| BindFault::of(at, cause))
}

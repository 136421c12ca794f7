//! The addresses that are listened at, each over UDP and TCP at one port.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::EmbeddedFault;
use super::udp::Datagrams;

/// How often a port that the system chooses for TCP may turn out to be taken for UDP.
const TRIES: usize = 20;
/// Connections that wait to be taken.
const BACKLOG: i32 = 512;

/// One address.
pub(super) struct Bound {
    /// As bound: with the port that the system chose where the configuration says 0.
    pub(super) address: SocketAddr,
    /// Datagrams.
    pub(super) udp: Arc<Datagrams>,
    /// Connections.
    pub(super) tcp: TcpListener,
}

/// One of all the addresses that are listened at.
pub(super) fn bind(address: SocketAddr, all: &[SocketAddr]) -> Result<Bound, EmbeddedFault> {
    // `[::]` would take IPv4's addresses too, and 0.0.0.0 beside it would find them taken
    let only_v6 = all.iter().any(|other| other.is_ipv4() && other.port() == address.port());
    both(address, only_v6).map_err(|error| EmbeddedFault::Bind { address, error })
}

fn both(wanted: SocketAddr, only_v6: bool) -> io::Result<Bound> {
    let mut tries = if wanted.port() == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        let tcp = socket(wanted, only_v6, Type::STREAM)?;
        tcp.listen(BACKLOG)?;
        let tcp = TcpListener::from_std(tcp.into())?;
        let address = tcp.local_addr()?;
        match socket(address, only_v6, Type::DGRAM) {
            Ok(udp) => {
                let udp = Arc::new(Datagrams::of(UdpSocket::from_std(udp.into())?)?);
                return Ok(Bound { address, udp, tcp });
            }
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

fn socket(address: SocketAddr, only_v6: bool, kind: Type) -> io::Result<Socket> {
    let protocol = if kind == Type::STREAM { Protocol::TCP } else { Protocol::UDP };
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(only_v6)?;
    }
    if kind == Type::STREAM {
        // connections of the run before linger for minutes
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

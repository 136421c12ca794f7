//! The addresses that are listened at, each over UDP and TCP at one port.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, UdpSocket};

use super::EmbeddedFault;

/// How often a port that the system chooses for TCP may turn out to be taken for UDP.
const TRIES: usize = 20;

/// One address.
pub(super) struct Bound {
    /// As bound: with the port that the system chose where the configuration says 0.
    pub(super) address: SocketAddr,
    /// Datagrams.
    pub(super) udp: Arc<UdpSocket>,
    /// Connections.
    pub(super) tcp: TcpListener,
}

/// All of them, or the first that cannot be had.
pub(super) async fn bind(addresses: &[SocketAddr]) -> Result<Vec<Bound>, EmbeddedFault> {
    let mut all = Vec::with_capacity(addresses.len());
    for address in addresses {
        all.push(both(*address).await.map_err(|error| EmbeddedFault::Bind { address: *address, error })?);
    }
    if all.is_empty() {
        return Err(EmbeddedFault::Setting { key: "listen", value: String::new(), wanted: "at least one address" });
    }
    Ok(all)
}

async fn both(wanted: SocketAddr) -> io::Result<Bound> {
    let mut tries = if wanted.port() == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        let tcp = TcpListener::bind(wanted).await?;
        let address = tcp.local_addr()?;
        match UdpSocket::bind(address).await {
            Ok(udp) => return Ok(Bound { address, udp: Arc::new(udp), tcp }),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => {}
        }
    }
}

//! The way to the server: its addresses one after the other, and the name by which we greet it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::fault::{Step, late, refused};
use crate::world::LetterFault;

/// For one address: a server that is there answers at once.
const ONE_ADDRESS: Duration = Duration::from_secs(5);
/// Addresses tried.
const ADDRESSES: usize = 4;

/// A connection, and both its ends.
pub(super) struct Line {
    pub(super) stream: TcpStream,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
}

/// The first address that takes the connection.
pub(super) async fn dial(host: &str, port: u16, server: &str) -> Result<Line, LetterFault> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = timeout(ONE_ADDRESS, lookup_host((host, port))).await.map_err(|_| late(server, Step::Resolve))?;
    let found = found.map_err(|fault| refused(server, Step::Resolve, &fault.to_string()))?;
    let mut last = refused(server, Step::Resolve, "it has no address");
    for peer in found.take(ADDRESSES) {
        match timeout(ONE_ADDRESS, TcpStream::connect(peer)).await {
            Ok(Ok(stream)) => match stream.local_addr() {
                Ok(local) => return Ok(Line { stream, local, peer }),
                Err(fault) => last = refused(server, Step::Connect, &fault.to_string()),
            },
            Ok(Err(fault)) => last = refused(server, Step::Connect, &format!("{peer}: {fault}")),
            Err(_) => last = late(server, Step::Connect),
        }
    }
    Err(last)
}

/// Our full name if the machine has one, else our address (RFC 5321 section 4.1.4): servers refuse a bare `localhost`.
pub(super) fn hello(local: IpAddr) -> ClientId {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match full_name(name.trim()) {
        Some(name) => ClientId::Domain(name),
        None => match local.to_canonical() {
            IpAddr::V4(address) => ClientId::Ipv4(address),
            IpAddr::V6(address) => ClientId::Ipv6(address),
        },
    }
}

fn full_name(name: &str) -> Option<String> {
    let fits = name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !label.starts_with('-')
    });
    (fits && name.contains('.') && !name.starts_with("localhost")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::full_name;

    #[test]
    fn only_a_full_name_is_one_to_greet_with() {
        assert_eq!(full_name("mail.example.org").as_deref(), Some("mail.example.org"));
        for bare in ["", "box", "localhost.localdomain", "a..b", "-a.b", "a_b.c", "a.b\r\nMAIL"] {
            assert_eq!(full_name(bare), None, "{bare:?}");
        }
    }
}

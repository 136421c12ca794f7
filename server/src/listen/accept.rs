//! Takes connections from one listening socket. Knows nothing of what is said on them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::connection;
use super::house::House;

/// Without file descriptors or memory `accept` fails at once and again: a pause lets connections end meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs until the service stops.
pub(super) async fn accept(socket: TcpListener, house: Arc<House>, mut stop: watch::Receiver<bool>) {
    loop {
        let taken = tokio::select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => return,
            taken = socket.accept() => taken,
        };
        match taken {
            Ok((stream, peer)) => admit(stream, peer, &house),
            Err(fault) if of_one_connection(&fault) => {}
            Err(fault) => {
                tracing::warn!("cannot accept a connection: {fault}");
                house.crowd.shrink();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// The connection was gone before it was taken; the next one may be well (accept(2)).
fn of_one_connection(fault: &io::Error) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionReset, HostUnreachable, Interrupted, NetworkDown, NetworkUnreachable,
    };
    matches!(
        fault.kind(),
        ConnectionAborted | ConnectionReset | HostUnreachable | Interrupted | NetworkDown | NetworkUnreachable
    )
}

/// A connection without a place is closed at once: it frees the descriptor, and the client knows that it has to come again.
fn admit(stream: TcpStream, peer: SocketAddr, house: &Arc<House>) {
    let address: IpAddr = peer.ip().to_canonical();
    let limits = house.limits.load();
    let Some(place) = house.crowd.admit(address, &limits) else { return };
    let id = place.id();
    let peer = SocketAddr::new(address, peer.port());
    let task = tokio::spawn(connection::run(stream, peer, place, limits.request_timeout, Arc::clone(house)));
    house.crowd.seat(id, task.abort_handle());
}

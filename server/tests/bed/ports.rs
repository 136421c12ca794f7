//! Ports for programs that tests begin.

use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Nobody's on loopback, over UDP and TCP, and below those that the system gives to outgoing connections: one of them could be taken before
/// the program begins.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 15_000).unwrap();
    loop {
        let port = 12_000 + (begin + NEXT.fetch_add(1, Ordering::SeqCst)) % 18_000;
        let at = ("127.0.0.1", port);
        if UdpSocket::bind(at).is_ok() && TcpListener::bind(at).is_ok() {
            return port;
        }
    }
}

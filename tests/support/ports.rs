//! Ports for programs that tests begin, and ports at which nobody listens. The tests of the update server use the same file.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Nobody's on loopback, over UDP and TCP, and below those that the system gives to outgoing connections: one of them could be taken before
/// the program begins.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // processes that begin one after the other have their ports far apart: to look whether one is free takes it for a moment
    let begin = u16::try_from(u64::from(std::process::id()) * 4_099 % 18_000).unwrap();
    loop {
        let port = 12_000 + (begin + NEXT.fetch_add(1, Ordering::SeqCst)) % 18_000;
        let free = |ip: IpAddr| UdpSocket::bind((ip, port)).is_ok() && TcpListener::bind((ip, port)).is_ok();
        // where the machine has no IPv6, nothing of it can be taken
        let six = UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() || free(Ipv6Addr::LOCALHOST.into());
        if free(Ipv4Addr::LOCALHOST.into()) && six {
            return port;
        }
    }
}

//! Where the daemon listens: whether the port is free, or whoever has it is this program.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::config::{DnsServer, Settings};
use crate::listen;

use super::Finding;

/// What the daemon is given to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// A port below 1024, looked at by a user without privileges: the daemon, under its service manager, may be allowed what this is not.
const UNPERMITTED: &str = "this user may not listen there; the daemon may, if it has CAP_NET_BIND_SERVICE";
const PERMIT: &str = "run this check as root, or while the daemon runs; the shipped systemd unit gives the capability, or take a port from 1024 on";

/// Who has a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Port {
    Free,
    Ours,
    Taken,
    /// TLS: who it is cannot be seen from here.
    Veiled,
}

/// What was found, and whether the daemon seems to run.
pub(super) async fn look(settings: &Settings) -> (Vec<Finding>, bool) {
    let daemon = &settings.daemon;
    let about = format!("port {}", daemon.port);
    let addresses = match listen::places(&daemon.host, daemon.port).await {
        Ok(addresses) => addresses,
        Err(fault) => return (vec![Finding::fault(about, fault.to_string(), "mend host in [daemon]")], false),
    };
    let mut found = Vec::new();
    let mut running = false;
    for address in addresses {
        let (finding, port) = one(settings, address).await;
        running |= matches!(port, Port::Ours | Port::Veiled);
        found.push(finding);
    }
    if let DnsServer::Embedded(own) = &settings.dns_service.server {
        for address in &own.listen {
            found.push(name_server(*address, running).await);
        }
    }
    (found, running)
}

async fn one(settings: &Settings, address: SocketAddr) -> (Finding, Port) {
    let about = format!("port {address}");
    let next = "mend host and port in [daemon]";
    let port = match TcpListener::bind(address).await {
        Ok(_) => Port::Free,
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => owner(settings, address).await,
        // who may not listen there can still see whether the daemon does
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied => match owner(settings, address).await {
            Port::Taken => return (Finding::warning(about, UNPERMITTED, PERMIT), Port::Taken),
            port => port,
        },
        Err(fault) => return (Finding::fault(about, fault.to_string(), next), Port::Taken),
    };
    let finding = match port {
        Port::Free => Finding::well(about, "free; the daemon is not running"),
        Port::Ours => Finding::well(about, "the daemon answers"),
        Port::Veiled => Finding::well(about, "taken, and something there speaks: the daemon, if it is running"),
        Port::Taken => Finding::fault(
            about,
            "taken by another program, or the daemon there does not answer",
            format!("'ss -ltnp' shows whose it is; stop that one, or {next}"),
        ),
    };
    (finding, port)
}

/// A request without credentials is answered `badauth` by this program, and counted by no limit.
async fn owner(settings: &Settings, address: SocketAddr) -> Port {
    if settings.daemon.ssl.is_some() {
        let open = timeout(PATIENCE, TcpStream::connect(reached(address))).await;
        return if matches!(open, Ok(Ok(_))) { Port::Veiled } else { Port::Taken };
    }
    let path = settings.endpoints.first().map_or("/update", |endpoint| endpoint.path.as_str());
    match timeout(PATIENCE, answer(reached(address), path)).await {
        Ok(Ok(answer)) if answer.contains("badauth") => Port::Ours,
        _ => Port::Taken,
    }
}

async fn answer(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/plain\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(16_384).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// An address that can be connected to: `0.0.0.0` means all, and loopback is one of them.
fn reached(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => ([127, 0, 0, 1], v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (std::net::Ipv6Addr::LOCALHOST, v6.port()).into(),
        address => address,
    }
}

/// The embedded name server's own place: UDP and TCP.
async fn name_server(address: SocketAddr, running: bool) -> Finding {
    let about = format!("name server {address}");
    let bound = match UdpSocket::bind(address).await {
        Ok(_) => TcpListener::bind(address).await.map(|_| ()),
        Err(fault) => Err(fault),
    };
    match bound {
        Ok(()) => Finding::well(about, "free"),
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse && running => {
            Finding::well(about, "taken, as it is to be while the daemon runs")
        }
        // the zones, which are asked next, tell whether it answers
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied && running => {
            Finding::well(about, "only the daemon may listen there, and it runs")
        }
        Err(fault) if fault.kind() == io::ErrorKind::AddrInUse => Finding::fault(
            about,
            "another name server has this place (systemd-resolved, dnsmasq, BIND)",
            "mend listen in [dns_service.embedded]: name the public address instead of all, or take another port",
        ),
        Err(fault) if fault.kind() == io::ErrorKind::PermissionDenied => Finding::warning(about, UNPERMITTED, PERMIT),
        Err(fault) => Finding::fault(about, fault.to_string(), "mend listen in [dns_service.embedded]"),
    }
}

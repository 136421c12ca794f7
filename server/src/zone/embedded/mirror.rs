//! The server looks at itself as a resolver would: asks over loopback, over UDP and TCP, what a zone's serial is.
#![forbid(unsafe_code)]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use domain::base::Message;
use domain::base::iana::{Class, Rcode, Rtype};
use domain::base::name::ParsedName;
use domain::rdata::Soa;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::apex::Kept;
use super::notify::{builder, random_id};

/// For each way.
const WAIT: Duration = Duration::from_secs(2);

/// The serial over both ways, or what the operator is to look at.
pub(super) async fn ask(zone: &Kept, listen: SocketAddr) -> Result<u32, String> {
    let to = near(listen);
    let question = question(zone).ok_or("the system gives no random numbers")?;
    let mut found = None;
    for (way, answer) in
        [("UDP", timeout(WAIT, over_udp(to, &question)).await), ("TCP", timeout(WAIT, over_tcp(to, &question)).await)]
    {
        let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let answer = answer
            .map_err(|error| format!("no answer from {to} over {way}: {error}; look for a firewall on this machine"))?;
        found = Some(serial(&question, &answer).map_err(|said| format!("{to} answers over {way}, but {said}"))?);
    }
    found.ok_or_else(|| "nothing was asked".to_owned())
}

/// Where a listening address is reached from here.
fn near(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn question(zone: &Kept) -> Option<Vec<u8>> {
    let mut builder = builder();
    builder.header_mut().set_id(random_id()?);
    let mut question = builder.question();
    question.push((zone, Rtype::SOA, Class::IN)).ok()?;
    Some(question.finish().into_target())
}

async fn over_udp(to: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let from: IpAddr = if to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((from, 0)).await?;
    socket.connect(to).await?;
    socket.send(question).await?;
    let mut answer = vec![0; 1232];
    let size = socket.recv(&mut answer).await?;
    answer.truncate(size);
    Ok(answer)
}

async fn over_tcp(to: SocketAddr, question: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(to).await?;
    let size = u16::try_from(question.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    stream.write_u16(size).await?;
    stream.write_all(question).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

fn serial(question: &[u8], answer: &[u8]) -> Result<u32, &'static str> {
    let strange = "it is another program's answer: something else listens there";
    let asked = Message::from_slice(question).map_err(|_| strange)?;
    let message = Message::from_slice(answer).map_err(|_| strange)?;
    if !message.is_answer(asked) || !message.header().aa() || message.header().rcode() != Rcode::NOERROR {
        return Err(strange);
    }
    let records = message.answer().map_err(|_| strange)?;
    let soa = records.limit_to::<Soa<ParsedName<&[u8]>>>().next();
    soa.and_then(Result::ok).map(|soa| soa.data().serial().into_int()).ok_or(strange)
}

//! Questions over TCP: several on one connection, answered in their order (RFC 7766).
//!
//! Knows nothing of what is asked.
#![forbid(unsafe_code)]

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::House;
use super::answer::{Client, answer};
use super::draft::Verdict;
use super::guests::Guests;

/// A connection without a question is closed after this time (RFC 7766 section 6.2.3), one that began one too.
const IDLE: Duration = Duration::from_secs(10);
/// How long a client may take to read an answer.
const WRITE: Duration = Duration::from_secs(20);
/// After an error of accepting, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(50);
/// Octets of a header (RFC 1035 section 4.1.1): what is shorter is no question.
const HEADER: usize = 12;

/// One client.
pub(super) struct Connection {
    /// From where.
    peer: IpAddr,
    reader: BufReader<OwnedReadHalf>,
    /// To there.
    pub(super) writer: BufWriter<OwnedWriteHalf>,
}

/// Takes connections until told to stop; then those that are open end after their question.
pub(super) async fn serve(listener: TcpListener, house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    let awaited = house.catalog.load().is_secondary(from.ip());
                    let Some(guest) = house.guests.enter(from.ip(), awaited) else { continue };
                    let (house, stop) = (Arc::clone(&house), stop.clone());
                    open.spawn(async move {
                        let _ = Connection::of(stream, from.ip()).answer(&house, stop).await;
                        Guests::leave(guest);
                    });
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = open.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

impl Connection {
    fn of(stream: TcpStream, peer: IpAddr) -> Self {
        // answers are written whole
        let _ = stream.set_nodelay(true);
        let (reader, writer) = stream.into_split();
        Self { peer, reader: BufReader::new(reader), writer: BufWriter::new(writer) }
    }

    async fn answer(mut self, house: &House, mut stop: watch::Receiver<bool>) -> io::Result<()> {
        let mut question = Vec::new();
        let mut space = Vec::new();
        loop {
            tokio::select! {
                read = timeout(IDLE, self.read(&mut question)) => read??,
                _ = stop.changed() => return Ok(()),
            }
            let client = Client { address: self.peer, udp: false };
            let verdict = answer(&question, client, &house.catalog.load(), space);
            space = match verdict {
                Verdict::Send(said) => {
                    self.write(&said).await?;
                    said
                }
                Verdict::Silence => return Ok(()),
                Verdict::Transfer(wanted) => {
                    self.carry(*wanted, house).await?;
                    Vec::new()
                }
            };
            if self.reader.buffer().is_empty() {
                self.flush().await?;
            }
        }
    }

    /// From where.
    pub(super) fn peer(&self) -> IpAddr {
        self.peer
    }

    async fn read(&mut self, question: &mut Vec<u8>) -> io::Result<()> {
        let size = usize::from(self.reader.read_u16().await?);
        if size < HEADER {
            return Err(io::ErrorKind::InvalidData.into());
        }
        question.resize(size, 0);
        self.reader.read_exact(question).await?;
        Ok(())
    }

    /// One message behind its length.
    pub(super) async fn write(&mut self, message: &[u8]) -> io::Result<()> {
        let size = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        timeout(WRITE, async {
            self.writer.write_u16(size).await?;
            self.writer.write_all(message).await
        })
        .await?
    }

    /// Sends what is written.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        timeout(WRITE, self.writer.flush()).await?
    }
}

//! Questions over UDP: a datagram in, at most one out, from the address that it came to.
//!
//! Knows nothing of what is asked.
#![forbid(unsafe_code)]

use std::io::{self, IoSliceMut};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::House;
use super::answer::{Client, answer, slip};
use super::brake::Pace;
use super::draft::Verdict;

/// Octets of a buffer: the kernel may hand several datagrams of one sender over as one. What is not used costs no memory.
const BUFFER: usize = 1 << 16;
/// Buffers, so datagrams that one system call may bring.
const BUFFERS: usize = 16;
/// Octets that an answer's space begins with.
const ANSWER: usize = 1500;
/// After a socket's error, which is never one datagram's fault alone.
const PAUSE: Duration = Duration::from_millis(10);

/// A socket that tells to which of the machine's addresses a datagram came.
pub(super) struct Datagrams {
    socket: UdpSocket,
    state: UdpSocketState,
}

impl Datagrams {
    /// Of a bound socket.
    pub(super) fn of(socket: UdpSocket) -> io::Result<Self> {
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        Ok(Self { socket, state })
    }

    /// Answers until the task is ended.
    pub(super) async fn serve(self: Arc<Self>, house: Arc<House>) {
        let mut buffers = vec![0; BUFFER * BUFFERS];
        let mut metas = [RecvMeta::default(); BUFFERS];
        let mut space = Vec::with_capacity(ANSWER);
        loop {
            let Ok(count) = self.receive(&mut buffers, &mut metas).await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            for (buffer, meta) in buffers.chunks(BUFFER).zip(metas).take(count) {
                for question in buffer[..meta.len.min(BUFFER)].chunks(meta.stride.max(1)) {
                    space = self.reply(&house, question, &meta, space).await;
                }
            }
        }
    }

    async fn receive(&self, buffers: &mut [u8], metas: &mut [RecvMeta; BUFFERS]) -> io::Result<usize> {
        let receive = || {
            let mut parts = buffers.chunks_mut(BUFFER).map(IoSliceMut::new);
            let mut slices: [IoSliceMut<'_>; BUFFERS] =
                std::array::from_fn(|_| parts.next().unwrap_or_else(|| IoSliceMut::new(&mut [])));
            self.state.recv(UdpSockRef::from(&self.socket), &mut slices, metas)
        };
        self.socket.async_io(Interest::READABLE, receive).await
    }

    /// Answers one; gives the space for the next answer back.
    async fn reply(&self, house: &House, question: &[u8], meta: &RecvMeta, space: Vec<u8>) -> Vec<u8> {
        let from: IpAddr = meta.addr.ip();
        let verdict = match house.brake.pace(from) {
            _ if meta.addr.port() == 0 => return space,
            Pace::Drop => return space,
            Pace::Slip => slip(question, space),
            Pace::Go => answer(question, Client { address: from, udp: true }, &house.catalog.load(), space),
        };
        let said = match verdict {
            Verdict::Send(said) => said,
            Verdict::Silence | Verdict::Transfer(_) => return Vec::with_capacity(ANSWER),
        };
        let answer =
            Transmit { destination: meta.addr, ecn: None, contents: &said, segment_size: None, src_ip: meta.dst_ip };
        let send = || self.state.try_send(UdpSockRef::from(&self.socket), &answer);
        // a client that is gone: it will ask again
        let _ = self.socket.async_io(Interest::WRITABLE, send).await;
        said
    }
}

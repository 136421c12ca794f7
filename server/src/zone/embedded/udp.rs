//! Questions over UDP: a datagram in, at most one out.
//!
//! Knows nothing of what is asked.
#![forbid(unsafe_code)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::House;
use super::answer::{Client, Verdict, answer, slip};
use super::brake::Pace;

/// Octets of the longest question that is read whole; a longer one is none.
const QUESTION: usize = 4096;
/// Octets that an answer's space begins with.
const ANSWER: usize = 1500;
/// After a socket's error, which is never one datagram's fault alone.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers until the task is ended.
pub(super) async fn serve(socket: Arc<UdpSocket>, house: Arc<House>) {
    let mut question = vec![0; QUESTION];
    let mut space = Vec::with_capacity(ANSWER);
    loop {
        let Ok((size, from)) = socket.recv_from(&mut question).await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        space = reply(&socket, &house, &question[..size], from, space).await;
    }
}

async fn reply(socket: &UdpSocket, house: &House, question: &[u8], from: SocketAddr, space: Vec<u8>) -> Vec<u8> {
    if from.port() == 0 {
        return space;
    }
    let pace = house.brake.pace(from.ip());
    if pace == Pace::Drop {
        return space;
    }
    let client = Client { address: from.ip(), udp: true };
    let verdict = match pace {
        Pace::Slip => slip(question, space),
        _ => answer(question, client, &house.catalog.load(), space),
    };
    let said = match verdict {
        Verdict::Send(said) => said,
        Verdict::Silence | Verdict::Transfer(_) => return Vec::with_capacity(ANSWER),
    };
    // a client that is gone, a full buffer: it will ask again
    let _ = socket.send_to(&said, from).await;
    said
}

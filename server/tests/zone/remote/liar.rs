//! A name server that does what its script says: what it answers is written by hand, the bytes and their signature too.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Of the key `good` that the liar's visitors use.
pub(crate) const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// The same in base64.
pub(crate) const SECRET_BASE64: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Ended when the value goes.
pub(crate) struct Liar {
    pub(crate) at: SocketAddr,
    /// Messages that it read.
    pub(crate) read: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Liar {
    /// `serve` has the number of the connection, from 0, and the connection.
    pub(crate) async fn start<F, D>(serve: F) -> Self
    where
        F: Fn(usize, Talk) -> D + Send + 'static,
        D: Future<Output = Option<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, read) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        let count = read.clone();
        let task = tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(number, Talk { stream, read: count.clone() }));
            }
        });
        Self { at, read, task }
    }

    pub(crate) fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection; `None` when it is over.
pub(crate) struct Talk {
    pub(crate) stream: TcpStream,
    read: Arc<AtomicUsize>,
}

impl Talk {
    pub(crate) async fn next(&mut self) -> Option<Vec<u8>> {
        let size = self.stream.read_u16().await.ok()?;
        let mut message = vec![0; usize::from(size)];
        self.stream.read_exact(&mut message).await.ok()?;
        self.read.fetch_add(1, Ordering::Relaxed);
        Some(message)
    }

    pub(crate) async fn say(&mut self, message: &[u8]) -> Option<()> {
        self.bytes(&framed(message)).await
    }

    pub(crate) async fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).await.ok()
    }

    /// Says nothing until the other side has had enough.
    pub(crate) async fn silence(mut self) -> Option<()> {
        while self.next().await.is_some() {}
        None
    }
}

/// With its length before it.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], message].concat()
}

/// An unsigned answer with this response code and nothing in it.
pub(crate) fn plain(asked: &[u8], code: u8) -> Vec<u8> {
    [&asked[..2], &[asked[2] | 0x80, code, 0, 0, 0, 0, 0, 0, 0, 0][..]].concat()
}

/// A signature behind an answer.
pub(crate) struct Seal<'a> {
    /// What it is made with; nothing makes none.
    pub(crate) secret: &'a [u8],
    /// TSIG error.
    pub(crate) error: u16,
    /// What stands behind it.
    pub(crate) other: &'a [u8],
    /// Seconds since 1970.
    pub(crate) time: u64,
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// An answer as an honest server signs it.
pub(crate) fn signed(asked: &[u8], code: u8) -> Vec<u8> {
    sealed(asked, code, &Seal { secret: SECRET, error: 0, other: &[], time: now() })
}

/// RFC 8945 section 5.3, by hand: all keys here are `good` with hmac-sha256.
pub(crate) fn sealed(asked: &[u8], code: u8, seal: &Seal<'_>) -> Vec<u8> {
    let mut answer = plain(asked, code);
    let name = b"\x04good\x00";
    let algorithm = b"\x0bhmac-sha256\x00";
    let time = &seal.time.to_be_bytes()[2..];
    let tail =
        [&seal.error.to_be_bytes()[..], &u16::try_from(seal.other.len()).unwrap().to_be_bytes(), seal.other].concat();
    let variables = [name, &[0, 255, 0, 0, 0, 0][..], algorithm, time, &[1, 44], &tail].concat();
    // a question's own signature ends with its hash, id, error and the length of nothing
    let of_question = &asked[asked.len() - 38..asked.len() - 6];
    let digest = [&[0, 32][..], of_question, &answer, &variables].concat();
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, seal.secret), &digest);
    let mac = if seal.secret.is_empty() { &[][..] } else { mac.as_ref() };
    let size = u16::try_from(mac.len()).unwrap().to_be_bytes();
    let data = [&algorithm[..], time, &[1, 44], &size, mac, &asked[..2], &tail].concat();
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    answer[11] = 1;
    [&answer[..], name, &[0, 250, 0, 255, 0, 0, 0, 0], &length, &data].concat()
}

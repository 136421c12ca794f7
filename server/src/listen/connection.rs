//! One connection: TLS handshake, which HTTP it is, and hyper set to our limits.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;

use super::crowd::Place;
use super::exchange::{Call, answer};
use super::house::House;
use super::limits::LINGER_TIME;
use super::line::Line;

/// How an HTTP/2 connection begins (RFC 9113 section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Between the first two looks at a preface that has not come whole; each later wait is twice as long, up to a second, so that thousands of
/// clients that stop in its midst cost next to nothing.
const PREFACE_LOOK: Duration = Duration::from_millis(20);

/// Serves one connection to its end.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    request_timeout: Duration,
    house: Arc<House>,
) {
    // answers are small and wait for nothing
    let _ = stream.set_nodelay(true);
    let call = Arc::new(Call { house, pulse: Arc::clone(&place.pulse), peer, request_timeout });
    if let Some(tls) = &call.house.tls {
        // on the heap, here and below, so that a connection that says nothing costs little
        let Some((stream, two)) = Box::pin(tls.handshake(stream, peer)).await else { return };
        call.pulse.opened();
        if two { Box::pin(serve_two(stream, &call)).await } else { Box::pin(serve_one(stream, &call)).await }
    } else {
        match prior_knowledge(&stream).await {
            Some(true) => Box::pin(serve_two(stream, &call)).await,
            Some(false) => Box::pin(serve_one(stream, &call)).await,
            None => {}
        }
    }
    drop(place);
}

/// Whether the client begins with HTTP/2's preface; `None` if it went away. Nothing is taken out of the socket.
async fn prior_knowledge(stream: &TcpStream) -> Option<bool> {
    let mut first = [0; PREFACE.len()];
    let mut pause = PREFACE_LOOK;
    loop {
        let length = stream.peek(&mut first).await.ok()?;
        if length == 0 {
            return None;
        }
        if first.get(..length) != PREFACE.get(..length) {
            return Some(false);
        }
        if length == PREFACE.len() {
            return Some(true);
        }
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

/// A stream whose socket can be waited for.
trait Waited: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn socket(&self) -> &TcpStream;
}

impl Waited for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Waited for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// HTTP/1: while the client is silent for long, there is neither hyper nor a buffer, just the stream.
async fn serve_one<S: Waited>(mut stream: S, call: &Arc<Call>) {
    let mut first = Bytes::new();
    loop {
        // on the heap, so that it takes no memory in between
        let Some(rest) = Box::pin(serve_spell(stream, first, call)).await else { return };
        (stream, first) = rest;
        if first.is_empty() && stream.socket().readable().await.is_err() {
            return;
        }
    }
}

/// Serves requests to the end of the connection (`None`), or until it is idle and asked to sleep: then stream, and what was read of the next
/// request.
async fn serve_spell<S: Waited>(stream: S, first: Bytes, call: &Arc<Call>) -> Option<(S, Bytes)> {
    let pulse = &call.pulse;
    let line = TokioIo::new(Line::new(stream, first, Arc::clone(pulse), true));
    let mut connection = call.house.one.serve_connection(line, service_fn(|request| answer(Arc::clone(call), request)));
    poll_fn(|cx| {
        pulse.wake(cx.waker());
        Poll::Ready(())
    })
    .await;
    let ended = poll_fn(|cx| match Pin::new(&mut connection).poll(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if pulse.sleeps() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    let ended = ended.await;
    let parts = connection.into_parts();
    let stream = parts.io.into_inner().into_inner();
    let Some(ended) = ended else { return Some((stream, parts.read_buf)) };
    if ended.is_err_and(|fault| fault.is_parse()) || pulse.refused() {
        linger(stream).await;
    }
    None
}

/// Reads what a refused client still sends, so that the system does not answer those bytes by a reset that destroys our answer.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    let _ = stream.shutdown().await;
    let mut scrap = [0; 1024];
    let read = async {
        for _ in 0..256 {
            if !matches!(stream.read(&mut scrap).await, Ok(length) if length > 0) {
                return;
            }
        }
    };
    let _ = timeout(LINGER_TIME, read).await;
}

async fn serve_two<S>(stream: S, call: &Arc<Call>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut stop = call.house.stop.clone();
    let line = TokioIo::new(Line::new(stream, Bytes::new(), Arc::clone(&call.pulse), false));
    let service = service_fn({
        let call = Arc::clone(call);
        move |request| answer(Arc::clone(&call), request)
    });
    let mut connection = std::pin::pin!(call.house.two.serve_connection(line, service));
    tokio::select! {
        biased;
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

//! One request and its answer: hyper's types in, the window's nouns to the handler, and back.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, COOKIE, HOST, HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Response, StatusCode, Version};
use tokio::time::timeout;

use super::house::House;
use super::limits::{BODY, SPILL, TARGET};
use super::pulse::Pulse;
use crate::world::{Reply, Request};

/// The upper half is random, so that lines of another run, or of another machine, are not taken for this request's.
static NEXT_ID: LazyLock<AtomicU64> = LazyLock::new(|| {
    let run = RandomState::new().hash_one(std::process::id());
    AtomicU64::new((run & !u64::from(u32::MAX)) | 1)
});

/// What the requests of one connection share.
pub(super) struct Call {
    pub(super) house: Arc<House>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) peer: SocketAddr,
    pub(super) request_timeout: Duration,
}

/// Why a request does not reach the handler.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Host,
    Coding,
    Target,
    TooLarge,
    Broken,
    Late,
}

impl Refusal {
    fn reply(self) -> Reply {
        let (status, text) = match self {
            Self::Host => (400, "a request needs exactly one Host field\n"),
            Self::Coding => (501, "no transfer coding but chunked is understood\n"),
            Self::Target => (414, "the request target may have 4096 bytes\n"),
            Self::TooLarge => (413, "the body may have 16384 bytes\n"),
            Self::Broken => (400, "the body cannot be read\n"),
            Self::Late => (503, "the request took too long\n"),
        };
        let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
        Reply { status, headers, body: text.into() }
    }
}

/// Answers one request; hyper needs a `Result`, but there is an answer to everything.
pub(super) async fn answer(call: Arc<Call>, request: hyper::Request<Incoming>) -> Result<Response<Answer>, Infallible> {
    let one = request.version() <= Version::HTTP_11;
    let active = Active::begin(&call.pulse, one);
    let left = call.request_timeout.saturating_sub(call.pulse.now().1);
    let reply = timeout(left, hand_over(&call, request)).await.unwrap_or(Err(Refusal::Late));
    let refused = reply.is_err();
    let reply = reply.unwrap_or_else(Refusal::reply);
    if refused && one {
        call.pulse.refuse();
    }
    let close = one && (refused || *call.house.stop.borrow());
    Ok(response(reply, close, active))
}

async fn hand_over(call: &Call, request: hyper::Request<Incoming>) -> Result<Reply, Refusal> {
    let (parts, body) = request.into_parts();
    judge(&parts)?;
    let body = if body.is_end_stream() { Vec::new() } else { whole(body, parts.version <= Version::HTTP_11).await? };
    Ok(call.house.handler.answer(noun(&parts, body, call.peer)).await)
}

/// What RFC 9112 asks of a server and hyper leaves to us.
fn judge(parts: &Parts) -> Result<(), Refusal> {
    let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if target > TARGET {
        return Err(Refusal::Target);
    }
    // section 3.2: none or several are refused, for a proxy and we might understand them differently
    if parts.version == Version::HTTP_11 && parts.headers.get_all(HOST).iter().count() != 1 {
        return Err(Refusal::Host);
    }
    // section 6.1: hyper takes any list that ends in chunked
    let mut codings = parts.headers.get_all(TRANSFER_ENCODING).iter();
    if codings.next().is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
        || codings.next().is_some()
    {
        return Err(Refusal::Coding);
    }
    Ok(())
}

async fn whole(mut body: Incoming, one: bool) -> Result<Vec<u8>, Refusal> {
    let known = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if known > BODY {
        return too_large(body, one).await;
    }
    let mut bytes = Vec::with_capacity(known);
    while let Some(data) = next(&mut body).await? {
        if bytes.len() + data.len() > BODY {
            return too_large(body, one).await;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// The next piece of a body; trailers are nobody's business here.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Refusal> {
    match std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
        None => Ok(None),
        Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
        Some(Err(_)) => Err(Refusal::Broken),
    }
}

/// A body that is dropped in HTTP/2 resets its stream, and clients then throw the answer away: some more is read, so that most of them
/// get to know why. In HTTP/1 the connection sees to that.
async fn too_large(mut body: Incoming, one: bool) -> Result<Vec<u8>, Refusal> {
    let mut left = if one { 0 } else { SPILL };
    while left > 0 {
        let Some(data) = next(&mut body).await? else { break };
        left = left.saturating_sub(data.len());
    }
    Err(Refusal::TooLarge)
}

fn noun(parts: &Parts, body: Vec<u8>, peer: SocketAddr) -> Request {
    let uri = &parts.uri;
    Request {
        id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
        method: parts.method.as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().map(str::to_owned),
        headers: headers(parts),
        peer,
        body,
    }
}

fn headers(parts: &Parts) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::with_capacity(parts.headers.len() + 1);
    let two = parts.version == Version::HTTP_2;
    if two && !parts.headers.contains_key(HOST) {
        // RFC 9113 section 8.3.1: the authority stands for Host
        if let Some(authority) = parts.uri.authority() {
            all.push((HOST.as_str().to_owned(), authority.as_str().as_bytes().to_vec()));
        }
    }
    let crumbs = two && parts.headers.get_all(COOKIE).iter().nth(1).is_some();
    for (name, value) in &parts.headers {
        if !(crumbs && name == COOKIE) {
            all.push((name.as_str().to_owned(), value.as_bytes().to_vec()));
        }
    }
    if crumbs {
        all.push((COOKIE.as_str().to_owned(), cookie(&parts.headers)));
    }
    all
}

/// RFC 9113 section 8.2.3: pieces of a cookie are joined before anyone who knows nothing of HTTP/2 sees them.
fn cookie(headers: &HeaderMap) -> Vec<u8> {
    let pieces: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    pieces.join(&b"; "[..])
}

fn response(reply: Reply, close: bool, active: Active) -> Response<Answer> {
    let body = Bytes::from(reply.body);
    let mut response = Response::new(Answer { body: Some(body), _active: active });
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in reply.headers {
        // a value with a line break would be another header: it is left out
        let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = pair {
            headers.append(name, value);
        } else {
            tracing::error!("a reply's header '{name}' cannot be sent");
        }
    }
    if close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// From a request's whole head to its answer's last byte.
struct Active {
    pulse: Arc<Pulse>,
    one: bool,
}

impl Active {
    fn begin(pulse: &Arc<Pulse>, one: bool) -> Self {
        pulse.begin();
        Self { pulse: Arc::clone(pulse), one }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if self.one {
            self.pulse.end();
        } else {
            self.pulse.end_stream();
        }
    }
}

/// An answer's body: one piece, of known length.
pub(super) struct Answer {
    body: Option<Bytes>,
    _active: Active,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.body.take().filter(|body| !body.is_empty()).map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}

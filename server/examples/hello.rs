//! A constant answer twice: by the listener at one port, and by the barest hyper at the next, to see what the listener costs:
//! `cargo run --release --example hello 8001`, then `wrk -t1 -c64 http://127.0.0.1:8001/` and the same at 8002.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ddns_service::listen::{Limits, Listener};
use ddns_service::world::{Handler, Reply, Request};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

struct Hello;

#[async_trait::async_trait]
impl Handler for Hello {
    async fn answer(&self, _: Request) -> Reply {
        Reply { status: 200, headers: vec![("content-type", "text/plain".to_owned())], body: b"hello\n".to_vec() }
    }
}

async fn bare(_: hyper::Request<hyper::body::Incoming>) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    Ok(hyper::Response::new(Full::new(Bytes::from_static(b"hello\n"))))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).unwrap_or_else(|| "8001".to_owned()).parse()?;
    let limits = Limits {
        request_timeout: Duration::from_secs(10),
        max_connections: 20_000,
        max_connections_per_address: 20_000,
        trusted: Vec::new(),
    };
    let _ours = Listener::bind("127.0.0.1", port).await?.serve(None, limits, Arc::new(Hello));
    let socket = TcpListener::bind(("127.0.0.1", port + 1)).await?;
    loop {
        let (stream, _) = socket.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(bare)));
    }
}

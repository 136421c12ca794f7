//! A listener with a handler that tells what it was asked, and a raw client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ddns_service::listen::{Limits, Listener, Serving, Tls};
use ddns_service::world::{Handler, Reply, Request};

/// What happens without a limit of the server's own happens within this on the slowest machine.
pub(crate) const SOON: Duration = Duration::from_secs(30);

/// Answers by what it was asked; `/slow?MILLISECONDS` answers late.
#[derive(Debug, Default)]
pub(crate) struct Mirror {
    /// Requests that came this far.
    pub(crate) asked: AtomicUsize,
    /// Requests that were answered to their end.
    pub(crate) answered: AtomicUsize,
}

#[async_trait::async_trait]
impl Handler for Mirror {
    async fn answer(&self, request: Request) -> Reply {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if request.path == "/slow" {
            let millis = request.query.as_deref().unwrap_or("0").parse().unwrap();
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        let mut text = format!("{} {} {:?}\n", request.method, request.path, request.query);
        for (name, value) in &request.headers {
            text.extend([name, "=", &String::from_utf8_lossy(value), "\n"]);
        }
        text.extend(["body=", &String::from_utf8_lossy(&request.body), "\n"]);
        let status = if matches!(request.method.as_str(), "GET" | "POST") { 200 } else { 405 };
        if request.path == "/large" {
            text = "x".repeat(4 << 20);
        }
        self.answered.fetch_add(1, Ordering::SeqCst);
        let headers = vec![("content-type", "text/plain".to_owned()), ("cache-control", "no-store".to_owned())];
        Reply { status, headers, body: text.into_bytes() }
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        request_timeout: Duration::from_secs(10),
        max_connections: 20_000,
        max_connections_per_address: 20_000,
        trusted: Vec::new(),
    }
}

/// A served listener on a free port of 127.0.0.1.
pub(crate) struct House {
    pub(crate) serving: Serving,
    pub(crate) mirror: Arc<Mirror>,
    pub(crate) at: SocketAddr,
}

pub(crate) async fn house(limits: Limits) -> House {
    house_at("127.0.0.1", limits, None).await
}

pub(crate) async fn house_at(host: &str, limits: Limits, tls: Option<Tls>) -> House {
    let listener = Listener::bind(host, 0).await.unwrap();
    let mirror = Arc::new(Mirror::default());
    let serving = listener.serve(tls, limits, mirror.clone());
    let at = serving.addresses()[0];
    House { serving, mirror, at }
}

impl House {
    pub(crate) fn asked(&self) -> usize {
        self.mirror.asked.load(Ordering::SeqCst)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.at)
    }
}

pub(crate) fn connect(at: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends bytes and reads to the end of the connection; a reset ends it too.
pub(crate) fn say(at: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(at);
    // the server may refuse before everything is written
    let _ = stream.write_all(bytes);
    read_to_end(&mut stream)
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(length) = stream.read(&mut piece) {
        if length == 0 {
            break;
        }
        all.extend_from_slice(&piece[..length]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// One answer from a connection that stays open: head and body by its content-length.
pub(crate) fn read_answer(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => all.push(byte[0]),
            _ => return String::from_utf8_lossy(&all).into_owned(),
        }
    }
    let head = String::from_utf8(all).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    head + &String::from_utf8_lossy(&body)
}

pub(crate) fn answers_in(text: &str) -> usize {
    text.matches("HTTP/1.").count()
}

/// Standard output of a program that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {out}{err}");
    out.into_owned()
}

/// Lets this process open so many files; where the hard limit is lower, only root may.
pub(crate) fn raise_descriptors(wanted: u64) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let mut numbers = line.split_whitespace().skip(3).map(|number| number.parse().unwrap_or(u64::MAX));
    let (soft, hard) = (numbers.next().unwrap(), numbers.next().unwrap());
    if soft < wanted {
        // prlimit(1) of util-linux does without unsafe code what setrlimit(2) does
        let own = std::process::id().to_string();
        run("prlimit", &["--pid", &own, &format!("--nofile={wanted}:{}", hard.max(wanted))]);
    }
}

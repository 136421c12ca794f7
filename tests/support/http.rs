//! Servers and a resolver for tests of transfers: all on loopback, all ended by the test that started them.
#![allow(dead_code, reason = "each test file uses its own part of it")]

#[path = "ports.rs"]
mod ports;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ddns::address::Family;
use ddns::system::http::Wire;
use ddns::system::patience::Patience;
use ddns::system::resolve::Resolve;
use ddns::url::Url;
use ddns::world::{Broken, Http, Request, Response, Route};

/// A resolver that knows what the test tells it; any other name does not exist.
#[derive(Default)]
pub(crate) struct Names(pub(crate) HashMap<&'static str, Vec<IpAddr>>);

impl Names {
    /// These names, each with addresses.
    pub(crate) fn new(names: &[(&'static str, &[&str])]) -> Self {
        let parsed = |list: &[&str]| list.iter().map(|a| a.parse().unwrap()).collect();
        Self(names.iter().map(|(name, list)| (*name, parsed(list))).collect())
    }
}

impl Resolve for Names {
    fn resolve(&mut self, host: &str, family: Option<Family>, _: &Patience) -> Result<Vec<IpAddr>, String> {
        let all = self.0.get(host).ok_or("no such name")?;
        Ok(all.iter().copied().filter(|&a| family.is_none_or(|f| Family::of(a) == f)).collect())
    }
}

/// A wire that knows `localhost` and three other names of loopback.
pub(crate) fn wire() -> Wire {
    wire_below(Path::new("/nonexistent"))
}

/// The same with certificates below `root`.
pub(crate) fn wire_below(root: &Path) -> Wire {
    let here: &[&str] = &["127.0.0.1"];
    let names = Names::new(&[
        ("localhost", here),
        ("other.test", here),
        ("dual.test", &["127.0.0.1", "::1"]),
        ("six.test", &["::1"]),
    ]);
    Wire::new(root.to_owned(), Box::new(names), None)
}

/// One GET by a new wire over a plain route.
pub(crate) fn get(url: &str) -> Result<Response, Broken> {
    get_by(url, &Route::default())
}

/// One GET by a new wire over `route`.
pub(crate) fn get_by(url: &str, route: &Route) -> Result<Response, Broken> {
    wire().exchange(&Request::get(Url::parse(url).unwrap()), route)
}

/// What a server saw: the request as it came, and from where.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) peer: SocketAddr,
}

/// An HTTP server in a thread that answers as the test's function says.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// On a free port of 127.0.0.1; `answer` gets the request (head and body) and the socket.
    pub(crate) fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1", answer)
    }

    /// On a free port of `ip`.
    pub(crate) fn start_on(ip: &str, answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (record, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let peer = stream.peer_addr().unwrap();
                    let text = request(&mut stream);
                    record.lock().unwrap().push(Seen { text: text.clone(), peer });
                    answer(&text, &mut stream);
                });
            }
        });
        Self { address, seen }
    }

    /// Always the same bytes, then the end of the connection.
    pub(crate) fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, stream| stream.write_all(&answer).unwrap_or_default())
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.text.clone()).collect()
    }
}

/// Head and body of a request, as it came.
fn request(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return text;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().unwrap();
        }
        text.push_str(&line);
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    text + &String::from_utf8_lossy(&body)
}

/// A complete answer with a length.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// An address of loopback on which nobody listens (until the kernel gives the port away again).
pub(crate) fn dead_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], ports::free_port()))
}

/// A child process that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether something listens there within half a minute.
pub(crate) fn comes_up(address: SocketAddr) -> bool {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A fresh directory for one test, inside the build directory.
pub(crate) fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("http-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Runs a program that must succeed; its standard output.
pub(crate) fn run(directory: &Path, argv: &[&str]) -> String {
    let out = Command::new(argv[0]).args(&argv[1..]).current_dir(directory).stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{argv:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

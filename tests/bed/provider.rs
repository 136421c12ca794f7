//! A provider of dynamic names in the Internet of [`Net`]: dyndns2 over HTTP/1.1. It knows one account, changes the zone with `nsupdate`, and
//! can be told to misbehave. It writes down all that it is asked.

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::named;
use super::net::{Net, PROVIDER_V4, PROVIDER_V6};

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    fields: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) peer: SocketAddr,
    pub(crate) at: Instant,
}

impl Asked {
    /// The value of a header field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name)).map(|(_, value)| value)
    }

    /// The address it wants in DNS.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.query("myip")?.parse().ok()
    }
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// As a provider does: `badauth` to a stranger, else `good` after a change of DNS, `nochg` without.
    Honest,
    /// `good`, but DNS does not follow.
    GoodOnly,
    /// This status and body, with these further header lines.
    Text(u16, &'static str, &'static str),
    /// Honest, but only after this time.
    Late(Duration),
    /// Nothing, and the connection stays open.
    Hang,
    /// Nothing, and the connection is closed.
    Close,
    /// Ten megabytes.
    Flood,
    /// A body of this length of NUL bytes.
    Nuls(usize),
    /// One byte of the body in each of these times, without end.
    Drip(Duration),
    /// All that it was sent, as some error pages do.
    Echo,
}

struct Shared {
    net: Net,
    /// What `Authorization` must be; `None` lets everybody in.
    login: Mutex<Option<String>>,
    asked: Mutex<Vec<Asked>>,
    next: Mutex<VecDeque<Says>>,
    usual: Mutex<Says>,
    known: Mutex<HashMap<(String, bool), IpAddr>>,
}

/// The provider, until the value goes.
pub(crate) struct Provider {
    shared: Arc<Shared>,
    listeners: Vec<RawFd>,
}

impl Provider {
    /// Opens port 80 of both families.
    pub(crate) fn open(net: &Net) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            net: net.clone(),
            login: Mutex::default(),
            asked: Mutex::default(),
            next: Mutex::default(),
            usual: Mutex::new(Says::Honest),
            known: Mutex::default(),
        });
        let mut provider = Self { shared, listeners: Vec::new() };
        for host in [PROVIDER_V4, PROVIDER_V6] {
            provider.listen(host, 80, Arc::new(|stream| Ok(Box::new(stream))))?;
        }
        Ok(provider)
    }

    /// Listens on a further port; `wrap` may put TLS around a connection.
    pub(crate) fn listen(&mut self, host: &str, port: u16, wrap: Arc<Wrap>) -> io::Result<()> {
        let listener = self.shared.net.do_there(|| TcpListener::bind((host, port)))?;
        self.listeners.push(listener.as_raw_fd());
        let shared = Arc::clone(&self.shared);
        thread::spawn(move || {
            while let Ok((stream, peer)) = listener.accept() {
                let (shared, wrap) = (Arc::clone(&shared), Arc::clone(&wrap));
                thread::spawn(move || {
                    // whom to complain to? the test sees what was asked and how it went on
                    let _ = wrap(stream).and_then(|stream| serve(&shared, stream, peer));
                });
            }
        });
        Ok(())
    }

    /// Lets in only this `user:password`, in the form of `Authorization`.
    pub(crate) fn account(&self, login: &[u8]) {
        *lock(&self.shared.login) = Some(format!("Basic {}", ddns::secret::base64(login)));
    }

    /// From now on, unless [`Provider::next`] says otherwise.
    pub(crate) fn usually(&self, says: Says) {
        *lock(&self.shared.usual) = says;
    }

    /// Only for the next request.
    pub(crate) fn next(&self, says: Says) {
        lock(&self.shared.next).push_back(says);
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        lock(&self.shared.asked).clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        for listener in &self.listeners {
            // ends the accept of the thread that owns it
            let _ = nix::sys::socket::shutdown(*listener, nix::sys::socket::Shutdown::Both);
        }
    }
}

/// A connection, with or without TLS around it.
pub(crate) trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}
/// Puts something around a connection.
pub(crate) type Wrap = dyn Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(shared: &Shared, mut stream: Box<dyn Stream>, peer: SocketAddr) -> io::Result<()> {
    let (asked, text) = read_request(stream.as_mut(), peer)?;
    lock(&shared.asked).push(asked.clone());
    let says = lock(&shared.next).pop_front().unwrap_or_else(|| lock(&shared.usual).clone());
    match says {
        Says::Honest => honest(shared, &asked, stream.as_mut()),
        Says::GoodOnly => answer(stream.as_mut(), 200, "", b"good\n"),
        Says::Text(status, body, fields) => answer(stream.as_mut(), status, fields, body.as_bytes()),
        Says::Late(wait) => {
            thread::sleep(wait);
            honest(shared, &asked, stream.as_mut())
        }
        Says::Hang => {
            let _ = stream.read(&mut [0]);
            Ok(())
        }
        Says::Close => Ok(()),
        Says::Flood => answer(stream.as_mut(), 200, "", &vec![b'x'; 10 << 20]),
        Says::Nuls(count) => answer(stream.as_mut(), 200, "", &vec![0; count]),
        Says::Drip(pause) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
            loop {
                stream.write_all(b"g")?;
                stream.flush()?;
                thread::sleep(pause);
            }
        }
        Says::Echo => answer(stream.as_mut(), 200, "", format!("error: cannot understand\n{text}").as_bytes()),
    }
}

fn read_request(stream: &mut dyn Stream, peer: SocketAddr) -> io::Result<(Asked, String)> {
    let mut lines = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        if lines.read_line(&mut text)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let at = Instant::now();
    let mut head = text.lines();
    let mut words = head.next().unwrap_or_default().split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields: Vec<(String, String)> = head.filter_map(field).collect();
    let mut asked = Asked { method, target, fields, body: String::new(), peer, at };
    if let Some(length) = asked.field("content-length").and_then(|length| length.parse().ok()) {
        let mut body = vec![0; length];
        lines.read_exact(&mut body)?;
        asked.body = String::from_utf8_lossy(&body).into_owned();
    }
    Ok((asked, text))
}

fn honest(shared: &Shared, asked: &Asked, stream: &mut dyn Stream) -> io::Result<()> {
    let login = lock(&shared.login).clone();
    if login.is_some_and(|login| asked.field("authorization") != Some(&login)) {
        return answer(stream, 200, "", b"badauth\n");
    }
    let (Some(names), Some(address)) = (asked.query("hostname"), asked.address()) else {
        return answer(stream, 200, "", b"notfqdn\n");
    };
    let lines: String = names.split(',').map(|name| publish(shared, name, address)).collect();
    answer(stream, 200, "", lines.as_bytes())
}

/// Changes one name, and gives the line of the answer about it.
fn publish(shared: &Shared, name: &str, address: IpAddr) -> String {
    if !name.ends_with("example.net") {
        return "nohost\n".to_owned();
    }
    let key = (name.to_owned(), address.is_ipv4());
    if lock(&shared.known).get(&key) == Some(&address) {
        return format!("nochg {address}\n");
    }
    if named::change(&shared.net, name, address).is_err() {
        return "dnserr\n".to_owned();
    }
    lock(&shared.known).insert(key, address);
    format!("good {address}\n")
}

fn answer(stream: &mut dyn Stream, status: u16, fields: &str, body: &[u8]) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()
}

//! Keep-alive clients that ask without rest or at a rate, and what answers they got, how fast: for `make bench-server`.
//! `cargo run --release --example load 127.0.0.1:8443 fresh clients=64 seconds=5` prints one line of JSON.
//!
//! It speaks just enough HTTP/1.1 for that, so that most of the machine is left to whoever answers. Users, tokens, names and addresses are
//! those that `bench/server/seed.py` puts into the database; it knows nothing else of the service.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep_until;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An address that the host never had.
    Fresh,
    /// The address that the host was made with.
    Same,
    /// A wrong password.
    Wrong,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    kind: Kind,
    at: SocketAddr,
    clients: u64,
    seconds: u64,
    /// Requests per second of all together; 0 is without rest.
    rate: u64,
    /// Requests of all together; 0 is as many as there is time for.
    total: u64,
    /// Hosts from this one on.
    first: u64,
    hosts: u64,
    /// Another number, other fresh addresses.
    salt: u64,
}

type Fault = Box<dyn Error>;

fn plan() -> Result<Plan, Fault> {
    let mut words = std::env::args().skip(1);
    let at = words.next().ok_or("wanted: ADDRESS:PORT fresh|same|wrong [option=number ...]")?.parse()?;
    let kind = match words.next().as_deref() {
        Some("fresh") => Kind::Fresh,
        Some("same") => Kind::Same,
        Some("wrong") => Kind::Wrong,
        _ => return Err("wanted: fresh, same or wrong".into()),
    };
    let mut plan = Plan { kind, at, clients: 64, seconds: 5, rate: 0, total: 0, first: 0, hosts: 1, salt: 0 };
    for word in words {
        let (option, number) = word.split_once('=').ok_or("wanted: option=number")?;
        let number = number.parse()?;
        match option {
            "clients" => plan.clients = number,
            "seconds" => plan.seconds = number,
            "rate" => plan.rate = number,
            "total" => plan.total = number,
            "first" => plan.first = number,
            "hosts" => plan.hosts = number,
            "salt" => plan.salt = number,
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    Ok(plan)
}

/// Base64 (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0_usize, |word, byte| (word << 8) | usize::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place)) & 63];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

fn address(first: u8, number: u64) -> String {
    format!("{first}.{}.{}.{}", (number >> 16) & 255, (number >> 8) & 255, number & 255)
}

/// The request of that number; `number` counts those of all clients.
fn request(plan: &Plan, number: u64, text: &mut String) {
    text.clear();
    let host = plan.first + number % plan.hosts;
    let wanted = match plan.kind {
        Kind::Fresh => address(10, (plan.salt << 18) + number),
        Kind::Same | Kind::Wrong => address(11, host),
    };
    let user = host % 1000;
    let login = match plan.kind {
        Kind::Wrong => format!("u{user}:wrong{number}"),
        _ => format!("u{user}:T{host:031}"),
    };
    let _ = write!(
        text,
        "GET /update?hostname=h{host}.dyn.example.com&myip={wanted} HTTP/1.1\r\nHost: bench\r\nAuthorization: Basic {}\r\n\r\n",
        base64(login.as_bytes())
    );
}

/// What one client got.
#[derive(Debug, Default)]
struct Tally {
    micros: Vec<u32>,
    words: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
}

impl Tally {
    fn took(&mut self, word: String, since: Instant) {
        self.micros.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
        *self.words.entry(word).or_default() += 1;
    }

    fn join(&mut self, other: Self) {
        self.micros.extend(other.micros);
        for (word, count) in other.words {
            *self.words.entry(word).or_default() += count;
        }
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    fn part(&self, share: usize) -> u32 {
        let place = self.micros.len() * share / 1000;
        self.micros.get(place.min(self.micros.len().saturating_sub(1))).copied().unwrap_or(0)
    }
}

/// One answer read to its end: its status, and the first word of its body.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<String> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(word) = whole(buffer) {
            return Ok(word);
        }
    }
}

/// `None` while bytes are missing.
fn whole(buffer: &[u8]) -> Option<String> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    })?;
    let body = buffer.get(head + 4..head + 4 + length)?;
    let word = body.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let status = text.split(' ').nth(1).unwrap_or_default();
    Some(if status == "200" { String::from_utf8_lossy(word).into_owned() } else { status.to_owned() })
}

async fn client(plan: Rc<Plan>, place: u64, begin: Instant) -> Tally {
    let (mut tally, mut text, mut buffer) = (Tally::default(), String::new(), Vec::with_capacity(4096));
    let end = begin + Duration::from_secs(plan.seconds);
    let mut stream = None;
    let mut number = place;
    while (plan.total == 0 || number < plan.total) && (plan.total > 0 || Instant::now() < end) {
        let mut due = Instant::now();
        if let Some(micros) = (number * 1_000_000).checked_div(plan.rate) {
            let at = begin + Duration::from_micros(micros);
            if at > end {
                break;
            }
            // a request whose time came while the one before was under way has waited since then
            if at > due {
                sleep_until(at.into()).await;
                due = Instant::now();
            } else {
                due = at;
            }
        }
        request(&plan, number, &mut text);
        if let Err(fault) = exchange(&plan, &mut stream, &text, &mut buffer, &mut tally, due).await {
            *tally.faults.entry(fault.kind().to_string()).or_default() += 1;
            stream = None;
        }
        number += plan.clients;
    }
    tally
}

async fn exchange(
    plan: &Plan,
    stream: &mut Option<TcpStream>,
    text: &str,
    buffer: &mut Vec<u8>,
    tally: &mut Tally,
    due: Instant,
) -> io::Result<()> {
    if stream.is_none() {
        let new = TcpStream::connect(plan.at).await?;
        new.set_nodelay(true)?;
        *stream = Some(new);
    }
    if let Some(stream) = stream {
        stream.write_all(text.as_bytes()).await?;
        tally.took(answer(stream, buffer).await?, due);
    }
    Ok(())
}

fn json(map: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = map.iter().map(|(word, count)| format!("{word:?}: {count}")).collect();
    format!("{{{}}}", parts.join(", "))
}

fn main() -> Result<(), Fault> {
    let plan = Rc::new(plan()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begin = Instant::now();
    let mut all = Tally::default();
    LocalSet::new().block_on(&runtime, async {
        let mut clients = JoinSet::new();
        for place in 0..plan.clients {
            clients.spawn_local(client(Rc::clone(&plan), place, begin));
        }
        while let Some(Ok(tally)) = clients.join_next().await {
            all.join(tally);
        }
    });
    let seconds = begin.elapsed().as_secs_f64();
    all.micros.sort_unstable();
    writeln!(
        io::stdout(),
        "{{\"requests\": {}, \"seconds\": {seconds:.3}, \"p50\": {}, \"p99\": {}, \"longest\": {}, \"words\": {}, \"faults\": {}}}",
        all.micros.len(),
        all.part(500),
        all.part(990),
        all.part(1000),
        json(&all.words),
        json(&all.faults)
    )?;
    Ok(())
}

//! Routers: they send ever new addresses for the same hosts to any instance, and write down what they were told.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::dice::Dice;
use crate::servers::ZONE;
use crate::town::{PASSWORD, USER};

pub(crate) const HOSTS: usize = 24;

/// Hosts that get most of the updates.
const HOT: usize = 5;

const THREADS: u64 = 8;

/// A client's own patience; other clients have less, and the service must bear that too.
const PATIENCE: Duration = Duration::from_secs(4);

/// One request and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) host: usize,
    pub(crate) address: String,
    /// Since the schedule began.
    pub(crate) from: Duration,
    pub(crate) to: Duration,
    /// First word of the answer; `None` when none came.
    pub(crate) word: Option<String>,
    /// No answer, and the instance may still be at it.
    pub(crate) open: bool,
}

impl Sent {
    pub(crate) fn good(&self) -> bool {
        matches!(self.word.as_deref(), Some("good" | "nochg"))
    }
}

pub(crate) struct Clients {
    over: Arc<AtomicBool>,
    sent: Arc<Mutex<Vec<Sent>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    pub(crate) fn start(seed: u64, ports: &[u16], begun: Instant) -> Self {
        let (over, sent, number) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Vec<Sent>>>::default(), Arc::default());
        let threads = (0..THREADS)
            .map(|thread| {
                let (over, sent, number) = (Arc::clone(&over), Arc::clone(&sent), Arc::clone(&number));
                let (ports, mut dice) = (ports.to_vec(), Dice::new(seed * 1000 + thread));
                thread::spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let one = once(&mut dice, &ports, &number, begun);
                        sent.lock().unwrap().push(one);
                        thread::sleep(Duration::from_millis(dice.below(60)));
                    }
                })
            })
            .collect();
        Self { over, sent, threads }
    }

    /// No more requests; those under way are waited for.
    pub(crate) fn stop(self) -> Vec<Sent> {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads {
            thread.join().unwrap();
        }
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn once(dice: &mut Dice, ports: &[u16], number: &AtomicU32, begun: Instant) -> Sent {
    let host = if dice.below(10) < 7 { dice.index(HOT) } else { dice.index(HOSTS) };
    let instance = dice.index(ports.len());
    let number = number.fetch_add(1, Ordering::Relaxed);
    let address = format!("11.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
    let six = if dice.below(3) == 0 { format!("&myip6=2600::{number:x}") } else { String::new() };
    let password = PASSWORD.replace(' ', "%20");
    let mut query = format!("hostname=h{host}.{ZONE}&username={USER}&password={password}&myip={address}{six}");
    if dice.below(8) == 0 {
        query += "&notify_change=1";
    }
    // some hang up before anything can have come of it
    let patience = if dice.below(12) == 0 { Duration::from_millis(dice.between(1, 30)) } else { PATIENCE };
    let from = begun.elapsed();
    let answer = ask(ports[instance], &query, patience);
    let open = matches!(&answer, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    let word = answer.ok().and_then(|text| {
        let body = text.split_once("\r\n\r\n")?.1;
        body.split_whitespace().next().map(str::to_owned)
    });
    // only what was answered is known to be over
    let open = open || !matches!(word.as_deref(), Some("good" | "nochg" | "dnserr" | "nohost" | "911"));
    Sent { host, address, from, to: begun.elapsed(), word, open }
}

fn ask(port: u16, query: &str, patience: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&([127, 0, 0, 1], port).into(), PATIENCE)?;
    stream.set_read_timeout(Some(patience))?;
    let head = format!("GET /update?{query} HTTP/1.1\r\nHost: chaos.test\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

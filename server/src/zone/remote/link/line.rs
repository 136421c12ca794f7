//! The far end of a link: a task that has the connection to itself.
//!
//! It must not know what is asked or what an answer says beyond its id.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::time::Duration;

use ddns::dns::belongs_to_request;
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::super::verdict::{Answered, Asked};
use super::super::wire::Wire;
use super::{Exchange, Silence, Way};

/// A connection on which nothing happens is closed before the server (10 s at Knot, 5 s at `PowerDNS`, 30 s at BIND) or a NAT forgets it.
const IDLE: Duration = Duration::from_secs(4);

/// A message that was sent.
struct Sent {
    /// `None` when its time was over.
    exchange: Option<Exchange>,
    asked: Asked,
    at: Instant,
}

/// A connection and what is under way on it.
struct Connection {
    wire: Wire,
    sent: HashMap<u16, Sent>,
    next_id: u16,
    /// When a message last came, or the connection was made.
    heard: Instant,
    /// An answer came once: the server talks to us.
    proven: bool,
    /// All that is under way was sent after a time without anything under way, and nothing has come since.
    woken: bool,
}

pub(super) struct Line {
    way: Way,
    inbox: mpsc::Receiver<Exchange>,
    /// To be sent once more.
    again: VecDeque<Exchange>,
    connection: Option<Connection>,
}

enum Event {
    Came(io::Result<Vec<Vec<u8>>>),
    Asked(Exchange),
    Due,
}

impl Line {
    pub(super) fn new(way: Way, inbox: mpsc::Receiver<Exchange>) -> Self {
        Self { way, inbox, again: VecDeque::new(), connection: None }
    }

    /// Ends when nobody can ask any more and all is answered or over.
    pub(super) async fn run(mut self) {
        loop {
            if let Some(exchange) = self.again.pop_front() {
                self.take(exchange).await;
                continue;
            }
            let Some(connection) = &mut self.connection else {
                match self.inbox.recv().await {
                    Some(exchange) => self.take(exchange).await,
                    None => return,
                }
                continue;
            };
            if self.inbox.is_closed() && self.inbox.is_empty() && connection.sent.is_empty() {
                return;
            }
            let due = connection.due(self.way.timeout);
            let event = tokio::select! {
                came = connection.wire.turn() => Event::Came(came),
                Some(exchange) = self.inbox.recv() => Event::Asked(exchange),
                () = sleep_until(due) => Event::Due,
            };
            match event {
                Event::Came(Ok(messages)) => messages.into_iter().for_each(|message| self.came(message)),
                Event::Came(Err(error)) => self.broken(&Silence::of_ending(&error)),
                Event::Asked(exchange) => self.take(exchange).await,
                Event::Due => self.due(),
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.way.clock.now().seconds()).unwrap_or(0)
    }

    /// Signs and sends; the connection is made if there is none.
    async fn take(&mut self, exchange: Exchange) {
        if exchange.tell.is_closed() {
            return;
        }
        // after a stop of this program it may be as late as can be
        if exchange.until <= Instant::now() {
            return exchange.end(Err(Silence::NoAnswer(self.way.timeout)));
        }
        if self.connection.is_none() {
            match timeout_at(exchange.until, Wire::connect(self.way.at)).await {
                Ok(Ok(wire)) => self.connection = Some(Connection::new(wire)),
                Ok(Err(error)) => return exchange.unsent(Silence::of_connecting(&error)),
                Err(_) => return exchange.unsent(Silence::NoConnection(self.way.timeout)),
            }
        }
        let now = self.now();
        if let Some(connection) = &mut self.connection {
            connection.send(exchange, &self.way, now);
        }
    }

    fn came(&mut self, message: Vec<u8>) {
        let at = self.now();
        let Some(connection) = &mut self.connection else { return };
        connection.heard = Instant::now();
        connection.woken = false;
        if let Some(sent) = connection.answered(&message) {
            connection.proven = true;
            if let Some(exchange) = sent.exchange {
                exchange.end(Ok(Answered { asked: sent.asked, answer: message, at }));
            }
        } else {
            tracing::debug!(server = %self.way.at, "a message that nobody asked for");
        }
    }

    /// The other side ended it.
    fn broken(&mut self, why: &Silence) {
        let Some(connection) = self.connection.take() else { return };
        let stale = connection.proven && connection.woken && !connection.wire.in_mid_message();
        for exchange in connection.sent.into_values().filter_map(|sent| sent.exchange) {
            if stale && !exchange.again {
                self.again.push_back(Exchange { again: true, ..exchange });
            } else {
                exchange.end(Err(why.clone()));
            }
        }
    }

    /// Time is over for something.
    fn due(&mut self) {
        let (now, timeout) = (Instant::now(), self.way.timeout);
        let Some(connection) = &mut self.connection else { return };
        connection.expire(now, timeout);
        let hangs = connection.hangs(now, timeout);
        if !hangs && !connection.rests(now) {
            return;
        }
        let Some(connection) = self.connection.take() else { return };
        if hangs {
            tracing::warn!(server = %self.way.at, "the name server is silent; the connection is cut");
        }
        for exchange in connection.sent.into_values().filter_map(|sent| sent.exchange) {
            exchange.end(Err(Silence::NoAnswer(timeout)));
        }
        if hangs {
            connection.wire.cut();
        }
    }
}

impl Connection {
    fn new(wire: Wire) -> Self {
        let mut dice = [0; 2];
        // without dice ids begin at zero: what proves an answer is the signature, and the peer of a TCP connection
        let _ = SystemRandom::new().fill(&mut dice);
        let (sent, heard) = (HashMap::new(), Instant::now());
        Self { wire, sent, next_id: u16::from_be_bytes(dice), heard, proven: false, woken: false }
    }

    fn send(&mut self, exchange: Exchange, way: &Way, now: u64) {
        while self.sent.contains_key(&self.next_id) {
            self.next_id = self.next_id.wrapping_add(1);
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        let mut message = exchange.message.clone();
        if let Some(head) = message.first_chunk_mut() {
            *head = id.to_be_bytes();
        }
        let (fits, asked) = match &way.key {
            Some(key) => {
                let signed = key.key.sign(&message, now);
                (self.wire.queue(&signed.bytes), Asked::Signed(signed))
            }
            None => (self.wire.queue(&message), Asked::Plain),
        };
        if !fits {
            return exchange.end(Err(Silence::Broken("the message is too long".to_owned())));
        }
        self.woken |= self.sent.is_empty();
        self.sent.insert(id, Sent { exchange: Some(exchange), asked, at: Instant::now() });
    }

    /// What this is the answer to; it is under way no more.
    fn answered(&mut self, message: &[u8]) -> Option<Sent> {
        let id = u16::from_be_bytes(*message.first_chunk()?);
        let head = match self.sent.get(&id)? {
            Sent { asked: Asked::Signed(signed), .. } => Some(signed.bytes.as_slice()),
            Sent { exchange: Some(exchange), .. } => Some(exchange.message.as_slice()),
            Sent { .. } => None,
        };
        // the id of what was not signed is not in its text; all else of the head is
        let kind = head.and_then(|head| head.get(2..12)).map(|rest| [&message[..2], rest].concat());
        if kind.is_some_and(|asked| !belongs_to_request(&asked, message)) {
            return None;
        }
        self.sent.remove(&id)
    }

    /// When something must be looked at.
    fn due(&self, timeout: Duration) -> Instant {
        let ends = self.sent.values().map(|sent| match &sent.exchange {
            Some(exchange) => exchange.until.min(sent.at + 2 * timeout),
            None => sent.at + 2 * timeout,
        });
        ends.min().unwrap_or(self.heard + IDLE)
    }

    /// Tells those whose time is over.
    fn expire(&mut self, now: Instant, timeout: Duration) {
        for sent in self.sent.values_mut() {
            if let Some(exchange) = sent.exchange.take_if(|exchange| exchange.until <= now) {
                exchange.end(Err(Silence::NoAnswer(timeout)));
            }
        }
    }

    /// Whether something has waited for twice the time and nothing at all came meanwhile. What was only passed over is forgotten.
    fn hangs(&mut self, now: Instant, timeout: Duration) -> bool {
        let heard = self.heard;
        let over = |sent: &Sent| sent.at + 2 * timeout <= now;
        if self.sent.values().any(|sent| over(sent) && heard <= sent.at) {
            return true;
        }
        self.sent.retain(|_, sent| !over(sent));
        false
    }

    fn rests(&self, now: Instant) -> bool {
        self.sent.is_empty() && self.heard + IDLE <= now
    }
}

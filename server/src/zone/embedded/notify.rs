//! Tells one secondary of one zone that there is another serial (RFC 1996), until it answers; many changes at once are told once.
#![forbid(unsafe_code)]

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message_builder::AdditionalBuilder;
use domain::base::{Message, MessageBuilder};
use domain::rdata::tsig::Time48;
use domain::tsig::{ClientTransaction, Key};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::apex::Apex;
use super::catalog::Version;
use super::sheet::{Target, push_soa};
use super::sign::Keyring;

/// Between a change and the word of it, so that those that come together are one.
const GATHER: Duration = Duration::from_millis(100);
/// Between two words to one secondary.
const PAUSE: Duration = Duration::from_millis(400);
/// How long an answer is waited for, try by try (RFC 1996 section 3.6).
const TRIES: [u64; 6] = [1, 2, 4, 8, 16, 32];

/// Who tells.
pub(super) struct Herald {
    /// The zone, as the configuration has it.
    pub(super) zone: String,
    /// The secondary.
    pub(super) to: SocketAddr,
    /// Where we listen: a secondary believes only the address it knows.
    pub(super) listen: Vec<SocketAddr>,
    /// The key of transfers.
    pub(super) keys: Keyring,
    /// What the zone is now.
    pub(super) now: Arc<ArcSwap<Version>>,
    /// Its serials.
    pub(super) serial: watch::Receiver<u32>,
}

/// What remembers a signed word until its answer.
type Signed = ClientTransaction<Arc<Key>>;

/// How a word was taken.
enum Heard {
    Yes,
    /// The secondary said no, by this code.
    Refused(Rcode),
    /// Nothing usable came in time.
    Nothing,
}

impl Herald {
    /// Tells at once, and after each change, until the zone is no longer served.
    pub(super) async fn run(mut self) {
        loop {
            self.serial.mark_unchanged();
            self.tell().await;
            sleep(PAUSE).await;
            if self.serial.changed().await.is_err() {
                return;
            }
            sleep(GATHER).await;
        }
    }

    /// Until it is answered, or there is something newer to tell.
    async fn tell(&mut self) {
        let mut changes = self.serial.clone();
        for seconds in TRIES {
            let wait = Duration::from_secs(seconds);
            let heard = tokio::select! {
                heard = self.once(wait) => heard,
                _ = changes.changed() => return,
            };
            match heard {
                Ok(Heard::Yes) => return debug!("zone {}: {} knows of the change", self.zone, self.to),
                Ok(Heard::Refused(rcode)) => {
                    return warn!(
                        "zone {}: {} does not take NOTIFY: {rcode}; it is to know us as this zone's primary",
                        self.zone, self.to
                    );
                }
                Ok(Heard::Nothing) => {}
                // as when nothing listens there
                Err(_) => tokio::select! {
                    () = sleep(wait) => {}
                    _ = changes.changed() => return,
                },
            }
        }
        warn!("zone {}: {} does not answer NOTIFY; it will see the change when it asks by itself", self.zone, self.to);
    }

    async fn once(&self, wait: Duration) -> io::Result<Heard> {
        let socket = UdpSocket::bind(self.from()).await?;
        socket.connect(self.to).await?;
        let Some((message, transaction)) = self.message() else { return Ok(Heard::Nothing) };
        socket.send(&message).await?;
        let mut space = [0; 1232];
        let answer = timeout(wait, async {
            loop {
                let size = socket.recv(&mut space).await?;
                if let Some(heard) = judge(&message, &space[..size], transaction.as_ref()) {
                    return io::Result::Ok(heard);
                }
            }
        });
        answer.await.unwrap_or(Ok(Heard::Nothing))
    }

    fn from(&self) -> SocketAddr {
        let same = self.listen.iter().map(SocketAddr::ip).find(|ip| ip.is_ipv4() == self.to.is_ipv4());
        let any: IpAddr = if self.to.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        SocketAddr::new(same.unwrap_or(any), 0)
    }

    fn message(&self) -> Option<(Vec<u8>, Option<Signed>)> {
        let version = self.now.load();
        let mut builder = builder();
        let header = builder.header_mut();
        header.set_id(random_id()?);
        header.set_opcode(Opcode::NOTIFY);
        header.set_aa(true);
        let mut question = builder.question();
        question.push((&version.apex.name, Rtype::SOA, Class::IN)).ok()?;
        let mut answer = question.answer();
        push_soa(&mut answer, &version.apex, version.serial, Apex::ttl()).ok()?;
        let mut extra = answer.additional();
        let key = self.keys.0.clone();
        let transaction = match key {
            Some(key) => Some(ClientTransaction::request(key, &mut extra, Time48::now()).ok()?),
            None => None,
        };
        Some((AdditionalBuilder::finish(extra).into_target(), transaction))
    }
}

/// A builder as answers have it.
pub(super) fn builder() -> MessageBuilder<Target> {
    let Ok(builder) = MessageBuilder::from_target(Target::new(Vec::with_capacity(512)));
    builder
}

/// A message's number that cannot be guessed.
pub(super) fn random_id() -> Option<u16> {
    let mut id = [0; 2];
    SystemRandom::new().fill(&mut id).ok()?;
    Some(u16::from_be_bytes(id))
}

/// `None` for what is no answer to ours.
fn judge(sent: &[u8], came: &[u8], transaction: Option<&Signed>) -> Option<Heard> {
    let sent = Message::from_slice(sent).ok()?;
    let mut message = Message::from_octets(came.to_vec()).ok()?;
    let header = message.header();
    if header.id() != sent.header().id() || !header.qr() || header.opcode() != Opcode::NOTIFY {
        return None;
    }
    let rcode = header.rcode();
    match transaction.map(|transaction| transaction.answer(&mut message, Time48::now())) {
        // a refusal need not be signed (RFC 8945 section 5.2), consent must be
        Some(Err(_)) if rcode == Rcode::NOERROR => None,
        _ if rcode == Rcode::NOERROR => Some(Heard::Yes),
        _ => Some(Heard::Refused(rcode)),
    }
}

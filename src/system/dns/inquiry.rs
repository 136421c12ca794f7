//! The order in which name servers are asked, and what is made of their silence.
//!
//! It must not know where the list of servers comes from.

use std::mem;
use std::net::SocketAddr;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::socket::{Silence, TC, Way, tcp, udp};
use crate::address::Family;
use crate::dns::{Judged, Lookup, belongs_to_request, judge, query, query_without_edns};
use crate::system::patience::{Impatient, Patience};
use crate::world::{Bind, Silent};

/// What [`Lookup::NoAnswer`] says when a signal ended the wait.
pub const INTERRUPTED: &str = "interrupted";

/// Larger messages go by TCP (RFC 2136 section 6.2, RFC 1035 section 4.2.1).
const UDP_MESSAGE: usize = 512;

/// One try at one server, the first one or not: whether that is enough.
type Turn<'t> = &'t mut dyn FnMut(SocketAddr, bool, &Patience) -> Result<bool, Silence>;

/// Whom to ask, and how.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    /// Servers in their order.
    pub(super) servers: Vec<SocketAddr>,
    /// TCP from the start.
    pub(super) tcp: bool,
    /// Believe the additional section too.
    pub(super) glue: bool,
    /// Tries at each server that stays silent, at least one.
    pub(super) attempts: u32,
    /// Time for one try.
    pub(super) timeout: Duration,
}

impl Inquiry {
    /// Asks the servers in turn; the first that knows has the last word. Who answers without knowing, or cannot be reached, is not asked
    /// again; who stays silent is, after the others, and then without EDNS, which some routers drop without a word.
    pub(super) fn ask(&self, name: &str, family: Family, patience: &Patience) -> Lookup {
        let (mut known, mut failed) = (None, None);
        let silent = self.in_turn(patience, &mut |server, first, share| {
            match self.turn(server, name, family, first, share)? {
                Lookup::Failed(why) => _ = failed.get_or_insert(format!("{why} from {server}")),
                lookup => known = Some(lookup),
            }
            Ok(known.is_some())
        });
        match (silent, known, failed) {
            (_, Some(known), _) => known,
            (Err(Silent::Interrupted), ..) => Lookup::NoAnswer(String::from(INTERRUPTED)),
            (_, None, Some(failed)) => Lookup::Failed(failed),
            (Err(Silent::Because(why)), ..) => Lookup::NoAnswer(why),
            (Ok(()), ..) => Lookup::NoAnswer(String::new()),
        }
    }

    /// Carries a message to the first server that answers: by UDP where it fits, by TCP where the answer was cut, or where UDP leads nowhere.
    pub(super) fn carry(&self, message: &[u8], bind: &Bind, patience: &Patience) -> Result<Vec<u8>, Silent> {
        let ours = |answer: &[u8]| belongs_to_request(message, answer);
        let mut found = Vec::new();
        self.in_turn(patience, &mut |server, first, share| {
            let way = Way { server, bind };
            let by_udp = (first && !self.tcp && message.len() <= UDP_MESSAGE).then(|| udp(way, message, &ours, share));
            found = match by_udp {
                Some(Ok(answer)) if answer.get(2).is_some_and(|bits| bits & TC == 0) => answer,
                Some(Err(silence @ Silence::Impatient(_))) => return Err(silence),
                Some(Ok(_) | Err(Silence::Broken(_))) | None => tcp(way, message, &ours, share)?,
            };
            Ok(true)
        })?;
        Ok(found)
    }

    /// Takes the servers in turn until `turn`, which is told whether it is a server's first, says that it is enough. Who cannot be reached
    /// is left out of further rounds.
    fn in_turn(&self, patience: &Patience, turn: Turn) -> Result<(), Silent> {
        let mut waiting = self.servers.clone();
        let mut broken = Vec::new();
        for attempt in 0..self.attempts {
            let round = mem::take(&mut waiting);
            for (place, &server) in round.iter().enumerate() {
                let here = round.len() - place;
                let later = (waiting.len() + here) * (self.attempts - attempt - 1) as usize;
                let share = self.share(here + later, patience);
                match turn(server, attempt == 0, &share) {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(Silence::Impatient(Impatient::TimedOut)) => waiting.push(server),
                    Err(Silence::Impatient(Impatient::Interrupted)) => return Err(Silent::Interrupted),
                    Err(silence) => broken.push(format!("{server}: {silence}")),
                }
            }
        }
        broken.extend(waiting.iter().map(|server| format!("no answer from {server} in time")));
        Err(Silent::Because(broken.join(", ")))
    }

    /// One try's part of the time, so that the last server still gets its turn.
    fn share(&self, tries: usize, patience: &Patience) -> Patience {
        let part = patience.left() / u32::try_from(tries).unwrap_or(u32::MAX).max(1);
        Patience { until: Instant::now() + part.min(self.timeout), stop: patience.stop }
    }

    /// One try at one server: as many exchanges as it takes to find transport and form that it can serve.
    fn turn(
        &self,
        server: SocketAddr,
        name: &str,
        family: Family,
        mut edns: bool,
        patience: &Patience,
    ) -> Result<Lookup, Silence> {
        let mut by_tcp = self.tcp;
        loop {
            let id = random_id();
            let question =
                if edns { query(name, family, id, true) } else { query_without_edns(name, family, id, true) };
            let question = match question {
                Ok(question) => question,
                Err(fault) => return Ok(Lookup::NoAnswer(fault.to_string())),
            };
            let judged = |answer: &[u8]| judge(answer, id, name, family, self.glue);
            let exchange = if by_tcp { tcp } else { udp };
            let way = Way { server, bind: &Bind::default() };
            let answer = exchange(way, &question, &|answer| judged(answer) != Judged::NotOurs, patience)?;
            match judged(&answer) {
                Judged::Truncated if !by_tcp => by_tcp = true,
                Judged::Unwelcome(_) if edns => edns = false,
                Judged::Said(lookup) => return Ok(lookup),
                Judged::Unwelcome(why) => return Ok(Lookup::Failed(why)),
                Judged::Truncated | Judged::NotOurs => return Ok(Lookup::Failed(String::from("a cut answer by TCP"))),
            }
        }
    }
}

/// An id that nobody can guess, from the kernel.
fn random_id() -> u16 {
    let mut bytes = [0; 2];
    // SAFETY: the pointer and the length are those of `bytes`.
    let got = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
    if got == 2 {
        return u16::from_be_bytes(bytes);
    }
    // early at boot there may be no good randomness yet; the port the kernel picks still guards us, so a weak id is better than none
    let [.., high, low] = UNIX_EPOCH.elapsed().unwrap_or_default().subsec_micros().to_be_bytes();
    u16::from_be_bytes([high, low])
}

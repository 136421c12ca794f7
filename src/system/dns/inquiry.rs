//! The order in which name servers are asked, and what is made of their silence.
//!
//! It must not know where the list of servers comes from.

use std::mem;
use std::net::SocketAddr;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::socket::{Silence, tcp, udp};
use crate::address::Family;
use crate::dns::{Judged, Lookup, judge, query, query_without_edns};
use crate::system::patience::{Impatient, Patience};

/// What [`Lookup::NoAnswer`] says when a signal ended the wait.
pub const INTERRUPTED: &str = "interrupted";

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
        let mut waiting = self.servers.clone();
        let mut failed = None;
        let mut broken = Vec::new();
        for attempt in 0..self.attempts {
            let round = mem::take(&mut waiting);
            for (place, &server) in round.iter().enumerate() {
                let here = round.len() - place;
                let later = (waiting.len() + here) * (self.attempts - attempt - 1) as usize;
                let share = self.share(here + later, patience);
                match self.turn(server, name, family, attempt == 0, &share) {
                    Ok(Lookup::Failed(why)) => _ = failed.get_or_insert(format!("{why} from {server}")),
                    Ok(known) => return known,
                    Err(Silence::Impatient(Impatient::TimedOut)) => waiting.push(server),
                    Err(Silence::Impatient(Impatient::Interrupted)) => {
                        return Lookup::NoAnswer(String::from(INTERRUPTED));
                    }
                    Err(silence) => broken.push(format!("{server}: {silence}")),
                }
            }
        }
        broken.extend(waiting.iter().map(|server| format!("no answer from {server} in time")));
        failed.map_or_else(|| Lookup::NoAnswer(broken.join(", ")), Lookup::Failed)
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
            let judged = |message: &[u8]| judge(message, id, name, family, self.glue);
            let exchange = if by_tcp { tcp } else { udp };
            match exchange(server, &question, &judged, patience)? {
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

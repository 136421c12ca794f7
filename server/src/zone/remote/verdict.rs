//! What an answer to an update proves (RFC 2136 section 2.2, RFC 8945 section 5.3).
//!
//! Pure: bytes in, verdict out. It must not know how the answer came.
#![forbid(unsafe_code)]

use ddns::dns::{Objection, Seal, Signed, code_name};

use super::keys::NamedKey;
use crate::world::ZoneFault;

/// Response codes (RFC 1035 section 4.1.1, RFC 2136 section 2.2).
pub(super) const NOERROR: u8 = 0;
pub(super) const SERVFAIL: u8 = 2;
pub(super) const NXDOMAIN: u8 = 3;
pub(super) const NOTIMP: u8 = 4;
pub(super) const REFUSED: u8 = 5;
pub(super) const YXDOMAIN: u8 = 6;
pub(super) const YXRRSET: u8 = 7;
pub(super) const NXRRSET: u8 = 8;
pub(super) const NOTAUTH: u8 = 9;
pub(super) const NOTZONE: u8 = 10;

/// What was sent, as far as the answer's proof needs it.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// Nobody signs here: an answer from the peer with the right id is all the proof there is.
    Plain,
    /// Signed.
    Signed(Signed),
}

/// An answer with what it takes to judge it.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// As sent.
    pub(super) asked: Asked,
    /// As received; its head is whole.
    pub(super) answer: Vec<u8>,
    /// When it came, seconds since 1970.
    pub(super) at: u64,
}

impl Answered {
    /// The response code.
    pub(super) fn code(&self) -> u8 {
        self.answer.get(3).map_or(SERVFAIL, |byte| byte & 15)
    }

    /// The response code, from whom it must be from.
    pub(super) fn proven(&self, key: Option<&NamedKey>) -> Result<u8, ZoneFault> {
        let code = self.code();
        let (Asked::Signed(asked), Some(key)) = (&self.asked, key) else { return Ok(code) };
        match key.key.seal(asked, &self.answer, self.at) {
            Seal::Good => Ok(code),
            Seal::Refused(objection) => Err(objected(objection, key, self.at)),
            Seal::OutOfTime => Err(ZoneFault::Signature(format!(
                "the answer is signed by a clock more than 5 minutes off; ours says {}, set both by NTP",
                clock(self.at)
            ))),
            // PowerDNS says no more than this of a key that it does not take
            Seal::Missing if matches!(code, NOTAUTH | REFUSED) => Err(ZoneFault::Signature(format!(
                "{} without a signature: it does not take key '{}' ({}), of which name, secret, algorithm or clock differ, or the zone",
                code_name(code),
                key.name,
                key.key.algorithm().name()
            ))),
            Seal::Missing => Err(ZoneFault::Unproven(format!(
                "{} without a signature, where key '{}' should sign",
                code_name(code),
                key.name
            ))),
            Seal::Wrong => Err(ZoneFault::Unproven(format!(
                "{} with a signature that key '{}' did not make",
                code_name(code),
                key.name
            ))),
        }
    }

    /// Whether an update was made.
    pub(super) fn update(&self, key: Option<&NamedKey>) -> Result<(), ZoneFault> {
        match self.proven(key)? {
            NOERROR => Ok(()),
            NXDOMAIN | YXDOMAIN | YXRRSET | NXRRSET => Err(ZoneFault::Alias),
            code => Err(ZoneFault::Refused(code_name(code))),
        }
    }
}

/// Whether a smaller message might succeed where this one did not: what is said of a signature or of the zone holds for every part.
pub(super) fn one_may_spoil(fault: &ZoneFault) -> bool {
    match fault {
        ZoneFault::Alias => true,
        ZoneFault::Refused(word) => *word != code_name(NOTAUTH) && *word != code_name(NOTIMP),
        ZoneFault::Signature(_)
        | ZoneFault::Unproven(_)
        | ZoneFault::Unknown(_)
        | ZoneFault::NotSent(_)
        | ZoneFault::NotAsked(_) => false,
    }
}

fn objected(objection: Objection, key: &NamedKey, now: u64) -> ZoneFault {
    let (name, algorithm) = (&key.name, key.key.algorithm().name());
    ZoneFault::Signature(match objection {
        Objection::Signature => format!("BADSIG: it has another secret for key '{name}'"),
        Objection::Key => format!("BADKEY: it has no key of the name '{name}' with algorithm {algorithm}"),
        Objection::Time(theirs) => {
            let theirs = theirs.map_or_else(|| "does not say".to_owned(), |theirs| format!("says {}", clock(theirs)));
            tracing::warn!(key = %name, ours = %clock(now), "BADTIME: the name server's clock {theirs}");
            format!(
                "BADTIME: the clocks differ by more than 5 minutes, the name server's {theirs}, ours says {}",
                clock(now)
            )
        }
        Objection::Other(code) => format!("TSIG error {code} for key '{name}'"),
    })
}

/// Seconds since 1970 as people read them.
fn clock(seconds: u64) -> String {
    let form = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    let moment =
        i64::try_from(seconds).ok().and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok());
    moment.and_then(|moment| moment.format(form).ok()).unwrap_or_else(|| format!("{seconds} s after 1970"))
}

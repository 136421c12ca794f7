//! Signatures of messages by a secret that both sides share: TSIG (RFC 8945).
//!
//! Pure: the time comes from outside, and what is signed is bytes. Cut signatures (section 5.2.2.1) are neither made nor taken.
#![forbid(unsafe_code)]

use domain::base::Message;
use domain::base::iana::{Class, Rtype};
use domain::base::message::RecordSection;
use domain::base::name::{Name, ToName as _};
use domain::base::record::ParsedRecord;
use domain::base::wire::ParseError;
use domain::rdata::tsig::Tsig;

use super::hmac::Algorithm;
use super::message::{NameFault, Octets, OwnName, checked};
use crate::secret::Secret;

/// Seconds that the clocks of both sides may differ (section 10).
pub const FUDGE: u16 = 300;

/// Octets of a message's head.
const HEAD: usize = 12;

/// A secret with the name that both sides know it by.
#[derive(Clone, Debug)]
pub struct Key {
    name: OwnName,
    algorithm: Algorithm,
    secret: Secret,
}

/// A message with its signature behind it, and what it takes to verify the answer.
#[derive(Clone, Debug)]
pub struct Signed {
    /// To be sent as it is.
    pub bytes: Vec<u8>,
    mac: Vec<u8>,
}

/// What the signature of an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The answer is from who knows the secret, to this very message.
    Good,
    /// There is none.
    Missing,
    /// There is one, but not of this key over this answer.
    Wrong,
    /// It was made more than [`FUDGE`] away from now.
    OutOfTime,
    /// The server did not like ours.
    Refused(Objection),
}

/// What a server has against a signature (RFC 8945 section 3, `Error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// BADSIG: another secret.
    Signature,
    /// BADKEY: no such key, or not with this algorithm.
    Key,
    /// BADTIME: the clocks differ; what the server's says, in seconds since 1970, where it says so.
    Time(Option<u64>),
    /// Another one: its number.
    Other(u16),
}

impl Key {
    /// A key by the name the server has for it.
    pub fn new(name: &str, algorithm: Algorithm, secret: Secret) -> Result<Self, NameFault> {
        let name = Name::from_octets(lower(&checked(name)?)).map_err(|_| NameFault::Long(name.len()))?;
        Ok(Self { name, algorithm, secret })
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The secret, for the mask.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Signs a finished message at `time`, seconds since 1970.
    pub fn sign(&self, message: &[u8], time: u64) -> Signed {
        let mac = self.algorithm.hash(self.secret.reveal(), &[message, &self.variables(time, FUDGE, &[])]);
        let algorithm = self.algorithm_name();
        let size = algorithm.len() + 6 + 2 + 2 + mac.len() + 2 + 2 + 2;
        let id = message.get(..2).unwrap_or_default();
        let head =
            [self.name.as_slice(), &short(Rtype::TSIG.to_int()), &short(Class::ANY.to_int()), &[0; 4], &length(size)];
        let data = [&algorithm[..], &stamp(time), &short(FUDGE), &length(mac.len()), &mac, id, &[0; 4]];
        let mut bytes = [message, &head.concat(), &data.concat()].concat();
        count(&mut bytes, |records| records.saturating_add(1));
        Signed { bytes, mac }
    }

    /// What the signature of `answer` says at `now`, seconds since 1970, when `asked` was what was sent.
    pub fn seal(&self, asked: &Signed, answer: &[u8], now: u64) -> Seal {
        self.read(asked, answer, now).unwrap_or(Seal::Wrong)
    }

    fn read(&self, asked: &Signed, answer: &[u8], now: u64) -> Result<Seal, ParseError> {
        let message = Message::from_octets(answer).map_err(|_| ParseError::ShortInput)?;
        let Some((at, record)) = last(message.additional()?)?.filter(|(_, record)| record.rtype() == Rtype::TSIG)
        else {
            return Ok(Seal::Missing);
        };
        let Some(tsig) = record.to_record::<Tsig<_, _>>()? else { return Ok(Seal::Wrong) };
        let tsig = tsig.data();
        // a server that does not take ours has nothing to sign its objection with: it stands there unproven
        match tsig.error().to_int() {
            0 => {}
            16 => return Ok(Seal::Refused(Objection::Signature)),
            17 => return Ok(Seal::Refused(Objection::Key)),
            18 => return Ok(Seal::Refused(Objection::Time(tsig.other_time().map(u64::from)))),
            code => return Ok(Seal::Refused(Objection::Other(code))),
        }
        let mut bare = answer.get(..at).unwrap_or_default().to_vec();
        count(&mut bare, |records| records.saturating_sub(1));
        bare.splice(..2, short(tsig.original_id()));
        let signed = u64::from(tsig.time_signed());
        let variables = self.variables(signed, tsig.fudge(), tsig.other());
        let ours = [&length(asked.mac.len())[..], &asked.mac, &bare, &variables];
        let ours = self.algorithm.hash(self.secret.reveal(), &ours);
        let named =
            record.owner().name_eq(&self.name) && *tsig.algorithm().to_vec().as_slice() == *self.algorithm_name();
        Ok(match named && same(&ours, tsig.mac()) {
            false => Seal::Wrong,
            true if signed.abs_diff(now) > u64::from(tsig.fudge()) => Seal::OutOfTime,
            true => Seal::Good,
        })
    }

    /// What is hashed behind the message (section 4.3.3).
    fn variables(&self, time: u64, fudge: u16, other: &[u8]) -> Vec<u8> {
        let owner = [self.name.as_slice(), &short(Class::ANY.to_int()), &[0; 4], &self.algorithm_name()];
        [&owner.concat()[..], &stamp(time), &short(fudge), &[0; 2], &length(other.len()), other].concat()
    }

    /// In wire form.
    fn algorithm_name(&self) -> Vec<u8> {
        let labels = self.algorithm.name().split('.').chain([""]);
        labels.flat_map(|label| [&length(label.len())[1..], label.as_bytes()].concat()).collect()
    }
}

/// The last record of a section and where it begins.
fn last<'m>(
    mut section: RecordSection<'m, Octets<'m>>,
) -> Result<Option<(usize, ParsedRecord<'m, Octets<'m>>)>, ParseError> {
    let mut found = None;
    loop {
        let at = section.pos();
        match section.next() {
            Some(record) => found = Some((at, record?)),
            None => return Ok(found),
        }
    }
}

/// Names are hashed in lower case. Lengths of labels are no letters.
fn lower(name: &OwnName) -> Vec<u8> {
    name.as_slice().to_ascii_lowercase()
}

fn short(number: u16) -> [u8; 2] {
    number.to_be_bytes()
}

fn length(size: usize) -> [u8; 2] {
    short(u16::try_from(size).unwrap_or(u16::MAX))
}

/// 48 bits.
fn stamp(time: u64) -> [u8; 6] {
    let [_, _, stamp @ ..] = time.to_be_bytes();
    stamp
}

/// Changes the number of additional records in a message's head.
fn count(message: &mut [u8], change: fn(u16) -> u16) {
    if let Some([high, low]) = message.get_mut(HEAD - 2..HEAD) {
        [*high, *low] = short(change(u16::from_be_bytes([*high, *low])));
    }
}

/// In the same time wherever they differ.
fn same(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

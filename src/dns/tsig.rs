//! Signatures of messages by a secret that both sides share: TSIG (RFC 8945).
//!
//! Pure: the time comes from outside, and what is signed is bytes. Cut signatures (section 5.2.2.1) are neither made nor taken.
#![forbid(unsafe_code)]

use domain::base::iana::{Class, Rtype};

use super::hmac::Algorithm;
use super::message::{NameFault, checked};
use crate::secret::Secret;

/// Seconds that the clocks of both sides may differ (section 10).
pub const FUDGE: u16 = 300;

/// Octets of a message's head.
const HEAD: usize = 12;

/// A secret with the name that both sides know it by.
#[derive(Clone, Debug)]
pub struct Key {
    /// On the wire.
    name: Vec<u8>,
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
    /// BADTIME: the clocks differ; what the server's says, in seconds since 1970, where it says so with a signature of the key.
    Time(Option<u64>),
    /// Another one: its number.
    Other(u16),
}

impl Key {
    /// A key by the name the server has for it.
    pub fn new(name: &str, algorithm: Algorithm, secret: Secret) -> Result<Self, NameFault> {
        // names are hashed in lower case; lengths of labels are no letters
        let name = checked(name)?.as_slice().to_ascii_lowercase();
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
        let mac = self.algorithm.hash(self.secret.reveal(), &[message, &self.variables(time, FUDGE, (0, &[]))]);
        let algorithm = self.algorithm_name();
        let size = algorithm.len() + 6 + 2 + 2 + mac.len() + 2 + 2 + 2;
        let id = message.get(..2).unwrap_or_default();
        let head = [&self.name[..], &short(Rtype::TSIG.to_int()), &short(Class::ANY.to_int()), &[0; 4], &length(size)];
        let data = [&algorithm[..], &stamp(time), &short(FUDGE), &length(mac.len()), &mac, id, &[0; 4]];
        let mut bytes = [message, &head.concat(), &data.concat()].concat();
        count(&mut bytes, |records| records.saturating_add(1));
        Signed { bytes, mac }
    }

    /// What the signature of `answer` says at `now`, seconds since 1970, when `asked` was what was sent.
    pub fn seal(&self, asked: &Signed, answer: &[u8], now: u64) -> Seal {
        self.read(asked, answer, now).unwrap_or(Seal::Wrong)
    }

    /// `None` when the answer cannot be read.
    fn read(&self, asked: &Signed, answer: &[u8], now: u64) -> Option<Seal> {
        let (at, data) = last(answer)?;
        let Some(data) = data else { return Some(Seal::Missing) };
        let (time, rest) = data.get(skipped(data, 0)?..)?.split_at_checked(6)?;
        let (fudge, rest) = (number(rest, 0)?, rest.get(2..)?);
        let (mac, rest) = rest.get(2..)?.split_at_checked(usize::from(number(rest, 0)?))?;
        let (id, error, size, other) = (rest.get(..2)?, number(rest, 2)?, number(rest, 4)?, rest.get(6..)?);
        if other.len() != usize::from(size) {
            return None;
        }
        let signed = time.iter().fold(0, |time, byte| time << 8 | u64::from(*byte));
        let mut bare = [id, answer.get(2..at)?].concat();
        count(&mut bare, |records| records.saturating_sub(1));
        // the names of key and algorithm are hashed as ours: with others the hash is another one
        let variables = self.variables(signed, fudge, (error, other));
        let ours = [&length(asked.mac.len())[..], &asked.mac, &bare, &variables];
        let proven = same(&self.algorithm.hash(self.secret.reveal(), &ours), mac);
        Some(match error {
            0 if !proven => Seal::Wrong,
            0 if signed.abs_diff(now) > u64::from(fudge) => Seal::OutOfTime,
            0 => Seal::Good,
            // a server that does not take ours has nothing to sign its objection with, but for the time (section 5.2.3)
            16 => Seal::Refused(Objection::Signature),
            17 => Seal::Refused(Objection::Key),
            18 => {
                let theirs = other.iter().fold(0, |time, byte| time << 8 | u64::from(*byte));
                Seal::Refused(Objection::Time((proven && other.len() == 6).then_some(theirs)))
            }
            code => Seal::Refused(Objection::Other(code)),
        })
    }

    /// What is hashed behind the message (section 4.3.3).
    fn variables(&self, time: u64, fudge: u16, (error, other): (u16, &[u8])) -> Vec<u8> {
        let owner = [&self.name[..], &short(Class::ANY.to_int()), &[0; 4], &self.algorithm_name()];
        [&owner.concat()[..], &stamp(time), &short(fudge), &short(error), &length(other.len()), other].concat()
    }

    /// In wire form.
    fn algorithm_name(&self) -> Vec<u8> {
        let labels = self.algorithm.name().split('.').chain([""]);
        labels.flat_map(|label| [&length(label.len())[1..], label.as_bytes()].concat()).collect()
    }
}

/// Where the last record of a message begins, and its data if it is a signature.
fn last(message: &[u8]) -> Option<(usize, Option<&[u8]>)> {
    let counts = [4, 6, 8, 10].map(|place| number(message, place));
    let [Some(questions), Some(answers), Some(authorities), Some(others)] = counts else { return None };
    let mut at = HEAD;
    for _ in 0..questions {
        at = skipped(message, at)? + 4;
    }
    let mut found = (at, None);
    for left in (0..u32::from(answers) + u32::from(authorities) + u32::from(others)).rev() {
        let head = skipped(message, at)?;
        let data = head + 10..head + 10 + usize::from(number(message, head + 8)?);
        let signature = left == 0 && others > 0 && number(message, head)? == Rtype::TSIG.to_int();
        found = (at, Some(message.get(data.clone())?).filter(|_| signature));
        at = data.end;
    }
    Some(found)
}

/// The place behind the name at `at`, which may end in a pointer.
fn skipped(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            size @ ..64 => at += 1 + usize::from(size),
            _ => return Some(at + 2),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]))
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

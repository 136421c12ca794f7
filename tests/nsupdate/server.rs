//! A name server that plays: it answers message after message as the test wrote, signs as it is told, and fails on what was not expected.

use std::collections::VecDeque;

use ddns::address::Family;
use ddns::dns::Lookup;
use ddns::secret::from_base64;
use ddns::world::{Dns, Message, Silent, Via};
use ring::hmac;

use crate::{NOW, SECRET};

/// How an answer is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signs {
    Well,
    Badly,
    Not,
    /// Not, with an error of the signature and data that belongs to it.
    Objects(u16, &'static [u8]),
}

/// One answer: its code, records of the answer and authority sections, how it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    pub(crate) code: u8,
    pub(crate) records: Vec<Record>,
    pub(crate) signs: Signs,
    pub(crate) authoritative: bool,
}

/// Section (1 answer, 2 authority), owner, type, TTL, data.
pub(crate) type Record = (usize, &'static str, u16, u32, Vec<u8>);

pub(crate) fn says(code: u8) -> Says {
    Says { code, records: Vec::new(), signs: Signs::Well, authoritative: true }
}

impl Says {
    pub(crate) fn a(mut self, owner: &'static str, ttl: u32, address: [u8; 4]) -> Self {
        self.records.push((1, owner, 1, ttl, address.to_vec()));
        self
    }

    pub(crate) fn cname(mut self, owner: &'static str, target: &str) -> Self {
        self.records.push((1, owner, 5, 60, wire(target)));
        self
    }

    pub(crate) fn soa(mut self, zone: &'static str, primary: &str) -> Self {
        self.records.push((2, zone, 6, 60, [wire(primary), wire("h"), vec![0; 20]].concat()));
        self
    }

    pub(crate) fn ns(mut self, zone: &'static str, server: &str) -> Self {
        self.records.push((2, zone, 2, 60, wire(server)));
        Self { authoritative: false, ..self }
    }

    pub(crate) fn signed(self, signs: Signs) -> Self {
        Self { signs, ..self }
    }

    fn answer(&self, asked: &[u8]) -> Vec<u8> {
        let question = &asked[12..=12 + asked[12..].iter().position(|byte| *byte == 0).unwrap() + 4];
        let bits = 0x80 | (asked[2] & 0x78) | if self.authoritative { 4 } else { 0 };
        let count = |section| u8::try_from(self.records.iter().filter(|record| record.0 == section).count()).unwrap();
        let mut answer = [&asked[..2], &[bits, self.code, 0, 1, 0, count(1), 0, count(2), 0, 0], question].concat();
        for section in [1, 2] {
            for (_, owner, kind, ttl, data) in self.records.iter().filter(|record| record.0 == section) {
                answer.extend(
                    [wire(owner), kind.to_be_bytes().to_vec(), vec![0, 1], ttl.to_be_bytes().to_vec()].concat(),
                );
                answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
                answer.extend(data);
            }
        }
        self.sealed(asked, answer)
    }

    /// RFC 8945 section 5.4, for the key `home-key` of hmac-sha256.
    fn sealed(&self, asked: &[u8], mut answer: Vec<u8>) -> Vec<u8> {
        let (error, other) = match self.signs {
            Signs::Objects(error, other) => (error, other),
            _ => (0, &b""[..]),
        };
        // the request's ends with mac, id, error and length of other data
        let theirs = asked.get(asked.len().saturating_sub(38)..asked.len() - 6).unwrap_or_default();
        let time = [&[0; 2][..], &u32::try_from(NOW).unwrap().to_be_bytes(), &300_u16.to_be_bytes()].concat();
        let length = u16::try_from(other.len()).unwrap().to_be_bytes();
        let tail = [&error.to_be_bytes()[..], &length, other].concat();
        let head = [&wire("home-key")[..], &[0, 255, 0, 0, 0, 0], &wire("hmac-sha256"), &time].concat();
        let secret = if self.signs == Signs::Badly { b"x".to_vec() } else { from_base64(SECRET.as_bytes()).unwrap() };
        let signed = [&[0, 32][..], theirs, &answer, &head, &tail].concat();
        let mac = match self.signs {
            Signs::Not => return answer,
            Signs::Objects(error, _) if error != 18 => Vec::new(),
            _ => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), &signed).as_ref().to_vec(),
        };
        let size = u16::try_from(mac.len()).unwrap().to_be_bytes();
        let data = [&wire("hmac-sha256")[..], &time, &size, &mac, &asked[..2], &tail].concat();
        answer[11] = 1;
        answer.extend([&wire("home-key")[..], &[0, 250, 0, 255, 0, 0, 0, 0]].concat());
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        [answer, data].concat()
    }
}

/// A name on the wire.
pub(crate) fn wire(name: &str) -> Vec<u8> {
    let labels = name.split('.').filter(|label| !label.is_empty()).chain([""]);
    labels.flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat()).collect()
}

/// What was asked, and what is still to be answered.
pub(crate) struct Server {
    left: VecDeque<Says>,
    /// Server, opcode, first name of each message.
    pub(crate) heard: Vec<String>,
    /// The last message.
    pub(crate) last: Vec<u8>,
}

impl Server {
    pub(crate) fn new(left: &[Says]) -> Self {
        Self { left: left.to_vec().into(), heard: Vec::new(), last: Vec::new() }
    }

    pub(crate) fn finished(&self) -> bool {
        self.left.is_empty()
    }
}

impl Dns for Server {
    fn lookup(&mut self, name: &str, _: Family, _: &Via) -> Lookup {
        panic!("{name} is not looked up")
    }

    fn exchange(&mut self, message: &Message<'_>) -> Result<Vec<u8>, Silent> {
        let asked = message.bytes;
        let mut name = String::new();
        let mut rest = &asked[12..];
        while let [size @ 1..=63, tail @ ..] = rest {
            let (label, behind) = tail.split_at(usize::from(*size));
            name += &(String::from_utf8_lossy(label) + ".");
            rest = behind;
        }
        let what = if asked[2] & 0x78 == 0x28 { "update" } else { "question" };
        let server = message.server.map_or("system", |server| &server.host);
        self.heard.push(format!("{server} {what} {name}{}", if message.tcp { " tcp" } else { "" }));
        asked.clone_into(&mut self.last);
        let says = self.left.pop_front().ok_or_else(|| Silent::Because("no answer in time".to_owned()))?;
        Ok(says.answer(asked))
    }
}

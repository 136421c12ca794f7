//! ubus messages and blobmsg data as bytes. All integers are big-endian; every attribute is padded to a multiple of four.
//!
//! Pure. Format: libubox `blob.h`, `blobmsg.h` and ubus `ubusmsg.h`, as recorded in the tests. Work is bounded by the length of the message,
//! depth by [`DEPTH_LIMIT`].
#![forbid(unsafe_code)]

use std::fmt;

use serde_json::{Map, Value};

/// A longer message is refused before it is read, bytes. netifd needs about one kilobyte per network.
pub const MESSAGE_LIMIT: usize = 1024 * 1024;
/// Tables within tables; netifd uses five levels.
const DEPTH_LIMIT: u32 = 16;
/// Length of the fixed head: version, type, sequence, peer, length of the blob.
pub(super) const HEAD: usize = 12;

/// What is wrong with bytes that should be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFault {
    /// The first byte is not 0: another protocol, or a later one.
    Version(u8),
    /// The message says it is longer than [`MESSAGE_LIMIT`], or shorter than its own head.
    Length(usize),
    /// An attribute does not fit into what holds it.
    Overrun,
    /// Tables nested too deep.
    Depth,
    /// A string without an end, a number of the wrong length, a name that is none.
    Value,
}

impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "protocol version {version}, not 0"),
            Self::Length(length) => write!(f, "a message of {length} bytes"),
            Self::Overrun => f.write_str("a part longer than the whole"),
            Self::Depth => f.write_str("tables nested too deep"),
            Self::Value => f.write_str("a broken value"),
        }
    }
}

impl std::error::Error for WireFault {}

/// The message types a caller meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The server's greeting.
    Hello,
    /// End of an answer.
    Status,
    /// A part of an answer.
    Data,
    /// Any other.
    Other(u8),
}

/// A received message: its head and the attributes an answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// Type.
    pub kind: Kind,
    /// Copied by the server from the request.
    pub sequence: u16,
    /// Attribute 1: 0 is success.
    pub status: Option<u32>,
    /// Attribute 3: number of an object.
    pub object: Option<u32>,
    /// Attribute 7: a blobmsg table for [`table`].
    pub data: Option<&'a [u8]>,
}

mod attribute {
    pub(super) const STATUS: u8 = 1;
    pub(super) const PATH: u8 = 2;
    pub(super) const OBJECT: u8 = 3;
    pub(super) const METHOD: u8 = 4;
    pub(super) const DATA: u8 = 7;
}

/// The request for an object's number.
pub fn lookup(sequence: u16, path: &str) -> Vec<u8> {
    request(4, sequence, 0, &[(attribute::PATH, &ended(path))])
}

/// The request to run a method without arguments.
pub fn invoke(sequence: u16, object: u32, method: &str) -> Vec<u8> {
    let id = object.to_be_bytes();
    let attributes: [(u8, &[u8]); 3] =
        [(attribute::OBJECT, &id), (attribute::METHOD, &ended(method)), (attribute::DATA, &[])];
    request(5, sequence, object, &attributes)
}

fn ended(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

fn request(kind: u8, sequence: u16, peer: u32, attributes: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (id, payload) in attributes {
        body.extend(word(*id, payload.len() + 4));
        body.extend_from_slice(payload);
        body.resize(padded(body.len()), 0);
    }
    let mut message = vec![0, kind];
    message.extend(sequence.to_be_bytes());
    message.extend(peer.to_be_bytes());
    message.extend(word(0, body.len() + 4));
    message.extend(body);
    message
}

/// Id and length as they stand before a payload; our own requests are far below 16 MB.
fn word(id: u8, length: usize) -> [u8; 4] {
    let length = u32::try_from(length).unwrap_or_default() & 0x00ff_ffff;
    (u32::from(id) << 24 | length).to_be_bytes()
}

fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

/// Length of the whole message in bytes, from its first twelve.
pub fn length(head: [u8; HEAD]) -> Result<usize, WireFault> {
    if head[0] != 0 {
        return Err(WireFault::Version(head[0]));
    }
    let length = low24([head[8], head[9], head[10], head[11]]) + HEAD - 4;
    if (HEAD..=MESSAGE_LIMIT).contains(&length) { Ok(length) } else { Err(WireFault::Length(length)) }
}

/// Takes a whole message apart.
pub fn message(bytes: &[u8]) -> Result<Message<'_>, WireFault> {
    let (head, body) = bytes.split_first_chunk::<HEAD>().ok_or(WireFault::Length(bytes.len()))?;
    if length(*head)? != bytes.len() {
        return Err(WireFault::Overrun);
    }
    let kind = match head[1] {
        0 => Kind::Hello,
        1 => Kind::Status,
        2 => Kind::Data,
        other => Kind::Other(other),
    };
    let sequence = u16::from_be_bytes([head[2], head[3]]);
    let mut found = Message { kind, sequence, status: None, object: None, data: None };
    for part in Attributes(body) {
        let (id, payload) = part?;
        match id & 0x7f {
            attribute::STATUS => found.status = Some(integer(payload)?),
            // a lookup by pattern would list several; ours names one
            attribute::OBJECT => found.object = Some(integer(payload)?),
            attribute::DATA => found.data = Some(payload),
            _ => {}
        }
    }
    Ok(found)
}

fn integer(payload: &[u8]) -> Result<u32, WireFault> {
    fixed(payload).map(u32::from_be_bytes)
}

fn fixed<const N: usize>(payload: &[u8]) -> Result<[u8; N], WireFault> {
    payload.try_into().map_err(|_| WireFault::Value)
}

fn low24([_, a, b, c]: [u8; 4]) -> usize {
    usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c)
}

/// The attributes of a container: first byte of the head (bit 7 extended, below it the id) and payload. Ends after the first fault.
struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    fn split(&mut self) -> Result<(u8, &'a [u8]), WireFault> {
        let rest = std::mem::take(&mut self.0);
        let head = *rest.first_chunk::<4>().ok_or(WireFault::Overrun)?;
        let length = low24(head);
        let payload = rest.get(4..length).ok_or(WireFault::Overrun)?;
        // the last one's padding may be missing
        self.0 = rest.get(padded(length)..).unwrap_or_default();
        Ok((head[0], payload))
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(u8, &'a [u8]), WireFault>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.0.is_empty()).then(|| self.split())
    }
}

/// A blobmsg table as JSON: the same value that the `ubus` program prints.
pub fn table(bytes: &[u8]) -> Result<Value, WireFault> {
    object(bytes, DEPTH_LIMIT)
}

fn object(bytes: &[u8], depth: u32) -> Result<Value, WireFault> {
    let mut map = Map::new();
    for member in Attributes(bytes) {
        let (name, value) = named(member?, depth)?;
        map.insert(name, value);
    }
    Ok(Value::Object(map))
}

fn array(bytes: &[u8], depth: u32) -> Result<Value, WireFault> {
    Attributes(bytes).map(|member| named(member?, depth).map(|(_, value)| value)).collect()
}

/// An extended attribute: its type, then a name, then the value at the next multiple of four.
fn named((head, payload): (u8, &[u8]), depth: u32) -> Result<(String, Value), WireFault> {
    if head & 0x80 == 0 {
        return Err(WireFault::Value);
    }
    let (length, rest) = payload.split_first_chunk::<2>().ok_or(WireFault::Value)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let name = rest.get(..length).ok_or(WireFault::Overrun)?;
    let value = payload.get(padded(2 + length + 1)..).ok_or(WireFault::Overrun)?;
    Ok((String::from_utf8_lossy(name).into_owned(), value_of(head & 0x7f, value, depth)?))
}

fn value_of(kind: u8, bytes: &[u8], depth: u32) -> Result<Value, WireFault> {
    let deeper = || depth.checked_sub(1).ok_or(WireFault::Depth);
    Ok(match kind {
        1 => array(bytes, deeper()?)?,
        2 => object(bytes, deeper()?)?,
        3 => string(bytes)?.into(),
        4 => i64::from_be_bytes(fixed(bytes)?).into(),
        5 => i32::from_be_bytes(fixed(bytes)?).into(),
        6 => i16::from_be_bytes(fixed(bytes)?).into(),
        7 => Value::Bool(fixed::<1>(bytes)? != [0]),
        8 => f64::from_be_bytes(fixed(bytes)?).into(),
        // type 0, and what may come later
        _ => Value::Null,
    })
}

fn string(bytes: &[u8]) -> Result<String, WireFault> {
    let end = bytes.iter().position(|b| *b == 0).ok_or(WireFault::Value)?;
    Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

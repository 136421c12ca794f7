//! Names as this server looks them up: lower case, and turned round so that what lies below a name follows it.
//!
//! Pure. Nothing here knows what a zone holds.
#![forbid(unsafe_code)]

use domain::base::name::{Label, Name, NameBuilder, ToLabelIter};

/// A name in lower-case wire form (RFC 1035 section 3.1), with where its labels begin.
pub(super) struct Spelled {
    wire: [u8; 255],
    size: usize,
    starts: [u8; 128],
    labels: usize,
}

impl Spelled {
    /// `None` for what no name can be: longer than 255 octets.
    pub(super) fn of(name: &impl ToLabelIter) -> Option<Self> {
        let mut made = Self { wire: [0; 255], size: 0, starts: [0; 128], labels: 0 };
        for label in name.iter_labels() {
            made.append(label)?;
        }
        Some(made)
    }

    fn append(&mut self, label: &Label) -> Option<()> {
        let bytes = label.as_slice();
        let end = self.size + 1 + bytes.len();
        let space = self.wire.get_mut(self.size..end)?;
        let (head, rest) = space.split_first_mut()?;
        *head = u8::try_from(bytes.len()).ok()?;
        for (to, from) in rest.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
        if !bytes.is_empty() {
            *self.starts.get_mut(self.labels)? = u8::try_from(self.size).ok()?;
            self.labels += 1;
        }
        self.size = end;
        Some(())
    }

    /// How many labels, the root's not counted.
    pub(super) fn labels(&self) -> usize {
        self.labels
    }

    /// The name without its first `skipped` labels.
    pub(super) fn suffix(&self, skipped: usize) -> &[u8] {
        let from = self.starts[..self.labels].get(skipped).map_or(self.size - 1, |start| usize::from(*start));
        &self.wire[from..self.size]
    }

    /// The place, inside its zone, of a name whose first `own` labels stand before the zone's name.
    pub(super) fn place(&self, own: usize) -> Place {
        let mut place = Place { bytes: [0; 255], size: 0 };
        for start in self.starts[..own.min(self.labels)].iter().rev() {
            let start = usize::from(*start);
            let end = start + 1 + usize::from(self.wire[start]);
            place.push(&self.wire[start + 1..end]);
        }
        place
    }
}

/// Where a name stands in its zone: its labels from the zone's downwards, each ended by a zero. The zone's own place is empty.
///
/// So the places below a name are those that begin with its place, and they follow it in the order of bytes.
#[derive(Clone)]
pub(super) struct Place {
    bytes: [u8; 255],
    size: usize,
}

impl Place {
    /// Octets that are no letters of a host's name all become one that no stored name has: such a name cannot be found, only be denied
    /// or be answered by a wildcard, and the end mark stays unmistakable.
    fn push(&mut self, label: &[u8]) {
        let written = label.iter().map(|octet| if octet.is_ascii_graphic() { *octet } else { 0xff });
        for octet in written.chain([0]) {
            if let Some(to) = self.bytes.get_mut(self.size) {
                *to = octet;
                self.size += 1;
            }
        }
    }

    /// The bytes.
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.size]
    }

    /// The place of the wildcard directly below the first `length` bytes of this one (RFC 4592 section 2.1.1).
    pub(super) fn wildcard(&self, length: usize) -> Self {
        let mut place = self.clone();
        place.size = length.min(self.size);
        place.push(b"*");
        place
    }
}

/// How many bytes two places share, cut at the end of a label.
pub(super) fn shared(one: &[u8], other: &[u8]) -> usize {
    let mut end = 0;
    for (at, (left, right)) in one.iter().zip(other).enumerate() {
        if left != right {
            break;
        }
        if *left == 0 {
            end = at + 1;
        }
    }
    end
}

/// The full name of a place in the zone of this name; `None` when it would be too long.
pub(super) fn full_name(place: &[u8], zone: &Name<Vec<u8>>) -> Option<Name<Vec<u8>>> {
    let mut builder = NameBuilder::new_vec();
    let inner = place.strip_suffix(&[0]);
    for label in inner.into_iter().flat_map(|bytes| bytes.rsplit(|octet| *octet == 0)) {
        builder.append_label(label).ok()?;
    }
    builder.append_origin(zone).ok()
}

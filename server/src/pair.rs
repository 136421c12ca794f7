//! One thing for each family of addresses.
//!
//! Pure. Most of what is known of a host is known twice, for A and for AAAA; this keeps the two from being written out each time.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use ddns::address::Family;

/// Both families, in the order every list and answer has them.
pub const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// A thing of IPv4 and one of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct Pair<T> {
    /// For A records.
    pub v4: T,
    /// For AAAA records.
    pub v6: T,
}

impl<T> Pair<T> {
    /// Made by a function of the family.
    pub fn of(mut make: impl FnMut(Family) -> T) -> Self {
        Self { v4: make(Family::V4), v6: make(Family::V6) }
    }

    /// The family's one.
    pub fn get(&self, family: Family) -> &T {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    /// The family's one, to be changed.
    pub fn get_mut(&mut self, family: Family) -> &mut T {
        match family {
            Family::V4 => &mut self.v4,
            Family::V6 => &mut self.v6,
        }
    }
}

impl Pair<Option<IpAddr>> {
    /// The addresses that are there, IPv4 first, as an answer shows them.
    pub fn present(&self) -> impl Iterator<Item = IpAddr> {
        [self.v4, self.v6].into_iter().flatten()
    }
}

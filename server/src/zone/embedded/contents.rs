//! What one zone holds below its name, and how a name is found there: closest encloser, empty non-terminals, wildcards.
//!
//! Pure. A persistent tree: a change makes a new one that shares all but a few nodes with the old one, which readers and transfers keep.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use imbl::OrdMap;

use super::apex::Apex;
use super::place::{Place, shared};

/// What stands at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A host: address and TTL by family.
    Host {
        /// A.
        v4: Option<(Ipv4Addr, u32)>,
        /// AAAA.
        v6: Option<(Ipv6Addr, u32)>,
    },
    /// Addresses that the configuration gives; hosts of this name are not seen.
    Fixed(Arc<[IpAddr]>),
}

impl Node {
    /// Every address with its TTL.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (IpAddr, u32)> + '_ {
        let (host, fixed): (_, &[IpAddr]) = match self {
            Self::Host { v4, v6 } => ([v4.map(|(a, t)| (a.into(), t)), v6.map(|(a, t)| (a.into(), t))], &[]),
            Self::Fixed(fixed) => ([None, None], fixed),
        };
        host.into_iter().flatten().chain(fixed.iter().map(|address| (*address, Apex::ttl().as_secs())))
    }
}

/// What was found for a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// This, at the name or by a wildcard (RFC 4592 section 3.3).
    Node(&'a Node),
    /// Names stand below it, nothing at it (RFC 4592 section 2.2.2).
    Empty,
    /// There is no such name.
    Nothing,
}

/// A zone's names.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    nodes: OrdMap<Arc<[u8]>, Node>,
}

impl Contents {
    /// With the configured names in it.
    pub(super) fn of(apex: &Apex) -> Self {
        let fixed = apex.fixed.iter();
        let nodes = fixed.map(|(place, addresses)| {
            let place: Arc<[u8]> = place.as_slice().into();
            (place, Node::Fixed(Arc::clone(addresses)))
        });
        Self { nodes: nodes.collect() }
    }

    /// Sets or, with `None`, removes an address of a host; `old` says the family of what goes.
    pub(super) fn change(&mut self, place: &[u8], old: Option<IpAddr>, new: Option<(IpAddr, u32)>) {
        let mut node = match self.nodes.get(place) {
            Some(Node::Fixed(_)) => return,
            Some(Node::Host { v4, v6 }) => (*v4, *v6),
            None => (None, None),
        };
        match old {
            Some(IpAddr::V4(_)) => node.0 = None,
            Some(IpAddr::V6(_)) => node.1 = None,
            None => {}
        }
        match new {
            Some((IpAddr::V4(address), ttl)) => node.0 = Some((address, ttl)),
            Some((IpAddr::V6(address), ttl)) => node.1 = Some((address, ttl)),
            None => {}
        }
        if node == (None, None) {
            self.nodes.remove(place);
        } else {
            self.nodes.insert(place.into(), Node::Host { v4: node.0, v6: node.1 });
        }
    }

    /// What answers for a place.
    pub(super) fn find(&self, place: &Place) -> Found<'_> {
        let wanted = place.as_slice();
        let next = self.nodes.get_next(wanted);
        if let Some((found, node)) = next {
            if **found == *wanted {
                return Found::Node(node);
            }
            if found.starts_with(wanted) {
                return Found::Empty;
            }
        }
        // the name shares most with one of its neighbours: no other can be a closer encloser
        let before = self.nodes.get_prev(wanted).map_or(0, |(found, _)| shared(found, wanted));
        let encloser = next.map_or(0, |(found, _)| shared(found, wanted)).max(before);
        match self.nodes.get(place.wildcard(encloser).as_slice()) {
            Some(node) => Found::Node(node),
            None if self.below(place.wildcard(encloser).as_slice()) => Found::Empty,
            None => Found::Nothing,
        }
    }

    /// Whether anything stands below a place that holds nothing itself.
    fn below(&self, place: &[u8]) -> bool {
        self.nodes.get_next(place).is_some_and(|(found, _)| found.starts_with(place))
    }

    /// What stands exactly at a place.
    pub(super) fn at(&self, place: &[u8]) -> Option<&Node> {
        self.nodes.get(place)
    }

    /// All places in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<[u8]>, &Node)> {
        self.nodes.iter()
    }

    /// How many names.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
}

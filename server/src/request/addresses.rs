//! The addresses of an update. What was given and cannot be used is refused; it never falls back to where the request came from.
#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;

use ddns::address::Family;

use super::Parameters;
use crate::config::Params;
use crate::pair::Pair;

/// Addresses in one request (server page, section 7).
const ADDRESSES: usize = 8;

/// What is wrong with the addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// A value is no IP address.
    NotOne,
    /// More than eight.
    TooMany,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOne => "an address parameter holds something that is no IP address",
            Self::TooMany => "more than eight addresses were given",
        })
    }
}

/// Either parameter may hold either family, and several with commas between; the family's own parameter comes first, then the order written.
pub(super) fn read(
    parameters: &Parameters,
    params: &Params,
    client: IpAddr,
) -> Result<Pair<Option<IpAddr>>, AddressFault> {
    let of_v4 = given(parameters, &params.ipv4)?;
    let of_v6 = given(parameters, &params.ipv6)?;
    if of_v4.len() + of_v6.len() > ADDRESSES {
        return Err(AddressFault::TooMany);
    }
    if of_v4.is_empty() && of_v6.is_empty() {
        return Ok(Pair::of(|family| (Family::of(client) == family).then_some(client)));
    }
    let first = |lists: [&[IpAddr]; 2], family| {
        lists.into_iter().flatten().copied().find(|address| Family::of(*address) == family)
    };
    Ok(Pair { v4: first([&of_v4, &of_v6], Family::V4), v6: first([&of_v6, &of_v4], Family::V6) })
}

/// Of the first name that holds anything: a router whose form knows two names for one thing fills one of them.
fn given(parameters: &Parameters, names: &[String]) -> Result<Vec<IpAddr>, AddressFault> {
    let parts = parameters.value(names).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.take(ADDRESSES + 1).map(|part| address(part).ok_or(AddressFault::NotOne)).collect()
}

/// `2003:db8::/56` is how a FRITZ!Box writes a prefix; its address part counts.
fn address(text: &str) -> Option<IpAddr> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let address: IpAddr =
        address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address).parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let fits = length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= most));
    fits.then(|| address.to_canonical())
}

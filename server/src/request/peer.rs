//! Where a request came from. What a header says counts only as far as proxies that are trusted wrote it: from the right, and no further.
#![forbid(unsafe_code)]

use std::net::{IpAddr, SocketAddr};

use crate::config::Proxy;
use crate::world::Request;

/// Hops that are followed.
const HOPS: usize = 32;

/// The client's address.
#[must_use]
pub fn client(request: &Request, proxy: Option<&Proxy>) -> IpAddr {
    let mut at = request.peer.ip().to_canonical();
    let Some(proxy) = proxy else { return at };
    let trusted = |address: IpAddr| proxy.trusted.iter().any(|net| net.contains(&address));
    let values: Vec<&[u8]> = request.header(&proxy.header).collect();
    let hops = values.iter().rev().flat_map(|value| value.rsplit(|&byte| byte == b',')).take(HOPS);
    for hop in hops {
        if !trusted(at) {
            break;
        }
        match std::str::from_utf8(hop).ok().and_then(|hop| address(hop, &proxy.header)) {
            Some(next) => at = next.to_canonical(),
            // what stands further left was not written by anybody we know
            None => break,
        }
    }
    at
}

/// `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`; of a `Forwarded` header (RFC 7239) what stands after `for=`.
fn address(hop: &str, header: &str) -> Option<IpAddr> {
    let hop = if header == "forwarded" {
        let pair = hop
            .split(';')
            .map(str::trim)
            .find(|pair| pair.get(..4).is_some_and(|key| key.eq_ignore_ascii_case("for=")))?;
        pair[4..].trim_matches('"')
    } else {
        hop.trim()
    };
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

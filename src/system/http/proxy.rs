//! What is different when a proxy stands between: the tunnel for https (RFC 9110 section 9.3.6) and the proxy's own refusals.
//!
//! A proxy that does not do its part is an error; there is no way around it from here.

use std::time::SystemTime;

use super::answer::Incoming;
use super::channel::Channel;
use super::message;
use crate::system::patience::Patience;
use crate::url::Url;
use crate::world::{Broken, Proxy, Route};

/// Asks the proxy for a connection to the URL's host and port. The proxy, not we, looks up the name.
pub(super) fn tunnel(
    channel: &mut Channel,
    proxy: &Proxy,
    url: &Url,
    route: &Route,
    patience: &Patience,
) -> Result<(), Broken> {
    channel.send(&message::connect(url, proxy, route)?, patience)?;
    let mut incoming = Incoming::new(channel, patience);
    let head = incoming.head(SystemTime::UNIX_EPOCH).map_err(|error| match error {
        Broken::Protocol(why) => Broken::Proxy(format!("{} gave no usable answer: {why}", name(proxy))),
        other => other,
    })?;
    match head.status {
        200..=299 if incoming.is_drained() => Ok(()),
        200..=299 => Err(Broken::Proxy(format!("{} speaks out of turn behind its consent", name(proxy)))),
        status => Err(refusal(proxy, url, status)),
    }
}

/// A status that comes from the proxy itself. tinyproxy says 401 to a wrong login and 407 only to none.
pub(super) fn refusal(proxy: &Proxy, url: &Url, status: u16) -> Broken {
    let proxy_name = name(proxy);
    Broken::Proxy(match (status, &proxy.login) {
        (401 | 407, Some(_)) => format!("{proxy_name} refuses the login in option 'proxy'"),
        (401 | 407, None) => format!("{proxy_name} wants a login: set option 'proxy' to user:password@host:port"),
        _ => format!("{proxy_name} opens no connection to {}:{} (status {status})", url.host, url.port),
    })
}

fn name(proxy: &Proxy) -> String {
    if proxy.host.contains(':') {
        format!("[{}]:{}", proxy.host, proxy.port)
    } else {
        format!("{}:{}", proxy.host, proxy.port)
    }
}

//! HTTP/1.1 over TCP and TLS for an updater: one request, one connection, one response.
//!
//! Every wait has a limit and ends at once when a signal asks the process to end. Nothing outlives an exchange: no connection, no TLS
//! session, no certificate. `connect` opens the socket, `proxy` and `tls` prepare it, `channel` moves bytes, `message`, `answer` and
//! `body` know HTTP, `redirect` knows where a request may follow. Nothing here knows what a provider is.

use std::os::fd::RawFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::ClientConfig;

use crate::system::patience::{Impatient, Patience, words};
use crate::system::resolve::Resolve;
use crate::url::Url;
use crate::world::{Broken, Http, Request, Response, Route, Trail};

mod answer;
mod body;
mod channel;
mod connect;
mod date;
mod message;
mod proxy;
mod redirect;
mod tls;
mod trust;

use answer::{Head, Incoming};
use channel::Channel;
use connect::Dialer;

/// How long an exchange may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For one TCP connection to one address.
    pub connect: Duration,
    /// For everything from the first name lookup to the last byte, redirects included.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// The real [`Http`].
pub struct Wire {
    root: PathBuf,
    resolver: Box<dyn Resolve>,
    stop: Option<RawFd>,
    limits: Limits,
}

impl Wire {
    /// Certificates are looked for below `root`; a readable `stop` ends an exchange with [`Broken::Interrupted`].
    pub fn new(root: PathBuf, resolver: Box<dyn Resolve>, stop: Option<RawFd>) -> Self {
        Self { root, resolver, stop, limits: Limits::default() }
    }

    /// The same with other time limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

impl Http for Wire {
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken> {
        let patience = Patience::for_(self.limits.total, self.stop);
        let mut trip = Trip { wire: self, route, patience: &patience, tls: None };
        let mut url = request.url.clone();
        for _ in 0..redirect::LIMIT {
            let (response, trail) = trip.once(request, &url)?;
            let next = trail.location.and_then(|to| redirect::next(request, &url, response.status, &to));
            match next {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        trip.once(request, &url).map(|(response, _)| response)
    }

    fn visit(&mut self, request: &Request, route: &Route) -> Result<(Response, Trail), Broken> {
        let patience = Patience::for_(self.limits.total, self.stop);
        Trip { wire: self, route, patience: &patience, tls: None }.once(request, &request.url)
    }

    fn reach(&mut self, host: &str, port: u16, route: &Route) -> Result<(), Broken> {
        let patience = Patience::for_(self.limits.total, self.stop);
        let resolver = &mut *self.resolver;
        let mut dialer = Dialer { resolver, route, limit: self.limits.connect, patience: &patience };
        dialer.dial(host, port, "").map(drop)
    }
}

/// One exchange: what its requests share.
struct Trip<'a> {
    wire: &'a mut Wire,
    route: &'a Route,
    patience: &'a Patience,
    /// Made for the first https request, dropped with the exchange: the certificates of a full store are the largest thing we ever hold.
    tls: Option<Arc<ClientConfig>>,
}

impl Trip<'_> {
    /// One request; with the response comes where it leads on.
    fn once(&mut self, request: &Request, url: &Url) -> Result<(Response, Trail), Broken> {
        // what cannot be carried out is found before anybody is called
        let bytes = message::bytes(request, url, self.route)?;
        if url.secure && self.tls.is_none() {
            self.tls = Some(tls::config(&self.wire.root, &self.route.trust)?);
        }
        let mut channel = self.channel(url)?;
        channel.send(&bytes, self.patience)?;
        let mut incoming = Incoming::new(&mut channel, self.patience);
        let head = incoming.head(SystemTime::now())?;
        if let (true, Some(proxy)) = (head.by_proxy && !url.secure, &self.route.proxy) {
            return Err(proxy::refusal(proxy, url, head.status));
        }
        let body = incoming.body(&head)?;
        let Head { status, retry_after, date, cookie, trail, .. } = head;
        Ok((Response { status, retry_after, date, cookie, body }, trail))
    }

    /// A connection over which the request can be sent.
    fn channel(&mut self, url: &Url) -> Result<Channel, Broken> {
        let limit = self.wire.limits.connect;
        let resolver = &mut *self.wire.resolver;
        let mut dialer = Dialer { resolver, route: self.route, limit, patience: self.patience };
        let mut channel = match &self.route.proxy {
            None => Channel::plain(dialer.dial(&url.host, url.port, "")?),
            Some(proxy) => {
                let mut channel = Channel::plain(dialer.dial(&proxy.host, proxy.port, "the proxy ")?);
                if url.secure {
                    proxy::tunnel(&mut channel, proxy, url, self.route, self.patience)?;
                }
                channel
            }
        };
        if let (true, Some(config)) = (url.secure, &self.tls) {
            channel.secure(&url.host, config, self.patience)?;
        }
        Ok(channel)
    }
}

/// What an ended wait means for the exchange.
fn broken(ended: Impatient, step: &'static str) -> Broken {
    match ended {
        Impatient::TimedOut => Broken::Timeout(step),
        Impatient::Interrupted => Broken::Interrupted,
        Impatient::Failed(error) => Broken::Protocol(words(&error)),
    }
}

//! A request read: who says so, which hosts, which addresses.
//!
//! Pure. It judges what was written, not who wrote it: no accounts here, no database.
#![forbid(unsafe_code)]

mod addresses;
mod login;
mod parameters;
mod peer;

use std::net::IpAddr;

use crate::config::{Endpoint, Proxy};
use crate::names::{self, NameFault};
use crate::pair::Pair;
use crate::world::Request;

pub use addresses::AddressFault;
pub use login::Login;
pub use parameters::Parameters;
pub use peer::client;

/// Names in one request (server page, section 1).
pub const HOSTS: usize = 20;

/// What an update asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Who says so; `None` when no credentials came.
    pub login: Option<Login>,
    /// Which hosts.
    pub hosts: Hosts,
    /// Which addresses. Where no parameter held one, it is where the request came from.
    pub addresses: Result<Pair<Option<IpAddr>>, AddressFault>,
    /// Where the request came from, proxies aside.
    pub client: IpAddr,
    /// The user wants mail about a change.
    pub notify: bool,
    /// The answer is wanted as JSON.
    pub json: bool,
}

/// Which hosts are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// The account's only one.
    Only,
    /// Each as written, with what it means.
    Named(Vec<(String, Result<String, NameFault>)>),
    /// More than [`HOSTS`].
    TooMany(usize),
}

/// Why there is no update to be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// No endpoint has this path.
    NotFound,
    /// Neither GET nor POST.
    Method,
}

/// Reads a request to one of the endpoints.
pub fn read(request: &Request, endpoints: &[Endpoint], proxy: Option<&Proxy>) -> Result<Update, Unread> {
    let endpoint = endpoints.iter().find(|endpoint| endpoint.path == request.path).ok_or(Unread::NotFound)?;
    if !matches!(request.method.as_str(), "GET" | "POST") {
        return Err(Unread::Method);
    }
    let parameters = Parameters::of(request);
    let client = peer::client(request, proxy);
    let params = &endpoint.params;
    Ok(Update {
        login: login::read(request, &parameters, params),
        hosts: hosts(parameters.value(&params.hostname)),
        addresses: addresses::read(&parameters, params, client),
        client,
        notify: parameters.value(&params.notify_change).is_some_and(truth),
        json: wants_json(request),
    })
}

fn hosts(text: Option<&str>) -> Hosts {
    let text = text.unwrap_or_default();
    // what old routers send when their form has no field for it
    if text.eq_ignore_ascii_case("yes") {
        return Hosts::Only;
    }
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.len() {
        0 => Hosts::Only,
        many if many > HOSTS => Hosts::TooMany(many),
        _ => Hosts::Named(parts.into_iter().map(|part| (part.to_owned(), names::full(part))).collect()),
    }
}

fn truth(text: &str) -> bool {
    ["1", "true", "yes", "on"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether JSON is named, with a quality above nothing; `*/*` asks for whatever there is, which is text.
fn wants_json(request: &Request) -> bool {
    let values = request.header("accept").filter_map(|value| std::str::from_utf8(value).ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
        let refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
        });
        named && !refused
    })
}

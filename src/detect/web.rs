//! Source `web`: a page that shows the caller's address.
#![forbid(unsafe_code)]

use std::net::IpAddr;

use crate::address::{Family, Known, first_in};
use crate::url::Url;
use crate::world::{Broken, Http, Request, Response, Route};

/// The first address of `family` on the page. A page that fails, or shows none, gives no address; it never gives a wrong one.
pub(super) fn on_page(url: &Url, family: Family, route: &Route, http: &mut dyn Http) -> Known<IpAddr> {
    match http.exchange(&Request::get(url.clone()), route) {
        Ok(page) => found_on(url, family, &page),
        Err(Broken::Interrupted) => Known::Unclear("interrupted".to_owned()),
        Err(broken) => Known::Unclear(format!("{url}: {broken}")),
    }
}

fn found_on(url: &Url, family: Family, page: &Response) -> Known<IpAddr> {
    if !(200..300).contains(&page.status) {
        return Known::Unclear(format!("{url} answered with HTTP status {}", page.status));
    }
    first_in(&String::from_utf8_lossy(&page.body), family)
        .map_or_else(|| Known::Unclear(format!("{url} shows no {family} address")), Known::Is)
}

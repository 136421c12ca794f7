//! Where a request came from, through proxies and through liars.

use ddns_service::config::Proxy;

use super::{behind, update};

fn proxy(header: &str, trusted: &[&str]) -> Proxy {
    Proxy { header: header.to_owned(), trusted: trusted.iter().map(|net| net.parse().unwrap()).collect() }
}

#[test]
fn without_a_proxy_no_header_counts() {
    assert_eq!(update("/update", &[("x-forwarded-for", "192.0.2.1")]).client.to_string(), "198.51.100.7");
}

#[test]
fn only_what_trusted_proxies_wrote_counts_from_the_right() {
    let trusted = proxy("x-forwarded-for", &["198.51.100.0/24", "10.0.0.0/8"]);
    for (headers, client) in [
        (vec!["192.0.2.1"], "192.0.2.1"),
        (vec!["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
        (vec!["203.0.113.9, 192.0.2.1, 10.0.0.3"], "192.0.2.1"),
        (vec!["203.0.113.9", "192.0.2.1,10.0.0.3"], "192.0.2.1"),
        (vec!["192.0.2.1:1234"], "192.0.2.1"),
        (vec!["[2001:db8::1]:1234"], "2001:db8::1"),
        (vec!["2001:db8::1"], "2001:db8::1"),
        (vec!["::ffff:192.0.2.1"], "192.0.2.1"),
        (vec!["192.0.2.1, unknown"], "198.51.100.7"),
        (vec!["192.0.2.1, , 10.0.0.3"], "10.0.0.3"),
        (vec!["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        (vec![], "198.51.100.7"),
    ] {
        let headers: Vec<_> = headers.into_iter().map(|value| ("x-forwarded-for", value)).collect();
        assert_eq!(behind("/update", &headers, &trusted).client.to_string(), client, "{headers:?}");
    }
    let other = proxy("x-forwarded-for", &["203.0.113.0/24"]);
    assert_eq!(behind("/update", &[("x-forwarded-for", "192.0.2.1")], &other).client.to_string(), "198.51.100.7");
}

#[test]
fn a_forwarded_header_is_read_by_its_own_grammar() {
    let trusted = proxy("forwarded", &["198.51.100.7/32"]);
    for (value, client) in [
        ("for=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"),
        ("for=203.0.113.1, For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
        ("for=_hidden", "198.51.100.7"),
        ("proto=https", "198.51.100.7"),
    ] {
        assert_eq!(behind("/update", &[("forwarded", value)], &trusted).client.to_string(), client, "{value}");
    }
}

#[test]
fn ten_thousand_hops_are_not_followed() {
    let trusted = proxy("x-forwarded-for", &["0.0.0.0/0"]);
    let value = vec!["10.0.0.1"; 10_000].join(",");
    assert_eq!(behind("/update", &[("x-forwarded-for", &value)], &trusted).client.to_string(), "10.0.0.1");
}

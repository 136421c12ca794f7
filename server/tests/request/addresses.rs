//! Addresses: of either family in either parameter, in lists, with lengths; refused when wrong, never replaced by where the request came from.

use ddns_service::pair::Pair;
use ddns_service::request::AddressFault;

use super::{pair, update};

fn addresses(query: &str) -> Result<Pair<Option<std::net::IpAddr>>, AddressFault> {
    update(&format!("/update?hostname=a.example.org&{query}"), &[]).addresses
}

#[test]
fn either_parameter_may_hold_either_family() {
    for (query, v4, v6) in [
        ("myip=192.0.2.1", "192.0.2.1", ""),
        ("myip6=2001:db8::1", "", "2001:db8::1"),
        ("myip=2001:db8::1", "", "2001:db8::1"),
        ("myip6=192.0.2.1", "192.0.2.1", ""),
        ("myip=192.0.2.1,2001:db8::1", "192.0.2.1", "2001:db8::1"),
        ("myip=2001:db8::1,192.0.2.1", "192.0.2.1", "2001:db8::1"),
        ("myip=192.0.2.1&myip6=2001:db8::1", "192.0.2.1", "2001:db8::1"),
        ("myip=192.0.2.1,2001:db8::9&myip6=2001:db8::1", "192.0.2.1", "2001:db8::1"),
        ("myipv4=192.0.2.1&myipv6=2001:db8::1", "192.0.2.1", "2001:db8::1"),
        ("myip=&ipv4=192.0.2.1", "192.0.2.1", ""),
        ("myip=192.0.2.1&myip6=", "192.0.2.1", ""),
        ("myip=%20192.0.2.1%20,", "192.0.2.1", ""),
        ("myip=192.0.2.1/24&myip6=2003:db8:1:2::/56", "192.0.2.1", "2003:db8:1:2::"),
        ("myip=::ffff:192.0.2.1", "192.0.2.1", ""),
        ("myip6=[2001:db8::1]", "", "2001:db8::1"),
        ("myip6=2001:0DB8:0:0:0:0:0:1", "", "2001:db8::1"),
        ("myip=192.0.2.1,192.0.2.2", "192.0.2.1", ""),
    ] {
        assert_eq!(addresses(query), Ok(pair(v4, v6)), "{query}");
    }
}

#[test]
fn what_is_not_given_is_where_the_request_came_from() {
    for query in ["", "myip=", "myip=&myip6=", "myip=,%20,", "ip=1.2.3.4"] {
        assert_eq!(addresses(query), Ok(pair("198.51.100.7", "")), "{query}");
    }
}

#[test]
fn what_is_given_and_wrong_is_refused() {
    for query in [
        "myip=192.0.2.256",
        "myip=example.org",
        "myip=192.0.2.1,nonsense",
        "myip=192.0.2.1&myip6=nonsense",
        "myip6=fe80::1%25eth0",
        "myip=192.0.2.1/33",
        "myip=192.0.2.1/",
        "myip6=2001:db8::1/129",
        "myip=192.0.2.01",
        "myip=1",
        "myip=<ipaddr>",
    ] {
        assert_eq!(addresses(query), Err(AddressFault::NotOne), "{query}");
    }
    let many = |count: usize| vec!["192.0.2.1"; count].join(",");
    assert!(addresses(&format!("myip={}", many(8))).is_ok());
    assert_eq!(addresses(&format!("myip={}", many(9))), Err(AddressFault::TooMany));
    assert_eq!(addresses(&format!("myip={}&myip6={}", many(5), many(4))), Err(AddressFault::TooMany));
}

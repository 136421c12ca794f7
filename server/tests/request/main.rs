//! Requests as clients send them, and as nobody should: what is read out of them.

#![cfg(test)]

mod addresses;
mod clients;
mod peers;

use std::net::SocketAddr;

use ddns_service::config::{Endpoint, Params, Proxy};
use ddns_service::pair::Pair;
use ddns_service::request::{Hosts, Unread, Update, read};
use ddns_service::world::Request;

pub(crate) fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// The specification's default endpoint, with the two aliases beside it.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let params = |password: &[&str]| Params {
        hostname: names(&["hostname", "host"]),
        ipv4: names(&["myip", "ipv4", "ip4", "myipv4"]),
        ipv6: names(&["myip6", "ipv6", "ip6", "myipv6"]),
        username: names(&["username", "user"]),
        password: names(password),
        notify_change: names(&["notify_change"]),
    };
    vec![
        Endpoint { path: "/update".to_owned(), params: params(&["password", "pass", "token"]) },
        Endpoint { path: "/nic/update".to_owned(), params: params(&["password"]) },
        Endpoint {
            path: "/header-only".to_owned(),
            params: Params { username: vec![], password: vec![], notify_change: vec![], ..params(&[]) },
        },
    ]
}

pub(crate) const PEER: &str = "198.51.100.7:40000";

/// A request whose target and headers are written as on the wire.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query.to_owned())));
    Request {
        id: 1,
        method: method.to_owned(),
        path: path.to_owned(),
        query,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(),
        peer: PEER.parse::<SocketAddr>().unwrap(),
        body: body.as_bytes().to_vec(),
    }
}

pub(crate) fn update(target: &str, headers: &[(&str, &str)]) -> Update {
    read(&request("GET", target, headers, ""), &endpoints(), None).unwrap()
}

pub(crate) fn behind(target: &str, headers: &[(&str, &str)], proxy: &Proxy) -> Update {
    read(&request("GET", target, headers, ""), &endpoints(), Some(proxy)).unwrap()
}

pub(crate) fn pair(v4: &str, v6: &str) -> Pair<Option<std::net::IpAddr>> {
    Pair { v4: v4.parse().ok(), v6: v6.parse().ok() }
}

pub(crate) fn hosts(update: &Update) -> Vec<String> {
    match &update.hosts {
        Hosts::Named(names) => {
            names.iter().map(|(_, name)| name.clone().unwrap_or_else(|fault| format!("{fault:?}"))).collect()
        }
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn only_get_and_post_to_an_endpoint_are_updates() {
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS", "get"] {
        let read = read(&request(method, "/update?hostname=a.example.org", &[], ""), &endpoints(), None);
        assert_eq!(read, Err(Unread::Method), "{method}");
    }
    for path in ["/", "/update/", "/UPDATE", "/nic", "//update", "/update/../update"] {
        assert_eq!(read(&request("GET", path, &[], ""), &endpoints(), None), Err(Unread::NotFound), "{path}");
    }
}

#[test]
fn a_form_is_read_like_a_query_and_the_query_comes_first() {
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let body = "hostname=b.example.org&user=ann&password=a%26b+c&myip=192.0.2.9";
    let post =
        |target, headers: &[(&str, &str)]| read(&request("POST", target, headers, body), &endpoints(), None).unwrap();
    let update = post("/update?hostname=a.example.org", &form);
    assert_eq!(hosts(&update), ["a.example.org"]);
    assert_eq!(update.addresses, Ok(pair("192.0.2.9", "")));
    let login = update.login.unwrap();
    assert_eq!((login.user.as_deref(), login.password.reveal()), (Some("ann"), &b"a&b c"[..]));
    assert_eq!(hosts(&post("/update", &[])), ["b.example.org"], "a body of no type is a form");
    assert_eq!(
        hosts(&post("/update", &[("content-type", "application/json")])),
        ["Only"],
        "a body of another type is none"
    );
    let get = read(&request("GET", "/update", &form, body), &endpoints(), None).unwrap();
    assert_eq!(hosts(&get), ["Only"], "a GET has no form");
}

#[test]
fn names_are_split_checked_and_counted() {
    let named = |query: &str| hosts(&update(&format!("/update?hostname={query}"), &[]));
    assert_eq!(named("A.Example.ORG.,%20b.example.org,"), ["a.example.org", "b.example.org"]);
    assert_eq!(named("b%C3%BCcher.example"), ["xn--bcher-kva.example"]);
    assert_eq!(named("mypc,a..b"), ["Short", "Long"]);
    assert_eq!(named("YES"), ["Only"]);
    assert_eq!(named(""), ["Only"]);
    assert_eq!(named(",%20,"), ["Only"]);
    let many = |count: usize| vec!["a.example.org"; count].join(",");
    assert_eq!(named(&many(20)).len(), 20);
    assert_eq!(named(&many(21)), ["TooMany(21)"]);
}

#[test]
fn the_first_alias_that_holds_something_counts() {
    assert_eq!(hosts(&update("/update?host=b.example.org&hostname=a.example.org", &[])), ["a.example.org"]);
    assert_eq!(hosts(&update("/update?hostname=&host=b.example.org", &[])), ["b.example.org"]);
    assert_eq!(hosts(&update("/update?hostname=a.example.org&hostname=b.example.org", &[])), ["a.example.org"]);
    assert_eq!(hosts(&update("/update?Hostname=a.example.org", &[])), ["Only"], "names of parameters have their case");
}

#[test]
fn an_endpoint_without_parameters_for_credentials_reads_them_from_the_header_only() {
    let target = "/header-only?hostname=a.example.org&username=ann&password=secret&notify_change=1";
    let without = update(target, &[]);
    assert_eq!((without.login, without.notify), (None, false));
    let with = update(target, &[("authorization", "Basic YW5uOnNlY3JldA==")]);
    assert_eq!(with.login.unwrap().user.as_deref(), Some("ann"));
}

#[test]
fn credentials_in_the_header_come_first_and_a_broken_header_is_a_wrong_login_not_none() {
    let login = |headers: &[(&str, &str)]| update("/update?username=bob&password=query", headers).login.unwrap();
    let basic = login(&[("authorization", "basic  YW5uOnNlOmNyZXQ=")]);
    assert_eq!((basic.user.as_deref(), basic.password.reveal()), (Some("ann"), &b"se:cret"[..]));
    let bearer = login(&[("authorization", "Bearer abc")]);
    assert_eq!((bearer.user, bearer.password.reveal()), (None, &b"abc"[..]));
    for broken in ["Basic", "Basic ###", "Basic bm9jb2xvbg==", "Digest username=\"ann\"", ""] {
        let login = login(&[("authorization", broken)]);
        assert!(login.user.is_none() && login.password.is_empty(), "{broken}");
    }
    let latin = login(&[("authorization", "Basic auRuZTpw")]);
    assert_eq!(latin.user.as_deref(), Some("j\u{e4}ne"));
    let long = update(&format!("/update?username=a&password={}", "x".repeat(257)), &[]).login.unwrap();
    assert!(long.password.is_empty());
    assert_eq!(update("/update?username=ann", &[]).login, None, "a name alone is nothing");
    assert_eq!(update("/update?username=ann&password=", &[]).login, None);
    assert_eq!(update("/update?token=abc", &[]).login.unwrap().user, None);
}

#[test]
fn json_is_for_those_who_name_it() {
    let json = |accept: &str| update("/update", &[("accept", accept)]).json;
    for yes in ["application/json", "text/html, APPLICATION/JSON;q=0.5", "application/json; charset=utf-8"] {
        assert!(json(yes), "{yes}");
    }
    for no in ["", "*/*", "text/plain", "application/json;q=0", "application/jsonx", "application/json; q=0.0"] {
        assert!(!json(no), "{no}");
    }
}

#[test]
fn nothing_secret_is_shown_by_debug() {
    let update = update("/update?hostname=a.example.org&username=ann&password=hunter2", &[]);
    assert!(!format!("{update:?}").contains("hunter2"));
}

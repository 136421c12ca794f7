//! Transfers through tinyproxy, with and without a login, and through proxies that do not do their part.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ddns::secret::Secret;
use ddns::url::Url;
use ddns::world::{Broken, Http, Proxy, Request, Response, Route, Trust};

#[cfg(test)]
#[path = "support/http.rs"]
mod support;
#[cfg(test)]
#[path = "support/tls.rs"]
mod tls;
use support::{Running, Server, comes_up, dead_address, directory, get_by, ok, wire_below};

/// A tinyproxy that tunnels to `tunnel` only; it ends with the value.
struct Tiny {
    address: SocketAddr,
    directory: PathBuf,
    _running: Running,
}

#[cfg(test)]
impl Tiny {
    fn start(name: &str, login: Option<(&str, &str)>, tunnel: u16) -> Self {
        let directory = directory(&format!("tinyproxy-{name}"));
        // it cannot choose a port itself, and another program may take ours in between
        for _ in 0..5 {
            let address = dead_address();
            let login = login.map(|(user, password)| format!("BasicAuth {user} {password}\n")).unwrap_or_default();
            let config = format!(
                "Port {}\nListen 127.0.0.1\nTimeout 20\nMaxClients 20\nLogFile \"{}\"\nConnectPort {tunnel}\n{login}",
                address.port(),
                directory.join("log").display()
            );
            fs::write(directory.join("conf"), config).unwrap();
            let mut command = Command::new("tinyproxy");
            command.args(["-d", "-c"]).arg(directory.join("conf")).stdout(Stdio::null()).stderr(Stdio::null());
            let running = Running(command.spawn().expect("tinyproxy is needed"));
            if comes_up(address) {
                return Self { address, directory, _running: running };
            }
        }
        panic!("tinyproxy does not start");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap()
    }

    fn route(&self, login: Option<&str>) -> Route {
        route(self.address, login)
    }
}

fn route(address: SocketAddr, login: Option<&str>) -> Route {
    let login = login.map(Secret::new);
    let proxy = Proxy { host: address.ip().to_string(), port: address.port(), login };
    Route { proxy: Some(proxy), trust: Trust::Ignore, ..Route::default() }
}

#[cfg(test)]
fn refused(result: Result<Response, Broken>) -> String {
    match result {
        Err(Broken::Proxy(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn http_goes_to_the_proxy_in_absolute_form() {
    let server = Server::saying(ok("good"));
    let tiny = Tiny::start("open", None, 1);
    let url = format!("http://user:geheim@127.0.0.1:{}/update?ip=203.0.113.4", server.address.port());
    assert_eq!(get_by(&url, &tiny.route(None)).unwrap().body, b"good");
    let seen = &server.requests()[0];
    assert!(seen.starts_with("GET /update?ip=203.0.113.4 HTTP/1."), "{seen}");
    assert!(seen.contains("Authorization: Basic ") && seen.contains("tinyproxy"), "{seen}");
    assert!(tiny.log().contains("Request (file descriptor"), "{}", tiny.log());
}

#[test]
fn https_goes_through_a_tunnel_of_the_proxy() {
    let server = tls::Server::start(&["-cert", "good.crt", "-key", "good.key"]);
    let tiny = Tiny::start("tunnel", None, server.address.port());
    let response = get_by(&format!("https://{}/", server.address), &tiny.route(None)).unwrap();
    assert_eq!(response.status, 200);
    assert!(tiny.log().contains(&format!("CONNECT 127.0.0.1:{}", server.address.port())), "{}", tiny.log());
    // and what is verified is the server, not the proxy
    let request = Request::get(Url::parse(&format!("https://{}/", server.address)).unwrap());
    for (authority, believed) in [("ca.crt", true), ("other.crt", false)] {
        let strict = Route { trust: Trust::Path(tls::path(authority)), ..tiny.route(None) };
        let result = wire_below(Path::new("/")).exchange(&request, &strict);
        assert!(
            if believed { result.is_ok() } else { matches!(result, Err(Broken::Tls(..))) },
            "{authority}: {result:?}"
        );
    }
}

#[test]
fn a_login_opens_the_proxy_for_http_and_https() {
    let server = Server::saying(ok("good"));
    let secure = tls::Server::start(&["-cert", "good.crt", "-key", "good.key"]);
    let tiny = Tiny::start("login", Some(("joe", "geheim")), secure.address.port());
    let urls = [server.url("/"), format!("https://{}/", secure.address)];
    for url in &urls {
        assert_eq!(get_by(url, &tiny.route(Some("joe:geheim"))).unwrap().status, 200, "{url}");
        let why = refused(get_by(url, &tiny.route(None)));
        assert_eq!(why, format!("{} wants a login: set option 'proxy' to user:password@host:port", tiny.address));
        let why = refused(get_by(url, &tiny.route(Some("joe:falsch"))));
        assert_eq!(why, format!("{} refuses the login in option 'proxy'", tiny.address));
    }
    assert_eq!(server.requests().len(), 1);
    assert!(!server.requests()[0].contains("Proxy-Authorization"));
}

#[test]
fn a_proxy_that_is_down_is_an_error_never_a_direct_call() {
    let server = Server::saying(ok("good"));
    let dead = dead_address();
    for scheme in ["http", "https"] {
        let broken = get_by(&format!("{scheme}://{}/", server.address), &route(dead, Some("joe:geheim"))).unwrap_err();
        assert_eq!(broken.to_string(), format!("cannot connect to the proxy {dead}: connection refused"));
    }
    assert_eq!(server.requests(), [""; 0]);
}

#[test]
fn a_server_the_proxy_cannot_reach_is_no_answer_of_the_server() {
    let dead = dead_address();
    let tiny = Tiny::start("unreachable", None, dead.port());
    for scheme in ["http", "https"] {
        let why = refused(get_by(&format!("{scheme}://{dead}/"), &tiny.route(None)));
        assert_eq!(why, format!("{} opens no connection to {dead} (status 500)", tiny.address));
    }
    // but a 401 or 500 of the server is the server's
    for status in [401, 500] {
        let server = Server::saying(format!("HTTP/1.1 {status} No\r\n\r\nbadauth"));
        let response = get_by(&server.url("/"), &tiny.route(None)).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (status, &b"badauth"[..]));
    }
}

#[test]
fn a_proxy_looks_up_the_name_itself() {
    let proxy = Server::saying(ok("by proxy"));
    assert_eq!(get_by("http://nowhere.test/x?y", &route(proxy.address, None)).unwrap().body, b"by proxy");
    assert!(proxy.requests()[0].starts_with("GET http://nowhere.test/x?y HTTP/1.1\r\nHost: nowhere.test\r\n"));
    let proxy = Server::saying("HTTP/1.1 403 Filtered\r\n\r\n");
    let why = refused(get_by("https://user:geheim@nowhere.test/x?y", &route(proxy.address, Some("joe:geheim"))));
    assert_eq!(why, format!("{} opens no connection to nowhere.test:443 (status 403)", proxy.address));
    let seen = &proxy.requests()[0];
    assert!(seen.starts_with("CONNECT nowhere.test:443 HTTP/1.1\r\nHost: nowhere.test:443\r\n"), "{seen}");
    assert!(
        seen.contains("\r\nProxy-Authorization: Basic am9lOmdlaGVpbQ==\r\n") && !seen.contains("\r\nAuthorization"),
        "{seen}"
    );
}

#[test]
fn a_proxy_may_have_a_name_or_an_ipv6_address() {
    let six = Server::start_on("::1", |_, stream| stream.write_all(ok("six").as_bytes()).unwrap());
    assert_eq!(get_by("http://nowhere.test/", &route(six.address, None)).unwrap().body, b"six");
    let mut named = route(six.address, None);
    named.proxy.as_mut().unwrap().host = "six.test".to_owned();
    assert_eq!(get_by("http://nowhere.test/", &named).unwrap().body, b"six");
    named.proxy.as_mut().unwrap().host = "nowhere.test".to_owned();
    assert!(matches!(get_by(&six.url("/"), &named), Err(Broken::Resolve(host, _)) if host == "nowhere.test"));
    let dead = route("[::1]:9".parse().unwrap(), None);
    assert_eq!(
        get_by("http://a.test/", &dead).unwrap_err().to_string(),
        "cannot connect to the proxy [::1]:9: connection refused"
    );
}

#[test]
fn a_proxy_that_speaks_nonsense_is_named() {
    for (answer, why) in [
        ("SSH-2.0-x\r\n", "no usable answer"),
        ("", "no usable answer"),
        ("HTTP/1.1 200 OK\r\n\r\nhello", "out of turn"),
        ("HTTP/1.1 302 Moved\r\nLocation: http://x.test/\r\n\r\n", "status 302"),
        ("HTTP/1.1 407 Who\r\n\r\n", "wants a login"),
    ] {
        let proxy = Server::saying(answer);
        let said = refused(get_by("https://nowhere.test/", &route(proxy.address, None)));
        assert!(said.contains(why) && said.contains(&proxy.address.to_string()), "{answer}: {said}");
    }
    let proxy = Server::saying("HTTP/1.1 407 Who\r\n\r\n");
    let said = refused(get_by("http://nowhere.test/", &route(proxy.address, Some("joe:geheim"))));
    assert_eq!(said, format!("{} refuses the login in option 'proxy'", proxy.address));
}

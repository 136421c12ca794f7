//! Transfers over TLS: which servers are believed, and what the owner is told about the others.

use std::fs;
use std::path::{Path, PathBuf};

use ddns::url::Url;
use ddns::world::{Broken, Http, Request, Response, Route, Trust};

#[cfg(test)]
#[path = "support/http.rs"]
mod support;
#[cfg(test)]
#[path = "support/tls.rs"]
mod tls;
use support::{directory, ok, run, wire_below};

#[cfg(test)]
/// A GET that trusts `trust`, below the root directory.
fn get(url: &str, trust: Trust) -> Result<Response, Broken> {
    let route = Route { trust, ..Route::default() };
    let names = support::Names::new(&[
        ("localhost", &["127.0.0.1"]),
        ("good.test", &["127.0.0.1"]),
        ("good.test.", &["127.0.0.1"]),
        ("a.good.test", &["127.0.0.1"]),
        ("wrong.test", &["127.0.0.1"]),
    ]);
    let mut wire = ddns::system::http::Wire::new("/".into(), Box::new(names), None);
    wire.exchange(&Request::get(Url::parse(url).unwrap()), &route)
}

fn ca() -> Trust {
    Trust::Path(tls::path("ca.crt"))
}

fn server(name: &str) -> tls::Server {
    tls::Server::start(&["-cert", &format!("{name}.crt"), "-key", &format!("{name}.key")])
}

#[cfg(test)]
/// Why TLS failed; with `ignore` the same server must be reached all the same.
fn refused(server: &tls::Server, host: &str, trust: Trust) -> String {
    assert_eq!(get(&server.url(host), Trust::Ignore).unwrap().status, 200, "with IGNORE");
    match get(&server.url(host), trust) {
        Err(Broken::Tls(with, why)) if with == host => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_of_a_trusted_authority_is_believed_by_name_and_by_address() {
    let server = server("good");
    for host in ["good.test", "good.test.", "GOOD.test", "localhost", "127.0.0.1"] {
        let response = get(&server.url(host), ca()).unwrap_or_else(|broken| panic!("{host}: {broken}"));
        assert!(response.status == 200 && String::from_utf8_lossy(&response.body).contains("TLSv1.3"), "{host}");
    }
}

#[test]
fn tls_1_2_is_spoken_and_tls_1_1_is_not() {
    let files = ["-cert", "good.crt", "-key", "good.key"];
    let old = tls::Server::start(&[&files[..], &["-tls1_2"]].concat());
    assert_eq!(get(&old.url("good.test"), ca()).unwrap().status, 200);
    let ancient = tls::Server::start(&[&files[..], &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]].concat());
    let broken = get(&ancient.url("good.test"), Trust::Ignore).unwrap_err();
    assert!(matches!(&broken, Broken::Tls(_, why) if why.contains("1.2 or 1.3")), "{broken:?}");
}

#[test]
fn an_unknown_authority_is_refused() {
    let why = refused(&server("foreign"), "good.test", ca());
    assert!(why.contains("authority that is not trusted") && why.contains("cacert"), "{why}");
    assert_eq!(get(&server("foreign").url("good.test"), Trust::Path(tls::path("other.crt"))).unwrap().status, 200);
}

#[test]
fn a_certificate_for_another_name_or_address_is_refused() {
    let why = refused(&server("good"), "wrong.test", ca());
    assert_eq!(why, "its certificate is made out to another name (good.test, localhost, 127.0.0.1)");
    let nameonly = server("nameonly");
    assert_eq!(get(&nameonly.url("a.good.test"), ca()).unwrap().status, 200);
    assert!(refused(&nameonly, "127.0.0.1", ca()).contains("another name (good.test, *.good.test)"));
}

#[test]
fn a_certificate_out_of_its_time_is_refused_with_a_word_about_the_clock() {
    let why = refused(&server("expired"), "good.test", ca());
    assert!(why.contains("expired on 2011-01-02") && why.contains("clock says 20"), "{why}");
    let why = refused(&server("future"), "good.test", ca());
    assert!(why.contains("not valid before 2100-01-01") && why.contains("clock says 20"), "{why}");
}

#[test]
fn a_self_signed_certificate_is_refused_unless_the_owner_names_it() {
    for name in ["self", "plain"] {
        let server = server(name);
        let why = refused(&server, "127.0.0.1", ca());
        assert!(why.contains("signed by itself") && why.contains("cacert"), "{name}: {why}");
        let named = || Trust::Path(tls::path(&format!("{name}.crt")));
        assert_eq!(get(&server.url("127.0.0.1"), named()).unwrap().status, 200, "{name}");
        assert!(refused(&server, "localhost", named()).contains("another name"), "{name}");
    }
    let other = Trust::Path(tls::path("plain.crt"));
    assert!(refused(&server("self"), "127.0.0.1", other).contains("signed by itself"));
}

#[test]
fn an_intermediate_certificate_must_come_from_the_server() {
    let whole = tls::Server::start(&["-cert", "below.crt", "-key", "below.key", "-cert_chain", "between.crt"]);
    assert_eq!(get(&whole.url("good.test"), ca()).unwrap().status, 200);
    assert!(refused(&server("below"), "good.test", ca()).contains("authority that is not trusted"));
}

#[test]
fn a_server_that_wants_a_client_certificate_is_understood() {
    let strict = tls::Server::start(&["-cert", "good.crt", "-key", "good.key", "-Verify", "1", "-verify_return_error"]);
    let broken = get(&strict.url("good.test"), ca()).unwrap_err();
    assert!(matches!(&broken, Broken::Tls(_, why) if why.contains("certificate from the client")), "{broken:?}");
}

#[test]
fn what_speaks_no_tls_is_told_apart() {
    let plain = support::Server::start(|_, _| {});
    let chatty = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = chatty.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = chatty.accept().unwrap();
        std::io::Write::write_all(&mut stream, ok("I am http").as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_secs(1));
    });
    let broken = get(&format!("https://{address}/"), ca()).unwrap_err();
    assert!(matches!(&broken, Broken::Tls(_, why) if why.contains("does not speak TLS")), "{broken:?}");
    let speaking = server("good");
    let broken = get(&speaking.url("good.test").replace("https:", "http:"), ca()).unwrap_err();
    assert!(matches!(broken, Broken::Protocol(_)), "{broken:?}");
    drop(plain);
}

// ------------------------------------------------------------------ stores

#[test]
fn authorities_are_found_where_the_packages_put_them() {
    let server = server("good");
    let url = Url::parse(&server.url("localhost")).unwrap();
    let ca = fs::read(tls::path("ca.crt")).unwrap();
    let stranger = fs::read(tls::path("other.crt")).unwrap();
    let both = [&b"# a comment\n"[..], &stranger, b"\n\n", &ca].concat();
    let text = b"no certificate".to_vec();
    for (name, files) in [
        ("bundle", vec![("certs/ca-certificates.crt", &both)]),
        ("cert.pem", vec![("cert.pem", &both)]),
        ("directory", vec![("certs/a.crt", &stranger), ("certs/b.pem", &ca), ("certs/odd.crt", &text)]),
        ("hashed", vec![("certs/12345678.0", &ca)]),
        ("empty bundle", vec![("certs/ca-certificates.crt", &text), ("cert.pem", &ca)]),
    ] {
        let root = directory(&format!("store-{name}"));
        fs::create_dir_all(root.join("etc/ssl/certs")).unwrap();
        for (file, content) in files {
            fs::write(root.join("etc/ssl").join(file), content).unwrap();
        }
        let response = wire_below(&root).exchange(&Request::get(url.clone()), &Route::default());
        assert_eq!(response.unwrap_or_else(|broken| panic!("{name}: {broken}")).status, 200);
    }
    let none = wire_below(&directory("store-none")).exchange(&Request::get(url), &Route::default()).unwrap_err();
    assert!(matches!(&none, Broken::Setup(why) if why.contains("ca-bundle")), "{none:?}");
}

#[test]
fn a_directory_made_by_c_rehash_is_read_like_any_other() {
    let store = directory("rehash");
    fs::copy(tls::path("ca.crt"), store.join("ca.crt")).unwrap();
    fs::copy(tls::path("other.crt"), store.join("other.pem")).unwrap();
    run(&store, &["openssl", "rehash", "."]);
    fs::write(store.join("unreadable.crt"), [0xff; 100]).unwrap();
    assert_eq!(get(&server("good").url("good.test"), Trust::Path(store)).unwrap().status, 200);
}

#[test]
fn a_cacert_that_cannot_be_used_is_named_and_nobody_is_called() {
    let text = directory("cacert").join("text");
    fs::write(&text, "no certificate").unwrap();
    for (path, why) in [
        (PathBuf::from("/nonexistent/ca.crt"), "cannot be read: no such file or directory"),
        (text.clone(), "holds no certificate in PEM form"),
        (PathBuf::from("/dev/zero"), "cannot be read: it is no file"),
        (directory("cacert-empty"), "holds no certificate in PEM form"),
    ] {
        let broken = get("https://127.0.0.1:9/", Trust::Path(path.clone())).unwrap_err();
        assert_eq!(broken.to_string(), format!("option 'cacert': '{}' {why}", path.display()));
    }
}

#[test]
fn a_cacert_lies_below_the_root() {
    let root = directory("cacert-root");
    fs::create_dir_all(root.join("etc/my")).unwrap();
    fs::copy(tls::path("ca.crt"), root.join("etc/my/ca.crt")).unwrap();
    let server = server("good");
    let route = Route { trust: Trust::Path(Path::new("/etc/my/ca.crt").to_owned()), ..Route::default() };
    let request = Request::get(Url::parse(&server.url("localhost")).unwrap());
    assert_eq!(wire_below(&root).exchange(&request, &route).unwrap().status, 200);
}

#[test]
fn no_redirect_leads_from_https_to_http() {
    let plain = support::Server::saying(ok("plain"));
    let target = plain.url("/");
    let page = format!("HTTP/1.0 302 Moved\r\nLocation: {target}\r\n\r\n");
    let pages = directory("redirect");
    fs::write(pages.join("page"), page).unwrap();
    for name in ["good.crt", "good.key"] {
        fs::copy(tls::path(name), pages.join(name)).unwrap();
    }
    let (crt, key) = (pages.join("good.crt"), pages.join("good.key"));
    let arguments = ["-cert", crt.to_str().unwrap(), "-key", key.to_str().unwrap(), "-HTTP"];
    let server = tls::Server::start_in(&pages, &arguments);
    let response = get(&format!("{}page", server.url("localhost")), ca()).unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(plain.requests(), [""; 0]);
}

#[test]
fn a_secret_may_follow_a_redirect_to_the_same_host_by_https() {
    let secure = server("good");
    let to = secure.url("localhost");
    let from = support::Server::saying(format!("HTTP/1.1 301 Moved\r\nLocation: {to}\r\n\r\n"));
    let url = format!("http://localhost:{}/?pw=geheim", from.address.port());
    let request = Request { confidential: true, ..Request::get(Url::parse(&url).unwrap()) };
    let route = Route { trust: ca(), ..Route::default() };
    assert_eq!(wire_below(Path::new("/")).exchange(&request, &route).unwrap().status, 200);
}

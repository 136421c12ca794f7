//! Which servers are believed.

use std::fs;
use std::path::PathBuf;

use crate::support::{directory, ok};
use crate::tls;
use crate::{JSON, Root, files};

/// A real HTTPS server of these files, each a whole response.
fn secure(folder: &str, certificate: &str, files: &[(&str, &str)]) -> (PathBuf, tls::Server) {
    let directory = directory(folder);
    for (name, text) in files {
        fs::write(directory.join(name), text).unwrap();
    }
    for ending in ["crt", "key"] {
        fs::copy(tls::path(&format!("{certificate}.{ending}")), directory.join(format!("server.{ending}"))).unwrap();
    }
    let server = tls::Server::start_in(&directory, &["-cert", "server.crt", "-key", "server.key", "-HTTP"]);
    (directory, server)
}

/// The root's file of an authority.
fn trust(root: &Root, authority: &str) -> &'static str {
    root.put("etc/ssl/ca.pem", &fs::read_to_string(tls::path(&format!("{authority}.crt"))).unwrap());
    "/etc/ssl/ca.pem"
}

#[test]
fn a_server_is_believed_by_its_certificate_only_unless_the_owner_says_ignore() {
    let (_, server) = secure("served-tls", "good", &[("list", &ok("a.example\n")), ("a.example.json", &ok(JSON))]);
    let url = server.url("127.0.0.1");
    let root = Root::fetching("tls", &url, &[]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 7 && ran.err.contains("ca-bundle"), "{ran:?}");
    root.configure(&[("url", &url), ("cacert", trust(&root, "other"))]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 7 && ran.err.contains("no secure connection to 127.0.0.1"), "{ran:?}");
    assert!(root.share().is_empty());
    for cacert in [trust(&root, "ca"), "/etc/ssl", "IGNORE"] {
        root.configure(&[("url", &url), ("cacert", cacert)]);
        assert_eq!(root.service(&["update"]).code, 0, "{cacert}");
        assert_eq!(root.service(&["install", "a.example"]).code, 0, "{cacert}");
        assert_eq!(root.service(&["purge"]).code, 0);
    }
    root.put("etc/ssl/certs/ca-certificates.crt", &fs::read_to_string(tls::path("ca.crt")).unwrap());
    root.configure(&[("services_url", &url), ("url", &url)]);
    let ran = root.service(&["install", "a.example"]);
    assert!(ran.code == 0 && !ran.err.contains("nobody has checked"), "{ran:?}");
}

#[test]
fn a_redirect_from_https_to_http_is_not_followed() {
    let plain = files("a.example\n", JSON);
    let redirect = format!("HTTP/1.0 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", plain.url("/base/list"));
    let (_, server) = secure("served-redirect", "good", &[("list", &redirect)]);
    let root = Root::fetching("redirect", &server.url("127.0.0.1"), &[("cacert", "IGNORE")]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains("must not be followed"), "{ran:?}");
    assert_eq!((plain.requests().len(), root.share()), (0, Vec::new()));
}

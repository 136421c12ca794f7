//! Where the list and recipes are fetched from, and what is shown of that.

use std::fs;
use std::io::Write;

use crate::support::{Server, ok};
use crate::tls;
use crate::{JSON, Options, Root, base, files};

#[test]
fn both_options_lead_to_the_list_each_in_its_own_way() {
    let cases: &[(Options<'_>, &str, &str)] = &[
        (&[("url", "/base")], "/base/list", "/base/a.example.json"),
        (&[("url", "/base/")], "/base/list", "/base/a.example.json"),
        (&[("url", "")], "/list", "/a.example.json"),
        (&[("services_url", "/f")], "/f/usr/share/ddns/list", "/f/usr/share/ddns/default/a.example.json"),
        (&[("services_url", "/f/")], "/f/usr/share/ddns/list", "/f/usr/share/ddns/default/a.example.json"),
        (
            &[("services_url", "/f/usr/share/ddns/")],
            "/f/usr/share/ddns/list",
            "/f/usr/share/ddns/default/a.example.json",
        ),
        (&[("services_url", "/f"), ("url", "/base")], "/base/list", "/base/a.example.json"),
    ];
    for (options, list, recipe) in cases {
        let server = files("a.example\n", JSON);
        let root = Root::new("base");
        let urls: Vec<String> = options.iter().map(|(_, path)| server.url(path)).collect();
        let global: Vec<(&str, &str)> = options.iter().zip(&urls).map(|((o, _), url)| (*o, url.as_str())).collect();
        root.configure(&global);
        root.service(&["update"]);
        root.service(&["install", "a.example"]);
        let asked = server.requests();
        assert!(asked[0].starts_with(&format!("GET {list} HTTP/1.1\r\n")), "{options:?}: {asked:?}");
        assert!(asked[1].starts_with(&format!("GET {recipe} HTTP/1.1\r\n")), "{options:?}: {asked:?}");
    }
}

#[test]
fn without_an_option_or_a_configuration_the_package_feed_is_asked_over_https() {
    for config in [None, Some(""), Some("config ddns 'global'\n\toption url ''\n"), Some("rubbish\n\0")] {
        let root = Root::new("feed");
        if let Some(config) = config {
            root.put("etc/config/ddns", config);
        }
        root.put("etc/ssl/certs/ca-certificates.crt", &fs::read_to_string(tls::path("ca.crt")).unwrap());
        let ran = root.service(&["update"]);
        let feed =
            "https://raw.githubusercontent.com/openwrt/packages/master/net/ddns-scripts/files/usr/share/ddns/list";
        assert!(ran.code == 7 && ran.err.contains(&format!("cannot fetch {feed}: cannot connect")), "{ran:?}");
    }
}

#[test]
fn a_broken_section_elsewhere_in_the_configuration_is_no_hindrance() {
    let server = files("a.example\n", "");
    let root = Root::new("broken");
    let global = format!("config ddns global\n\toption url {}\n", base(&server));
    root.put("etc/config/ddns", &format!("{global}\nconfig service 'a'\n\toption x 'never closed\n"));
    assert_eq!(root.service(&["update"]).code, 0);
}

#[test]
fn an_option_that_cannot_be_used_is_named_and_nothing_is_asked() {
    let server = files("a.example\n", JSON);
    let good = base(&server);
    let cases: &[(Options<'_>, i32, &str)] = &[
        (&[("url", "ftp://files.example/")], 6, "option 'url', value 'ftp://files.example/'"),
        (&[("services_url", "http://")], 6, "option 'services_url'"),
        (&[("url", "http://joe:hush-hush@/x")], 6, "value '***'"),
        (&[("url", &good), ("proxy", "nowhere")], 6, "option 'proxy'"),
        (&[("url", &good), ("cacert", "/etc/nosuch.pem")], 5, "option 'cacert', value '/etc/nosuch.pem'"),
        (&[("url", &good), ("cacert", "/etc/hosts/x.pem")], 5, "certificate file not found"),
        (&[("url", &good), ("cacert", "nosuch.pem")], 5, "option 'cacert', value 'nosuch.pem'"),
    ];
    for (options, code, why) in cases {
        let root = Root::new("option");
        root.configure(options);
        for words in [&["update"][..], &["install", "a.example"]] {
            let ran = root.service(words);
            assert!(ran.code == *code && ran.err.contains(why), "wanted {code}, {why}: {ran:?}");
            assert!(!ran.err.contains("hush-hush"), "{ran:?}");
        }
        assert_eq!((server.requests().len(), root.share()), (0, Vec::new()));
    }
}

#[test]
fn a_login_in_the_address_is_sent_and_never_shown() {
    let server = Server::start(|request, stream| {
        let body = if request.contains("Authorization: Basic am9lOmh1c2gtaHVzaA==") { "a.example\n" } else { "<no>" };
        stream.write_all(ok(body).as_bytes()).unwrap();
    });
    let url = format!("http://joe:hush-hush@{}/base?key=hush-too", server.address);
    let root = Root::fetching("login", &url, &[]);
    assert_eq!(root.service(&["update"]).code, 0);
    root.configure(&[("url", &url.replace("hush-hush", "wrong-hush"))]);
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains(&format!("http://{}/base line 1", server.address)), "{ran:?}");
    assert!(!ran.err.contains("hush"), "{ran:?}");
}

#[test]
fn a_login_is_not_carried_to_another_server() {
    let other = files("a.example\n", "");
    let place = base(&other).replace("127.0.0.1", "localhost");
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {place}/list\r\nContent-Length: 0\r\n\r\n");
    let server = Server::saying(answer);
    let root = Root::fetching("carry", &format!("http://joe:hush@{}", server.address), &[]);
    root.put("etc/hosts", "127.0.0.1 localhost\n");
    let ran = root.service(&["update"]);
    assert!(ran.code == 8 && ran.err.contains("must not be followed"), "{ran:?}");
    root.configure(&[("url", &format!("http://{}", server.address))]);
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(other.requests().len(), 1);
}

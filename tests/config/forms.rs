//! Values with a form of their own: names, servers, proxies, paths, switches, secrets.

use ddns::address::Family;
use ddns::config::Config;
use ddns::world::{Server, Trust};

use crate::{BASE, refused, said, section, with};

#[test]
fn switches_are_the_words_of_openwrt_and_anything_else_is_a_warning() {
    for (word, expected) in [("1", true), ("on", true), ("true", true), ("yes", true), ("enabled", true)] {
        assert_eq!(section(&format!("enabled {word}")).enabled, expected, "{word}");
    }
    for word in ["0", "off", "false", "no", "disabled"] {
        let (section, warnings) = with(&format!("use_logfile {word}\nenabled {word}"));
        assert!(!section.logfile && !section.enabled && warnings.is_empty(), "{word}");
    }
    for word in ["2", "ja", "True", "-1"] {
        let (section, warnings) = with(&format!("use_logfile {word}\nenabled {word}"));
        assert!(section.logfile && !section.enabled, "{word}");
        assert!(said(&warnings).contains(&format!("option 'enabled', value '{word}': wanted 0 or 1; taken as 0")));
    }
}

#[test]
fn lookup_host_is_the_domain_when_missing() {
    let domains = [
        ("a.example,b.example", "a.example"),
        ("'a.example b.example'", "a.example"),
        ("host@zone.example", "host@zone.example"),
        ("*.example.net", "wildcard.example.net"),
        ("*.a.example,a.example", "wildcard.a.example"),
    ];
    for (domain, host) in domains {
        assert_eq!(section(&format!("domain {domain}")).lookup_host, host);
    }
    assert!(refused("domain a*.example.net").contains("cannot be looked up"));
    assert_eq!(section("domain *.example.net\nlookup_host x.example.net").lookup_host, "x.example.net");
    let text = "config service a\n\toption service_name x\n\toption lookup_host h.example\n";
    let (section, _) = Config::read(text.as_bytes(), b"").section("a").unwrap();
    assert_eq!((section.domain, section.lookup_host.as_str()), (None, "h.example"));
}

#[test]
fn host_names_with_other_characters_are_refused_before_anything_runs() {
    let long = "x".repeat(300);
    for bad in ["a b", "a'\\''b", "a␤b", "a/b", "a;b", "$(id)", "`id`", "a\"b", "hütte.example", "a\\b", &long] {
        for option in ["domain", "lookup_host", "dns_server"] {
            if (bad, option) == ("a b", "domain") {
                continue; // two names
            }
            assert!(refused(&format!("{option} '{bad}'")).contains("wanted") || bad.len() == 300, "{option} {bad}");
        }
    }
    for bad in ["a..b,", ",", "a,,b", "a, ,b", " ", "a:b"] {
        refused(&format!("domain '{bad}'"));
    }
    refused("lookup_host a,b");
    for good in ["a_b.example", "www@example.net", "A-1.example"] {
        assert_eq!(section(&format!("domain {good}")).domain.as_deref(), Some(good));
        assert_eq!(section(&format!("lookup_host {good}")).lookup_host, good);
    }
    let list = format!("{},{}", "x".repeat(253), "*.y.example");
    assert_eq!(section(&format!("domain {list}")).domain.as_deref(), Some(list.as_str()));
    assert!(refused("domain 'a␤b'").contains("value 'a...'"));
}

#[test]
fn several_names_are_read_with_commas_or_blanks_between_and_each_once() {
    let lists = [
        ("a.example,b.example", "a.example,b.example"),
        ("a.example b.example", "a.example,b.example"),
        ("  a.example ,  b.example c.example ", "a.example,b.example,c.example"),
        ("a.example,A.Example,b.example", "a.example,b.example"),
        ("*.a.example,a.example", "*.a.example,a.example"),
    ];
    for (written, read) in lists {
        let section = section(&format!("domain '{written}'"));
        assert_eq!(section.domain.as_deref(), Some(read));
        let raw = section.raw.iter().find(|(name, _)| name == "domain").unwrap();
        assert_eq!(raw.1.reveal(), written.as_bytes(), "a script sees what is written");
    }
}

#[test]
fn dns_server_takes_names_and_addresses_with_ports() {
    let cases = [
        ("dns.example", "dns.example", 53),
        ("dns.example:5353", "dns.example", 5353),
        ("198.51.100.53", "198.51.100.53", 53),
        ("198.51.100.53:5353", "198.51.100.53", 5353),
        ("198.51.100.53#5353", "198.51.100.53", 5353),
        ("2001:db8::53", "2001:db8::53", 53),
        ("2001:db8::53#5353", "2001:db8::53", 5353),
        ("[2001:db8::53]", "2001:db8::53", 53),
        ("[2001:db8::53]:5353", "2001:db8::53", 5353),
        ("[2001:db8::53]#5353", "2001:db8::53", 5353),
    ];
    for (text, host, port) in cases {
        let server = section(&format!("dns_server '{text}'")).via.server;
        assert_eq!(server, Some(Server { host: host.into(), port }), "{text}");
    }
    for bad in [
        "1.1.1.1 8.8.8.8",
        "dns:0",
        "dns:65536",
        "dns:x",
        "dns:",
        "[::1",
        "[x]:53",
        "[::1]53",
        "a:b:c",
        "@1.1.1.1",
        "dns:+5",
        "#53",
    ] {
        assert!(refused(&format!("dns_server '{bad}'")).contains("wanted a name server"), "{bad}");
    }
    let via = section("force_dnstcp 1\nis_glue 1\nforce_ipversion 1\nuse_ipv6 1").via;
    assert!(via.tcp && via.glue && via.only == Some(Family::V6));
}

#[test]
fn a_proxy_may_have_a_login_and_must_have_a_port() {
    let cases: &[(&str, &str, u16, Option<&str>)] = &[
        ("proxy.example:3128", "proxy.example", 3128, None),
        ("198.51.100.30:8080", "198.51.100.30", 8080, None),
        ("[2001:db8::30]:3128", "2001:db8::30", 3128, None),
        ("joe:pw@proxy.example:3128", "proxy.example", 3128, Some("joe:pw")),
        ("joe:p@w:x@[2001:db8::30]:3128", "2001:db8::30", 3128, Some("joe:p@w:x")),
        ("j%6fe%40x:p%25%zz%4@h:1", "h", 1, Some("joe@x:p%%zz%4")),
        ("joe@h:1", "h", 1, Some("joe:")),
        ("http://h:1/", "h", 1, None),
    ];
    for (text, host, port, login) in cases {
        let proxy = section(&format!("proxy '{text}'")).transport.proxy.unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), (*host, *port), "{text}");
        assert_eq!(proxy.login.as_ref().map(ddns::secret::Secret::reveal), login.map(str::as_bytes), "{text}");
    }
    for bad in ["proxy.example", "joe:pw@proxy.example", "[2001:db8::30]", "proxy.example:"] {
        assert!(refused(&format!("proxy '{bad}'")).contains("port"), "{bad}");
    }
    for bad in [
        "h:0",
        "h:x",
        "h:99999",
        ":3128",
        "2001:db8::30",
        "https://h:1",
        "a b:1",
        "[x]:1",
        "h:1:2",
        "[::1]x:1",
        "[::1:1",
    ] {
        refused(&format!("proxy '{bad}'"));
    }
    assert!(!refused("proxy 'joe:hunter2@h'").contains("hunter2"));
}

#[test]
fn cacert_is_a_path_or_ignore_in_any_case() {
    for word in ["IGNORE", "ignore", "Ignore"] {
        assert_eq!(section(&format!("cacert {word}")).transport.trust, Trust::Ignore);
    }
    assert_eq!(section("cacert /etc/ssl/certs").transport.trust, Trust::Path("/etc/ssl/certs".into()));
    assert_eq!(section("").transport.trust, Trust::System);
    assert!(refused("cacert ca.pem").contains("full path"));
}

#[test]
fn a_user_agent_cannot_carry_a_second_header() {
    assert_eq!(section("user_agent 'my agent/1.0'").transport.user_agent.as_deref(), Some("my agent/1.0"));
    refused("user_agent 'a\r␤X-Evil: 1'");
    refused("user_agent 'ä'");
}

#[test]
fn a_password_may_be_any_bytes_and_is_never_shown() {
    let mut bytes: Vec<u8> = (b' '..=b'~').filter(|b| *b != b'\'').collect();
    bytes.extend("äöü€".as_bytes());
    bytes.extend([0xe4, 0xff, 0x01]);
    bytes.extend(std::iter::repeat_n(b'x', 4096));
    let text = [BASE.as_bytes(), b"\toption password '", &bytes, b"'\\'''\n\toption enabled maybe\n"].concat();
    let (section, warnings) = Config::read(&text, b"").section("a").unwrap();
    bytes.push(b'\'');
    assert_eq!(section.password.as_ref().unwrap().reveal(), bytes);
    let shown = format!("{section:?}{warnings:?}");
    assert!(!shown.contains("xxxx") && !shown.contains("äöü"));
}

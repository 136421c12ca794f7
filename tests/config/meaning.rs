//! What options mean together: provider, source, old names, what `global` gives, what a script sees.

use std::path::Path;

use ddns::config::{Config, Provider, Source};
use ddns::world::Trust;

use crate::{config, refused, said, section, with};

#[test]
fn ignore_in_global_does_not_take_the_verification_from_the_sections() {
    let lax = config("cacert IGNORE", "");
    assert_eq!(lax.list.trust, Trust::Ignore);
    assert_eq!(lax.section("a").unwrap().0.transport.trust, Trust::System);
    assert_eq!(config("cacert IGNORE", "cacert IGNORE").section("a").unwrap().0.transport.trust, Trust::Ignore);
}

#[test]
fn where_the_list_of_providers_is_fetched_from_is_read_with_what_is_wrong_about_it() {
    let of = |global: &str| config(global, "");
    assert_eq!(of("").list.base.list().host, "raw.githubusercontent.com");
    assert!(of("").list.base.list().secure && of("").list.faults.is_empty());
    let folder = of("url http://u:p@h.example:81/x/\nservices_url http://other/").list.base;
    assert_eq!(folder.list().to_string(), "http://h.example:81/x/list");
    assert_eq!(folder.recipe("a.example").to_string(), "http://h.example:81/x/a.example.json");
    assert!(folder.list().login.is_some());
    let tree = of("services_url https://h.example").list.base;
    assert_eq!(tree.recipe("a").to_string(), "https://h.example/usr/share/ddns/default/a.json");
    assert_eq!(of("proxy p.example:3128").list.proxy.unwrap().port, 3128);
    for (option, value) in [("url", "ftp://x"), ("services_url", "x"), ("cacert", "ca.pem"), ("proxy", "p")] {
        let wrong = of(&format!("{option} {value}"));
        assert_eq!(wrong.list.faults[0].option.as_deref(), Some(option));
        assert_eq!(wrong.faults.len(), usize::from(option != "proxy"), "{option}: each section tells of its proxy");
    }
}

#[test]
fn old_names_are_understood_and_the_new_one_wins() {
    assert_eq!(section("retry_count 3").timing.retry_max, 3);
    assert_eq!(section("retry_count 3\nretry_max_count 4").timing.retry_max, 4);
    let old = config("allow_local_ip 1\ndate_format %H\nrun_dir /r\nlog_dir /l\nlog_lines 9", "");
    assert_eq!((old.global.rundir.as_path(), old.global.logdir.as_path()), (Path::new("/r"), Path::new("/l")));
    assert_eq!((old.global.loglines, old.global.dateformat.as_str()), (9, "%H"));
    assert!(old.section("a").unwrap().0.allow_private);
    let names = [
        ("freedns.afraid.org", "afraid.org-keyauth"),
        ("afraid.org", "afraid.org-keyauth"),
        ("Bind-nsupdate", "bind-nsupdate"),
        ("dyndns.org", "dyn.com"),
        ("dyndns.com", "dyn.com"),
        ("free.editdns.net", "editdns.net"),
        ("FreeDNS.42.pl", "freedns.42.pl"),
        ("domains.google.com", "google.com"),
        ("loopia.com", "loopia.se"),
        ("NoIP.com", "no-ip.com"),
        ("No-IP.com", "no-ip.com"),
        ("spdns.de", "spdyn.de"),
        ("strato.de", "strato.com"),
        ("duckdns.org", "duckdns.org"),
    ];
    for (old, new) in names {
        assert_eq!(section(&format!("service_name {old}")).provider, Provider::Service(new.to_owned()));
    }
}

#[test]
fn a_script_beats_a_name_beats_a_url() {
    let url = section("").provider;
    assert!(matches!(&url, Provider::Url(url) if url.reveal() == b"http://p.example/?ip=[IP]"));
    let (named, warnings) = with("service_name duckdns.org");
    assert_eq!(named.provider, Provider::Service("duckdns.org".into()));
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].option.as_deref(), Some("update_url"));
    let (scripted, warnings) = with("service_name duckdns.org\nupdate_script /tmp/u.sh");
    assert_eq!(scripted.provider, Provider::Script("/tmp/u.sh".into()));
    assert_eq!(warnings.len(), 2);
    for word in ["custom", "-"] {
        assert_eq!(section(&format!("service_name {word}")).provider, url);
    }
    assert!(!said(&with("service_name x").1).contains("p.example"), "a template may hold secrets");
}

#[test]
fn a_section_without_provider_or_host_is_refused() {
    let read = |text: &str| said(&Config::read(text.as_bytes(), b"").section("a").unwrap_err());
    assert!(read("config service a\n\toption domain x.example\n").contains("no provider"));
    assert!(
        read("config service a\n\toption service_name custom\n\toption domain x.example\n").contains("no provider")
    );
    let hostless = read("config service a\n\toption service_name x\n");
    assert!(hostless.contains("'domain'") && hostless.contains("'lookup_host'"), "{hostless}");
    assert!(refused("service_name ../default/duckdns.org").contains("name of a provider"));
    assert!(refused("service_name .hidden").contains("name of a provider"));
    assert!(refused("update_script u.sh").contains("full path"));
}

#[test]
fn each_source_has_its_option_and_default() {
    let networks = |names: &[&str]| Source::Network(names.iter().map(|name| (*name).to_owned()).collect());
    let cases: &[(&str, Source)] = &[
        ("ip_network lan", networks(&["lan"])),
        ("interface wwan", networks(&["wan"])),
        ("use_ipv6 1", networks(&["wan6"])),
        ("use_ipv6 1\ninterface wan", networks(&["wan6", "wan"])),
        ("use_ipv6 1\ninterface wan6", networks(&["wan6"])),
        ("use_ipv6 1\nip_network wan", networks(&["wan"])),
        ("ip_source interface\nip_interface eth1", Source::Interface("eth1".into())),
        ("ip_source interface\nip_interface @wan6", Source::Interface("@wan6".into())),
        ("ip_source interface\ninterface wwan", Source::Interface("@wwan".into())),
        ("ip_source interface", Source::Interface("eth1".into())),
        ("ip_source script\nip_script '/bin/s -x \"a b\" '\\''c'\\'''", {
            Source::Script(["/bin/s", "-x", "a b", "c"].map(str::to_owned).to_vec())
        }),
    ];
    for (lines, expected) in cases {
        assert_eq!(section(lines).source, *expected, "{lines}");
    }
    let page = |lines: &str| match section(&format!("ip_source web\n{lines}")).source {
        Source::Web(url) => url.host,
        other => panic!("{other:?}"),
    };
    assert_eq!(page(""), "checkip.dyndns.com");
    assert_eq!(page("use_ipv6 1"), "checkipv6.dyndns.com");
    assert_eq!(page("ip_url https://my.example/ip"), "my.example");
}

#[test]
fn a_source_that_cannot_work_is_refused() {
    assert!(
        refused("ip_source webb")
            .contains("option 'ip_source', value 'webb': wanted network, interface, web or script")
    );
    assert!(refused("ip_source script").contains("option 'ip_script'"));
    assert!(refused("ip_source script\nip_script s.sh").contains("full path"));
    assert!(refused("ip_source script\nip_script '/s \"x'").contains("quote"));
    assert!(refused("ip_source web\nip_url ftp://x").contains("http"));
    assert!(!refused("ip_source web\nip_url ftp://joe:hunter2@x").contains("hunter2"));
    assert!(refused("ip_source interface\nip_interface ../x").contains("device"));
    assert!(refused("ip_network 'a b'").contains("one network"));
    assert!(refused("bind_network 'a/b'").contains("one network"));
    let (_, warnings) = with("ip_source script\nip_script '/s $(id)'");
    assert!(said(&warnings).contains("no shell"));
}

#[test]
fn a_script_sees_all_options_as_they_stand_and_the_defaults() {
    let config =
        config("username joe\nupd_privateip 1", "custom_opt mine\nretry_count 4\ndomain d.example\nuse_https yes");
    let raw = config.section("a").unwrap().0.raw;
    let value = |name: &str| {
        let found: Vec<_> = raw.iter().filter(|(key, _)| key == name).collect();
        assert!(found.len() <= 1, "{name}");
        found.first().map(|(_, value)| String::from_utf8_lossy(value.reveal()).into_owned())
    };
    let expected = [
        ("custom_opt", Some("mine")),
        ("username", Some("joe")),
        ("upd_privateip", Some("1")),
        ("use_ipv6", Some("0")),
        ("use_https", Some("yes")),
        ("retry_max_count", Some("4")),
        ("retry_count", Some("4")),
        ("check_interval", Some("10")),
        ("ip_source", Some("network")),
        ("lookup_host", Some("d.example")),
        ("param_enc", None),
        ("dns_server", None),
    ];
    for (name, text) in expected {
        assert_eq!(value(name).as_deref(), text, "{name}");
    }
}

#[test]
fn a_quote_that_is_never_closed_shows_no_line_of_the_file_behind_it() {
    for option in ["domain", "service_name", "dns_server", "ip_network"] {
        let text = format!(
            "config service 'a'\n\toption lookup_host 'h.example'\n\toption {option} 'x\n\toption password 'hunter2'\n\toption username 'u\n"
        );
        let told: Vec<String> = match Config::read(text.as_bytes(), b"").section("a") {
            Ok((_, warnings)) => warnings.iter().map(ToString::to_string).collect(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        };
        assert!(told.iter().any(|line| line.contains(option)), "{told:?}");
        assert!(told.iter().all(|line| !line.contains("hunter2")), "{told:?}");
    }
}

#[test]
fn no_value_of_a_file_is_in_the_debug_text_of_anything_made_of_it() {
    let text = "config service 'a'\n\toption lookup_host 'h'\n\toption update_url 'http://h/?t=hunter2'\n\toption password 'hunter2'\n";
    let config = Config::read(text.as_bytes(), b"");
    let section = config.section("a").unwrap().0;
    let recipe = ddns::send::recipe(&section, &mut |_| None).unwrap();
    let told = format!("{config:?} {section:?} {recipe:?}");
    let bytes = format!("{:?}", b"hunter2".to_vec());
    assert!(!told.contains("hunter2") && !told.contains(bytes.trim_matches(['[', ']'])), "{told}");
}

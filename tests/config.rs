//! From the text of `/etc/config/ddns` to typed sections: every default, unit, floor, form and refusal.

use std::path::Path;
use std::time::Duration;

use ddns::address::Family;
use ddns::config::{Config, Fault, Provider, Section, Severity, Source};
use ddns::world::{Server, Trust};

/// A section that runs, without what a test wants to say itself.
const BASE: &str =
    "config service 'a'\n\toption update_url 'http://p.example/?ip=[IP]'\n\toption domain 'host.example.net'\n";

fn config(global: &str, lines: &str) -> Config {
    // an option a line; ␤ is a line end inside a value
    let indent =
        |text: &str| text.lines().map(|line| format!("\toption {line}\n").replace('␤', "\n")).collect::<String>();
    let text = format!("config ddns 'global'\n{}\n{BASE}{}", indent(global), indent(lines));
    Config::read(text.as_bytes(), b"")
}

fn with(lines: &str) -> (Section, Vec<Fault>) {
    config("", lines).section("a").unwrap_or_else(|faults| panic!("{lines}: {}", said(&faults)))
}

fn section(lines: &str) -> Section {
    with(lines).0
}

/// The errors of a section that is refused.
fn refused(lines: &str) -> String {
    match config("", lines).section("a") {
        Ok(_) => panic!("not refused: {lines}"),
        Err(faults) => said(&faults),
    }
}

fn said(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_minimal_section_has_the_defaults_of_the_table() {
    let (section, warnings) = with("");
    assert_eq!(warnings, []);
    assert!(!section.enabled && !section.https && !section.allow_private && !section.api_check && section.logfile);
    assert_eq!((section.name.as_str(), section.interface.as_str(), section.family), ("a", "wan", Family::V4));
    assert_eq!(section.domain.as_deref(), Some("host.example.net"));
    assert_eq!(section.lookup_host, "host.example.net");
    assert_eq!(section.source, Source::Network(vec!["wan".into()]));
    assert_eq!(section.timing.check, Duration::from_secs(600));
    assert_eq!(section.timing.force, Some(Duration::from_secs(259_200)));
    assert_eq!(section.timing.retry, Duration::from_secs(60));
    assert_eq!((section.timing.retry_max, section.syslog), (0, 2));
    assert_eq!(section.transport, ddns::config::Transport::default());
    assert_eq!(section.via, ddns::world::Via::default());
    assert!(section.username.is_none() && section.password.is_none() && section.param_opt.is_none());
    let global = config("", "").global;
    assert_eq!(
        (global.rundir.as_path(), global.logdir.as_path()),
        (Path::new("/var/run/ddns"), Path::new("/var/log/ddns"))
    );
    assert_eq!((global.loglines, global.dateformat.as_str()), (250, "%F %R"));
}

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
fn empty_and_list_values_are_not_set() {
    let (section, _) = with("username ''\ncheck_interval ''\ncheck_unit ''\nip_source ''");
    assert!(section.username.is_none());
    assert_eq!(section.timing.check, Duration::from_secs(600));
    let text = format!("{BASE}\tlist username joe\n\tlist username ann\n");
    let (section, warnings) = Config::read(text.as_bytes(), b"").section("a").unwrap();
    assert!(section.username.is_none());
    assert_eq!(
        said(&warnings),
        "4:7: section 'a', option 'username': wanted 'option', not 'list': it counts as not set"
    );
    assert!(section.raw.iter().all(|(name, _)| name != "username"));
}

#[test]
fn what_stands_in_global_is_the_default_of_all_sections_and_their_own_wins() {
    let config = config(
        "use_https 1\nusername joe\ncheck_interval 20\nupd_privateip 1\nretry_count 7\ncacert /g",
        "check_interval 30",
    );
    let (section, _) = config.section("a").unwrap();
    assert!(section.https && section.allow_private);
    assert_eq!(section.username.unwrap().reveal(), b"joe");
    assert_eq!(section.timing.check, Duration::from_secs(1800));
    assert_eq!(section.timing.retry_max, 7);
    assert_eq!(section.transport.trust, Trust::Path("/g".into()));
}

#[test]
fn ignore_in_global_does_not_take_the_verification_from_the_sections() {
    let lax = config("cacert IGNORE", "");
    assert_eq!(lax.list.trust, Trust::Ignore);
    assert_eq!(lax.section("a").unwrap().0.transport.trust, Trust::System);
    assert_eq!(config("cacert IGNORE", "cacert IGNORE").section("a").unwrap().0.transport.trust, Trust::Ignore);
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
fn intervals_are_number_times_unit_with_floors() {
    let cases: &[(&str, u64, bool)] = &[
        ("check_interval 5", 300, false),
        ("check_interval 1\ncheck_unit hours", 3600, false),
        ("check_interval 2\ncheck_unit days", 172_800, false),
        ("check_unit hours", 36_000, false),
        ("check_interval 010", 600, false),
        ("check_interval 300\ncheck_unit seconds", 300, false),
        ("check_interval 299\ncheck_unit seconds", 300, true),
        ("check_interval 10\ncheck_unit seconds", 300, true),
        ("check_unit seconds", 300, true),
        ("check_interval 1", 300, true),
        ("check_interval 0", 300, true),
        ("check_interval -1", 600, true),
        ("check_interval abc", 600, true),
        ("check_interval 7.5", 600, true),
        ("check_interval '5 '", 600, true),
        ("check_interval 99999999999", 315_360_000, true),
        ("check_interval 999999999999999999999999999999", 315_360_000, true),
        ("check_interval 2\ncheck_unit fortnight", 300, true),
        ("check_interval 20\ncheck_unit fortnight", 1200, true),
        ("check_interval 1\ncheck_unit seconds\ncheck_interval_min 1", 1, false),
        ("check_interval 100\ncheck_unit seconds\ncheck_interval_min 1", 100, false),
        ("check_interval 0\ncheck_unit seconds\ncheck_interval_min 0", 1, true),
        ("check_interval 2\ncheck_interval_min 60", 3600, true),
        ("check_interval 10\ncheck_interval_min 60", 600, false),
        ("check_interval 10\ncheck_unit seconds\ncheck_interval_min abc", 300, true),
    ];
    for (lines, secs, warned) in cases {
        let (section, warnings) = with(lines);
        assert_eq!(section.timing.check, Duration::from_secs(*secs), "{lines}");
        assert_eq!(!warnings.is_empty(), *warned, "{lines}: {}", said(&warnings));
    }
}

#[test]
fn force_and_retry_have_their_own_floors() {
    let force = |lines: &str| with(lines);
    let cases: &[(&str, Option<u64>, bool)] = &[
        ("force_interval 0", None, false),
        ("force_interval 0\nforce_unit days", None, false),
        ("force_interval 2\nforce_unit days", Some(172_800), false),
        ("force_interval 3", Some(10_800), false),
        ("force_unit minutes", Some(4320), false),
        ("force_interval 5\nforce_unit minutes", Some(600), true),
        ("force_interval -1", Some(259_200), true),
        ("force_interval 99999999999\nforce_unit days", Some(315_360_000), true),
    ];
    for (lines, secs, warned) in cases {
        let (section, warnings) = force(lines);
        assert_eq!(section.timing.force, secs.map(Duration::from_secs), "{lines}");
        assert_eq!(!warnings.is_empty(), *warned, "{lines}: {}", said(&warnings));
    }
    for (lines, secs, warned) in [
        ("retry_interval 5", 5, false),
        ("retry_interval 2\nretry_unit minutes", 120, false),
        ("retry_interval 0", 1, true),
        ("retry_interval x", 60, true),
    ] {
        let (section, warnings) = with(lines);
        assert_eq!((section.timing.retry, !warnings.is_empty()), (Duration::from_secs(secs), warned), "{lines}");
    }
    assert_eq!(section("retry_max_count 99999999999").timing.retry_max, u32::MAX);
    assert_eq!(section("retry_max_count -1").timing.retry_max, 0);
}

#[test]
fn a_bad_unit_is_named_with_its_place_and_what_was_wanted() {
    let (_, warnings) = with("check_unit 'fortnight'");
    let expected = "/etc/config/ddns:6:9: section 'a', option 'check_unit', value 'fortnight': wanted seconds, minutes, hours or days";
    assert!(warnings[0].in_file("/etc/config/ddns").to_string().starts_with(expected), "{}", said(&warnings));
    assert_eq!(warnings.len(), 1);
    let nowhere = Fault::error("nothing there").in_file("F").to_string();
    assert_eq!(nowhere, "F: nothing there");
}

#[test]
fn numbers_outside_their_range_are_taken_as_the_nearest() {
    for (word, level) in [("0", 0), ("4", 4), ("5", 4), ("true", 2), ("-1", 2)] {
        assert_eq!(section(&format!("use_syslog {word}")).syslog, level, "{word}");
    }
    for (word, lines) in [("1", 1), ("0", 1), ("abc", 250), ("99999999999", 1_000_000)] {
        assert_eq!(config(&format!("ddns_loglines {word}"), "").global.loglines, lines, "{word}");
    }
}

#[test]
fn directories_are_full_paths_without_dots() {
    for word in ["run", "/var/../etc", "../x"] {
        let config = config(&format!("ddns_rundir {word}\nddns_logdir {word}"), "");
        assert_eq!(
            (config.global.rundir.as_path(), config.global.logdir.as_path()),
            (Path::new("/var/run/ddns"), Path::new("/var/log/ddns"))
        );
        assert_eq!(config.faults.len(), 2, "{word}");
        assert!(config.section("a").is_ok(), "a section runs all the same");
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
fn lookup_host_is_the_domain_when_missing() {
    let domains = [("a.example,b.example", "a.example"), ("host@zone.example", "host@zone.example")];
    for (domain, host) in domains {
        assert_eq!(section(&format!("domain {domain}")).lookup_host, host);
    }
    assert!(refused("domain *.example.net").contains("cannot be looked up"));
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
            assert!(refused(&format!("{option} '{bad}'")).contains("wanted") || bad.len() == 300, "{option} {bad}");
        }
    }
    for bad in ["a..b,", ",", "a,,b", "a,b c", "a:b"] {
        refused(&format!("domain '{bad}'"));
    }
    refused("lookup_host a,b");
    for good in ["a_b.example", "www@example.net", "A-1.example"] {
        assert_eq!(section(&format!("domain {good}")).domain.as_deref(), Some(good));
        assert_eq!(section(&format!("lookup_host {good}")).lookup_host, good);
    }
    let list = format!("{},{}", "x".repeat(253), "*.y.example");
    assert_eq!(section(&format!("domain {list}")).domain.as_deref(), Some(list.as_str()));
    assert!(refused("domain 'a␤b'").contains(r"value 'a\nb'"));
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
fn the_fingerprint_changes_with_anything_that_concerns_the_section() {
    let print = |global: &str, lines: &str| config(global, lines).section("a").unwrap().0.fingerprint;
    let first = print("", "username a");
    assert_eq!(first, print("", "username a"));
    for (global, lines) in
        [("", "username b"), ("", "user a"), ("use_curl 1", "username a"), ("", "username a\npassword x"), ("", "")]
    {
        assert_ne!(first, print(global, lines), "{global} {lines}");
    }
    assert_ne!(print("", "x ab\ny c"), print("", "x a\ny bc"));
}

#[test]
fn sections_are_found_by_safe_names_only() {
    let config = config("", "");
    assert_eq!(config.names(), ["a"]);
    for bad in ["../a", "a/b", "", "a b", "a-b", ".", "a\0", "ä"] {
        assert!(said(&config.section(bad).unwrap_err()).contains("letters, digits"), "{bad}");
    }
    assert!(
        said(&config.section("b").unwrap_err())
            .contains("section 'b': not defined in the configuration; service sections there: a")
    );
    assert!(said(&config.section("global").unwrap_err()).contains("no service section"));
    let text = format!("{BASE}config service\n\toption service_name x\n\toption domain y.example\n")
        .replace("service 'a'", "foo 'a'");
    let other = Config::read(text.as_bytes(), b"");
    assert_eq!(other.names(), ["cfg025996"], "the init script starts services, unnamed ones too");
    assert!(other.section("a").is_ok(), "a section of another type runs by name");
    assert!(other.section("cfg025996").is_ok());
}

#[test]
fn a_broken_section_is_refused_and_the_others_run() {
    let text = format!("{}\tblah\n{BASE}", BASE.replace("'a'", "'b'"));
    let config = Config::read(text.as_bytes(), b"");
    assert_eq!(config.names(), ["b", "a"]);
    assert!(config.section("a").is_ok());
    assert!(said(&config.section("b").unwrap_err()).starts_with("4:2: section 'b': invalid command"));
    assert!(!config.enabled("a"));
    let twice = Config::read(format!("{BASE}config other 'a'\n").as_bytes(), b"");
    assert!(said(&twice.section("a").unwrap_err()).contains("another type"));
    let global = Config::read(format!("config ddns global\n\tblah\n{BASE}").as_bytes(), b"");
    assert!(said(&global.section("a").unwrap().1).contains("error in 'global'"));
}

#[test]
fn files_that_are_none_have_no_sections_and_do_no_harm() {
    for bytes in [
        b"".to_vec(),
        b"\n\n".to_vec(),
        vec![0; 1000],
        (0..=255u8).cycle().take(1_000_000).collect(),
        vec![b'x'; 1_000_000],
    ] {
        let config = Config::read(&bytes, &bytes);
        assert_eq!(config.names(), Vec::<&str>::new());
        assert!(said(&config.section("a").unwrap_err()).contains("service sections there: none"));
    }
}

#[test]
fn a_pending_change_counts() {
    let text = format!("{BASE}\toption username joe\n");
    let config = Config::read(text.as_bytes(), b"ddns.a.username='ann'\nddns.a.enabled='1'\nddns.a.ip_source='moon'\n");
    assert!(config.enabled("a"));
    let faults = config.section("a").unwrap_err();
    assert_eq!(faults[0].place, None);
    let config = Config::read(text.as_bytes(), b"ddns.a.username='ann'\n");
    assert_eq!(config.section("a").unwrap().0.username.unwrap().reveal(), b"ann");
}

#[test]
fn all_errors_of_a_section_are_told_at_once() {
    let faults =
        config("", "domain 'a b'\nproxy x\nip_source y\ndns_server 'a b'\nenabled z").section("a").unwrap_err();
    assert_eq!(faults.iter().filter(|fault| fault.severity == Severity::Error).count(), 4, "{}", said(&faults));
}

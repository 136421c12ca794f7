//! `ddns check`: what is wrong or foolish is said in a sentence that names section, option, value and what was wanted.

use ddns::config::check::check;
use ddns::config::options::{self, ALL, Kind};
use ddns::config::{Config, Severity};

const SOUND: &str = "config ddns 'global'\n\nconfig service 'a'\n\toption enabled '1'\n\toption use_ipv6 '0'\n\toption service_name 'x'\n\
    \toption lookup_host 'h.example'\n\toption domain 'h.example'\n\toption password 'p'\n";

fn told(text: &str, template: Option<&str>) -> Vec<String> {
    let config = Config::read(text.as_bytes(), b"");
    check(&config, &|_| template.map(str::to_owned)).iter().map(ToString::to_string).collect()
}

fn with(lines: &str) -> Vec<String> {
    let lines = format!("\n{lines}").replace('\n', "\n\toption ").replacen('\n', "", 1);
    told(&format!("{SOUND}{lines}"), None)
}

#[test]
fn a_sound_file_gives_nothing_to_say() {
    assert_eq!(told(SOUND, None), Vec::<String>::new());
    assert_eq!(told(SOUND, Some("https://p.example/[PASSWORD]")), Vec::<String>::new());
}

#[test]
fn foolish_things_are_told() {
    let cases = [
        (
            "pasword x",
            "10:9: section 'a', option 'pasword': no such option, the nearest one is 'password'; only an own script can see it",
        ),
        ("check_intervall 5", "the nearest one is 'check_interval'"),
        ("something_else_entirely 5", "no such option; only"),
        ("retry_count 5", "old name of 'retry_max_count'"),
        ("ddns_logdir /x", "option 'ddns_logdir': without effect here: it belongs into"),
        ("check_interval 1", "value '1': too short for DNS to follow: wanted at least 300 seconds"),
        (
            "force_interval 1\nforce_unit minutes",
            "option 'force_interval', value '1': wanted 0 or at least the check interval",
        ),
        ("cacert IGNORE", "value 'IGNORE': nobody checks whom the password is sent to"),
        ("ip_source web\nproxy h:1", "option 'proxy': the page behind ip_url sees the proxy's address"),
        ("dns_server 192.168.1.1", "option 'dns_server', value '192.168.1.1': a server in the own network"),
        ("is_glue 1", "option 'is_glue', value '1': wanted 'dns_server' too"),
        ("lookup_host www@x.example", "no name that DNS knows"),
        ("service_name dyndns.org", "old name of provider 'dyn.com'"),
        ("password ''", "section 'a', option 'password': missing"),
        ("use_logfile maybe", "wanted 0 or 1; taken as 1"),
    ];
    for (lines, expected) in cases {
        let told = with(lines);
        assert!(told.iter().any(|line| line.contains(expected)), "{lines}: {told:#?}");
    }
}

#[test]
fn a_password_in_clear_is_told() {
    let clear = "the password goes to this provider in clear";
    for (template, lines, expected) in [
        ("http://p.example/?p=[PASSWORD]", "", true),
        ("HTTP://[USERNAME]:[PASSWORD]@p.example/", "", true),
        ("http://p.example/?p=[PASSWORD]", "\toption use_https 1\n", false),
        ("https://p.example/?p=[PASSWORD]", "", false),
        ("http://p.example/?ip=[IP]", "", false),
        ("update_x.sh", "", false),
    ] {
        let told = told(&format!("{SOUND}{lines}"), Some(template));
        assert_eq!(told.iter().any(|line| line.contains(clear)), expected, "{template}: {told:#?}");
    }
    let own = SOUND.replace("service_name 'x'", "update_url 'http://joe:hunter2@p.example/?ip=[IP]'");
    let told = told(&own, None).join("\n");
    assert!(told.contains(clear) && !told.contains("hunter2"), "{told}");
}

#[test]
fn cacert_without_https_has_no_effect() {
    let text = format!("{SOUND}\toption cacert '/etc/ssl/certs'\n");
    assert!(told(&text, Some("http://p.example/")).iter().any(|line| line.contains("nothing goes over https")));
    assert_eq!(told(&text, Some("https://p.example/")), Vec::<String>::new());
}

#[test]
fn what_luci_stumbles_over_is_told() {
    let told = told("config service 'a'\n\toption service_name x\n\toption domain d.example\n", None).join("\n");
    assert!(told.contains("config ddns 'global'") && told.contains("option 'use_ipv6': missing"), "{told}");
    assert!(!told.contains("password"), "a disabled section may still be without one");
}

#[test]
fn two_sections_for_one_record_are_told() {
    let second =
        SOUND.replace("config ddns 'global'\n", "").replace("'a'", "'b'").replace("'h.example'", "'H.example'");
    let both = told(&format!("{SOUND}{second}"), None);
    assert_eq!(both.len(), 1, "{both:#?}");
    assert!(
        both[0]
            .contains("section 'b', option 'lookup_host', value 'H.example': section 'a' looks after the IPv4 address")
    );
    let other = second.replace("use_ipv6 '0'", "use_ipv6 '1'");
    assert_eq!(told(&format!("{SOUND}{other}"), None), Vec::<String>::new());
}

#[test]
fn a_missing_quote_that_swallowed_lines_is_told() {
    let text = SOUND.replace("password 'p'", "password 'p\n\toption username 'joe");
    let told = told(&text, None);
    assert!(told.iter().any(|line| line.contains("closing quote seems to be missing")), "{told:#?}");
}

#[test]
fn errors_count_only_where_something_cannot_run_that_should() {
    let severity =
        |text: &str| check(&Config::read(text.as_bytes(), b""), &|_| None).iter().map(|fault| fault.severity).max();
    assert_eq!(severity(SOUND), None);
    let bad = format!("{SOUND}\toption ip_source moon\n");
    assert_eq!(severity(&bad), Some(Severity::Error));
    assert_eq!(severity(&bad.replace("enabled '1'", "enabled '0'")), Some(Severity::Warning));
    assert_eq!(severity(&format!("{SOUND}\tblah\n")), Some(Severity::Error));
    assert_eq!(severity(""), Some(Severity::Warning));
}

#[test]
fn each_fault_is_told_once_in_the_order_of_the_file() {
    let told = with("ip_source moon\nblah 1\ncheck_unit fortnight\nenabled 1 2");
    let lines: Vec<usize> = told.iter().map(|line| line.split(':').next().unwrap().parse().unwrap()).collect();
    assert!(lines.is_sorted() && lines.len() == told.len(), "{told:#?}");
    let mut once = told.clone();
    once.dedup();
    assert_eq!(once, told);
}

#[test]
fn a_huge_file_of_unknown_options_is_told_in_little_time() {
    let many = (0..40_000).map(|n| format!("\toption x{n} 1")).collect::<Vec<_>>().join("\n");
    let start = std::time::Instant::now();
    assert_eq!(told(&format!("{SOUND}{many}"), None).len(), 50);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn the_table_of_options_is_sound() {
    for spec in ALL {
        assert!(ddns::config::uci::valid_name(spec.name.as_bytes()), "{}", spec.name);
        assert!(!spec.doc.is_empty() && spec.doc.len() < 90, "{}", spec.name);
        assert_eq!(
            ALL.iter().filter(|other| other.name == spec.name || other.old.contains(&spec.name)).count(),
            1,
            "{}",
            spec.name
        );
        match spec.kind {
            Kind::Bool => assert!(["0", "1"].contains(&spec.default), "{}", spec.name),
            Kind::Number(least, most) => {
                assert!((least..=most).contains(&spec.default.parse().unwrap()), "{}", spec.name);
            }
            Kind::Choice(words) => assert!(words.contains(&spec.default), "{}", spec.name),
            _ => {}
        }
        assert_eq!(options::find(spec.name).unwrap().name, spec.name);
        assert_eq!(options::nearest(&format!("{}x", spec.name)).unwrap().name, spec.name);
    }
    assert!(options::nearest("zzzzzzzz").is_none());
}

//! From the text of `/etc/config/ddns` to typed sections: every default, unit, floor, form and refusal.

mod forms;
mod intervals;
mod meaning;

use std::path::Path;
use std::time::Duration;

use ddns::address::Family;
use ddns::config::{Config, Fault, Section, Severity, Source};
use ddns::world::Trust;

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

#[expect(clippy::panic, reason = "ends a test")]
fn with(lines: &str) -> (Section, Vec<Fault>) {
    config("", lines).section("a").unwrap_or_else(|faults| panic!("{lines}: {}", said(&faults)))
}

fn section(lines: &str) -> Section {
    with(lines).0
}

/// The errors of a section that is refused.
#[expect(clippy::panic, reason = "ends a test")]
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
        config("", "domain 'a/b'\nproxy x\nip_source y\ndns_server 'a b'\nenabled z").section("a").unwrap_err();
    assert_eq!(faults.iter().filter(|fault| fault.severity == Severity::Error).count(), 4, "{}", said(&faults));
}

//! What the page may do (the package's own ACL file), and what it does to options: those that equal its defaults it drops.

use std::fs;
use std::path::Path;

use ddns::config::{Config, Section};
use serde_json::Value;

use crate::rpcd::Root;

fn acl() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("files/usr/share/rpcd/acl.d/ddns.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_second_acl_file_adds_rights_to_the_apps_group_and_to_no_other() {
    let acl = acl();
    let groups: Vec<&String> = acl.as_object().unwrap().keys().collect();
    assert_eq!(groups, ["luci-app-ddns"]);
    let files = &acl["luci-app-ddns"]["read"]["file"];
    let may = |path: &str, what: &str| files[path].as_array().is_some_and(|list| list.iter().any(|word| word == what));
    for program in ["/etc/init.d/ddns", "/usr/bin/ddns", "/usr/lib/ddns/dynamic_dns_lucihelper.sh"] {
        assert!(may(program, "exec"), "{program}");
    }
    for dir in ["/usr/share/ddns/default", "/usr/share/ddns/custom"] {
        assert!(may(dir, "list") && may(&format!("{dir}/*"), "read"), "{dir}");
    }
    assert!(may("/usr/share/ddns/list", "read"));
}

#[test]
fn the_second_acl_file_lets_nobody_write_what_a_shell_would_run() {
    let text = acl().to_string();
    assert!(!text.contains("\"write\""), "{text}");
}

/// Options as a page of before 2026-05-27 wrote them; a newer one drops each, because it equals the page's default.
const DEFAULTS: &[(&str, &str)] = &[
    ("ip_source", "network"),
    ("ip_network", "wan"),
    ("interface", "wan"),
    ("use_https", "0"),
    ("force_ipversion", "0"),
    ("force_dnstcp", "0"),
    ("use_syslog", "2"),
    ("use_logfile", "1"),
    ("check_interval", "10"),
    ("check_unit", "minutes"),
    ("force_interval", "72"),
    ("force_unit", "hours"),
    ("retry_max_count", "0"),
    ("retry_interval", "60"),
    ("retry_unit", "seconds"),
];
const GLOBAL_DEFAULTS: &[(&str, &str)] = &[
    ("upd_privateip", "0"),
    ("ddns_dateformat", "%F %R"),
    ("ddns_rundir", "/var/run/ddns"),
    ("ddns_logdir", "/var/log/ddns"),
    ("ddns_loglines", "250"),
    ("use_curl", "0"),
];

fn text(head: &str, options: &[(&str, &str)], empty: bool) -> String {
    let line = |(name, value): &(&str, &str)| format!("\toption {name} '{}'\n", if empty { "" } else { *value });
    format!("config {head}\n{}", options.iter().map(line).collect::<String>())
}

/// One configuration three times: defaults dropped, written, and each option there but empty.
fn three() -> [String; 3] {
    let own = [("enabled", "1"), ("use_ipv6", "0"), ("service_name", "dyn.com"), ("lookup_host", "h.example")];
    let login = [("domain", "h.example"), ("username", "u"), ("password", "p")];
    let service = text("service 's'", &[&own[..], &login].concat(), false);
    let options = |empty| text("", DEFAULTS, empty).replace("config \n", "");
    let global = |empty| text("ddns 'global'", GLOBAL_DEFAULTS, empty);
    [
        format!("config ddns 'global'\n{service}"),
        format!("{}{service}{}", global(false), options(false)),
        format!("{}{service}{}", global(true), options(true)),
    ]
}

#[test]
fn an_option_that_the_page_dropped_wrote_or_emptied_means_the_same() {
    let read = |text: &String| {
        let config = Config::read(text.as_bytes(), b"");
        let (section, warnings) = config.section("s").unwrap();
        assert!(warnings.is_empty() && config.faults.is_empty(), "{warnings:?} {:?}", config.faults);
        // what a script is told and the mark of a change hold the texts themselves
        let section = Section { raw: Vec::new(), fingerprint: 0, ..section };
        (config.global.clone(), section, config.timing("s"))
    };
    let [dropped, written, empty] = three().map(|text| read(&text));
    assert_eq!(dropped, written);
    assert_eq!(dropped, empty);
}

#[test]
fn the_page_is_told_the_same_whether_it_dropped_defaults_or_wrote_them() {
    let root = Root::new("defaults");
    root.status("s.ip", "192.0.2.1\n");
    root.status("s.update", "5\n");
    let told = three().map(|text| {
        root.put("etc/config/ddns", &text);
        root.call("get_services_status")
    });
    assert!(told.iter().all(|all| *all == told[0] && all["s"]["ip"] == "192.0.2.1"), "{told:?}");
}

#[test]
fn a_section_that_the_page_left_half_made_is_shown_and_not_looked_up() {
    let root = Root::new("half-made");
    root.put("etc/config/ddns", "config ddns 'global'\nconfig service 'new'\n\toption use_ipv6 '1'\n");
    let all = root.call("get_services_status");
    assert_eq!((&all["new"]["next_update"], &all["new"]["ip"]), (&"Stopped".into(), &Value::Null), "{all}");
    assert_eq!(root.read("var/run/ddns/new.ip").as_deref(), Some("\n"));
}

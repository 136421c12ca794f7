//! The files that are shipped: they read, and the example tells of every key.

use std::fs;
use std::path::Path;

use ddns_service::config::{self, DnsServer, EXAMPLE};

/// The example as it is after its owner took away every `#` before a setting.
fn uncommented() -> String {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') && !rest.is_empty() => rest,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_reads_without_a_fault_and_without_a_warning() {
    assert_eq!(crate::warnings(EXAMPLE), Vec::<String>::new());
}

#[test]
fn the_example_with_all_its_lines_switched_on_still_reads() {
    assert_ne!(uncommented(), EXAMPLE);
    crate::settings(&uncommented());
}

#[test]
fn every_known_key_stands_in_the_example_under_its_table() {
    let all: toml::Table = toml::from_str(&uncommented()).unwrap();
    for (table, key, _) in config::known() {
        let mut at = &toml::Value::Table(all.clone());
        for part in table.split('.').filter(|part| !part.is_empty()) {
            at = at.get(part).unwrap_or_else(|| panic!("[{table}] is not in the example"));
            at = at.as_array().map_or(at, |array| &array[0]);
        }
        assert!(at.get(key).is_some(), "[{table}] {key} is not in the example");
    }
}

#[test]
fn a_setting_that_is_commented_out_shows_its_default_or_is_called_an_example() {
    let mut table = String::new();
    let mut remark = String::new();
    for line in EXAMPLE.lines() {
        let bare = line.strip_prefix('#').unwrap_or(line);
        if bare.starts_with(' ') || bare.is_empty() {
            remark = if bare.is_empty() { String::new() } else { remark + bare };
            continue;
        }
        if bare.starts_with('[') {
            table = bare.trim_matches(['[', ']']).to_owned();
            continue;
        }
        let (key, value) = bare.split_once(" = ").unwrap();
        let Some((_, _, default)) = config::known().find(|(t, k, _)| *t == table && *k == key) else { continue };
        let example = remark.to_lowercase().contains("example") || value.contains("/etc/ddns-service/");
        if line.starts_with('#') && !example {
            assert_eq!(Some(value.to_owned()), default, "[{table}] {key}");
        }
    }
}

#[test]
fn the_example_says_thirty_five_days_where_the_default_would_expire_every_router() {
    assert_eq!(crate::settings(EXAMPLE).defaults.expiry_ttl, 35 * 86_400);
    assert_eq!(crate::settings(crate::LEAST).defaults.expiry_ttl, 3600);
}

#[test]
fn the_example_takes_updates_at_the_paths_of_the_specification() {
    let paths: Vec<_> = crate::settings(EXAMPLE).endpoints.into_iter().map(|endpoint| endpoint.path).collect();
    assert_eq!(paths, ["/update", "/nic/update"]);
}

#[test]
fn the_quick_start_is_embedded_and_on_loopback() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("files/config.quickstart.toml");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(crate::warnings(&text), Vec::<String>::new());
    let settings = crate::settings(&text);
    assert_eq!(settings.daemon.host, "127.0.0.1");
    let DnsServer::Embedded(embedded) = settings.dns_service.server else { panic!("is not embedded") };
    assert!(embedded.listen.iter().all(|at| at.ip().is_loopback()), "{:?}", embedded.listen);
}

//! What we ship as an example is right, and names every option there is.

#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::Command;

use ddns::config::options;

fn sample() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/ddns")
}

#[test]
fn the_sample_names_every_option_of_the_table() {
    let text = fs::read_to_string(sample()).unwrap();
    for spec in options::ALL {
        let named = text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches('#');
            line.split_whitespace().take(2).eq(["option", spec.name])
        });
        assert!(named, "samples/ddns lacks '{}'", spec.name);
    }
}

#[test]
fn every_option_in_the_sample_is_in_the_table() {
    let text = fs::read_to_string(sample()).unwrap();
    for line in text.lines() {
        let mut words = line.trim_start().trim_start_matches('#').split_whitespace();
        if words.next() == Some("option") {
            let name = words.next().unwrap();
            assert!(options::find(name).is_some(), "'{name}' is no option");
        }
    }
}

#[test]
fn check_finds_nothing_wrong_or_foolish_in_the_sample() {
    let out = Command::new(env!("CARGO_BIN_EXE_ddns")).arg("check").arg(sample()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.contains("no fault found"), "{said}");
}

//! What we ship as an example is right, and names every option there is.

#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
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

/// Below this root every script of the samples is where its configuration looks for it.
fn root() -> PathBuf {
    let root = std::env::temp_dir().join(format!("ddns-samples-{}", std::process::id()));
    let scripts = root.join("etc/ddns");
    fs::create_dir_all(&scripts).unwrap();
    for script in samples().iter().filter(|path| is_script(path)) {
        let target = scripts.join(script.file_name().unwrap());
        fs::copy(script, &target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o755)).unwrap();
    }
    root
}

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "sh")
}

#[test]
fn check_finds_nothing_wrong_or_foolish_in_any_sample() {
    let root = root();
    fs::create_dir_all(root.join("etc/config")).unwrap();
    let configurations: Vec<PathBuf> = samples().into_iter().filter(|path| path.extension().is_none()).collect();
    assert!(configurations.len() >= 3, "{configurations:?}");
    for sample in configurations {
        fs::copy(&sample, root.join("etc/config/ddns")).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_ddns")).arg("--root").arg(&root).arg("check").output().unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(out.status.success() && said.contains("no fault found"), "{}: {said}", sample.display());
    }
    fs::remove_dir_all(root).unwrap();
}

//! The file system below, links and misuse.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support;
use crate::support::directory;
use crate::{JSON, LIST, Ran, Root, base, files};

#[test]
fn a_read_only_file_system_is_named_and_nothing_is_lost() {
    let server = files("a.example\n", JSON);
    let root = Root::fetching("readonly", &base(&server), &[]);
    root.put("usr/share/ddns/custom/x.json", "{}");
    root.put(LIST, "a.example");
    let share = root.path("usr/share/ddns");
    let before = root.share();
    let flags = if nix::unistd::geteuid().is_root() { "-m" } else { "-rm" };
    for (words, what) in [
        ("update", "cannot write /usr/share/ddns/list: Read-only file system"),
        ("install a.example", "cannot write /usr/share/ddns/custom/a.example.json: Read-only file system"),
        ("remove x", "cannot remove /usr/share/ddns/custom/x.json: Read-only file system"),
        ("purge", "cannot remove /usr/share/ddns/custom/x.json: Read-only file system"),
    ] {
        let line = format!(
            "mount --bind '{0}' '{0}' && mount -o remount,ro,bind '{0}' || exit 77; exec '{1}' service {words}",
            share.display(),
            env!("CARGO_BIN_EXE_ddns")
        );
        let mut command = Command::new("unshare");
        command.args([flags, "--propagation", "private", "sh", "-c", &line]).env("DDNS_ROOT", &root.0);
        let output = command.output().unwrap();
        if output.status.code() == Some(77) || String::from_utf8_lossy(&output.stderr).contains("unshare failed") {
            eprintln!("SKIPPED: no mount namespace here");
            return;
        }
        let ran = Ran::new(&output);
        assert!(ran.code == if words.starts_with(['u', 'i']) { 9 } else { 1 } && ran.err.contains(what), "{ran:?}");
    }
    assert_eq!(root.share(), before);
}

#[test]
fn a_list_that_is_a_link_is_replaced_where_it_is() {
    let server = files("a.example\n", "");
    let root = Root::fetching("link", &base(&server), &[]);
    root.put("usr/elsewhere", "old.example");
    fs::create_dir_all(root.path("usr/share/ddns")).unwrap();
    std::os::unix::fs::symlink(root.path("usr/elsewhere"), root.path(LIST)).unwrap();
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(root.read("usr/elsewhere"), "a.example");
    assert!(fs::symlink_metadata(root.path(LIST)).unwrap().is_symlink());
}

#[test]
fn actions_that_are_none_and_none_at_all_are_misuse() {
    let root = Root::new("misuse");
    for (words, code) in [
        (&["service"][..], 2),
        (&["service", "frobnicate"], 2),
        (&["service", "Update"], 2),
        (&["service", "-x"], 2),
        (&["service", ""], 2),
        (&["service", "update", "x"], 1),
        (&["services"], 1),
        (&[], 1),
        (&["service", "--help"], 0),
        (&["service", "install", "-h"], 0),
    ] {
        let ran = Ran::new(&root.command(words).output().unwrap());
        assert_eq!(ran.code, code, "{words:?}: {ran:?}");
        assert!(ran.out.contains("ddns service update") || ran.err.contains("ddns service"), "{ran:?}");
    }
}

#[test]
fn what_the_package_itself_installs_could_be_fetched_from_a_router_of_ours() {
    let folder = directory("tables");
    support::run(
        Path::new(env!("CARGO_MANIFEST_DIR")),
        &["sh", "openwrt/tables.sh", "services", "services_ipv6", &folder.to_string_lossy()],
    );
    let list = fs::read(folder.join("list")).unwrap();
    let names = ddns::config::catalog::names(&list).unwrap();
    assert_eq!(names.join("\n").as_bytes(), list);
    for name in names {
        let text = fs::read(folder.join("default").join(format!("{name}.json"))).unwrap();
        let entry = ddns::config::catalog::entry(name, &text).unwrap_or_else(|why| panic!("{name} {why}"));
        assert_eq!(entry.text, text, "{name}");
    }
}

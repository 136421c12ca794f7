//! The switch between the app's own backend and ours.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::rpcd::{Root, registered};

const PLUGIN: &str = "usr/libexec/rpcd/luci.ddns";
const UCODE: &str = "usr/share/rpcd/ucode/ddns.uc";
const KEPT: &str = "usr/share/ddns/luci-app-ddns";

/// What rpcd would do at its start: which backends it runs.
fn backends(root: &Root) -> Vec<&'static str> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.path("usr/libexec/rpcd")).into_iter().flatten() {
        // every executable file is run, whatever it is called
        let path = entry.unwrap().path();
        assert_eq!(path.file_name().unwrap(), "luci.ddns", "rpcd would run it");
        match fs::read_link(&path) {
            Ok(target) => {
                assert_eq!(target, Path::new("/usr/bin/ddns"));
                if !registered(root.dir()).is_empty() {
                    found.push("ours");
                }
            }
            Err(_) => found.push("lua"),
        }
    }
    for entry in fs::read_dir(root.path("usr/share/rpcd/ucode")).into_iter().flatten() {
        assert_eq!(entry.unwrap().file_name(), "ddns.uc", "rpcd would load it");
        found.push("ucode");
    }
    found
}

/// All files with their contents.
fn tree(dir: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let text =
                fs::read_link(&path).map_or_else(|_| fs::read_to_string(&path), |to| Ok(to.display().to_string()));
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                all.push((path.display().to_string(), text.unwrap()));
            }
        }
    }
    all.sort();
    all
}

fn switch(root: &Root, word: &str) -> String {
    let (code, said) = root.ddns(&["rpcd", word]);
    assert_eq!(code, Some(0), "{word}: {said}");
    said
}

#[test]
fn on_and_off_again_leave_everything_as_it_was_with_each_generation() {
    for (place, name) in [(UCODE, "ucode"), (PLUGIN, "lua")] {
        let root = Root::new(name);
        root.script(place, "the app's");
        root.put("usr/share/ddns/list", "a");
        fs::create_dir_all(root.path("usr/libexec/rpcd")).unwrap();
        fs::create_dir_all(root.path("usr/share/rpcd/ucode")).unwrap();
        let before = tree(root.dir());
        assert_eq!(backends(&root), [name]);
        assert_eq!(root.ddns(&["rpcd", "status"]).0, Some(1));
        for _ in 0..2 {
            switch(&root, "on");
            assert_eq!(backends(&root), ["ours"]);
            assert_eq!(root.ddns(&["rpcd", "status"]).0, Some(0));
        }
        for _ in 0..2 {
            switch(&root, "off");
            assert_eq!(tree(root.dir()), before);
            assert_eq!(backends(&root), [name]);
        }
    }
}

#[test]
fn without_the_app_the_link_comes_and_goes() {
    let root = Root::new("alone");
    let before = tree(root.dir());
    switch(&root, "on");
    assert_eq!(backends(&root), ["ours"]);
    switch(&root, "off");
    assert_eq!(tree(root.dir()), before);
    assert!(root.ddns(&["rpcd", "status"]).1.contains("nobody"));
}

#[test]
fn an_app_that_is_installed_anew_has_its_backend_back_and_loses_no_file() {
    let root = Root::new("upgrade");
    root.put(UCODE, "old");
    switch(&root, "on");
    root.put(UCODE, "new");
    assert_eq!(backends(&root), ["ucode"], "ours steps aside by itself");
    let (code, said) = root.ddns(&["rpcd", "status"]);
    assert!(code == Some(1) && said.contains("an upgrade has brought back"), "{said}");
    switch(&root, "on");
    assert_eq!(backends(&root), ["ours"]);
    switch(&root, "off");
    assert_eq!(root.read(UCODE).as_deref(), Some("new"));

    switch(&root, "on");
    root.put(UCODE, "newer");
    switch(&root, "off");
    assert_eq!((root.read(UCODE).as_deref(), root.path(KEPT).exists()), (Some("newer"), false));
    assert_eq!(backends(&root), ["ucode"]);
}

#[test]
fn the_app_of_the_lua_generation_installed_over_our_link_is_left_alone() {
    let root = Root::new("over");
    root.script(PLUGIN, "old");
    switch(&root, "on");
    fs::remove_file(root.path(PLUGIN)).unwrap();
    root.script(PLUGIN, "new");
    assert_eq!(backends(&root), ["lua"]);
    switch(&root, "off");
    assert_eq!((root.read(PLUGIN).as_deref(), root.path(KEPT).exists()), (Some("new"), false));
}

#[test]
fn a_switch_that_was_interrupted_anywhere_is_finished_by_the_next() {
    for word in ["on", "off"] {
        // after the link, before the app's file is moved
        let root = Root::new("half");
        root.put(UCODE, "app");
        fs::create_dir_all(root.path("usr/libexec/rpcd")).unwrap();
        symlink("/usr/bin/ddns", root.path(PLUGIN)).unwrap();
        assert_eq!(backends(&root), ["ucode"]);
        switch(&root, word);
        assert_eq!(backends(&root), [if word == "on" { "ours" } else { "ucode" }]);
        switch(&root, "off");
        assert_eq!(root.read(UCODE).as_deref(), Some("app"));
        // the Lua file is moved, the link not made
        let root = Root::new("half");
        root.script(&format!("{KEPT}/luci.ddns"), "app");
        switch(&root, word);
        assert_eq!(backends(&root), [if word == "on" { "ours" } else { "lua" }]);
        switch(&root, "off");
        assert_eq!(root.read(PLUGIN).as_deref(), Some("app"));
    }
}

#[test]
fn rpcd_is_told_to_read_its_plugins_anew_only_when_something_changed() {
    let root = Root::new("reload");
    root.put(UCODE, "app");
    let told = root.path("told");
    root.script("etc/init.d/rpcd", &format!("#!/bin/sh\necho \"$1\" >>'{}'\n", told.display()));
    assert!(switch(&root, "off").contains("was not answered"));
    assert!(!told.exists());
    assert!(switch(&root, "on").contains("rpcd reads its plug-ins anew"));
    switch(&root, "on");
    switch(&root, "off");
    assert_eq!(fs::read_to_string(&told).unwrap(), "reload\nreload\n");
    fs::remove_file(root.path("etc/init.d/rpcd")).unwrap();
    assert!(switch(&root, "on").contains("/etc/init.d/rpcd restart"));
}

#[test]
fn somebody_elses_plugin_and_a_missing_program_are_no_reason_to_touch_anything() {
    let root = Root::new("strange");
    root.put(UCODE, "app");
    fs::create_dir_all(root.path("usr/libexec/rpcd")).unwrap();
    symlink("/opt/own", root.path(PLUGIN)).unwrap();
    let before = tree(root.dir());
    let (code, said) = root.ddns(&["rpcd", "on"]);
    assert!(code == Some(1) && said.contains("somebody else"), "{said}");
    switch(&root, "off");
    assert_eq!(tree(root.dir()), before);
    fs::remove_file(root.path(PLUGIN)).unwrap();
    fs::remove_file(root.path("usr/bin/ddns")).unwrap();
    let (code, said) = root.ddns(&["rpcd", "on"]);
    assert!(code == Some(1) && said.contains("/usr/bin/ddns"), "{said}");
    assert_eq!(root.read(UCODE).as_deref(), Some("app"));
}

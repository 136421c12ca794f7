//! The package for opkg: that it is made of what the recipe for OpenWrt says, always the same way, and that a package manager takes it.

#![cfg(test)]

mod manager;
mod place;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use place::{Place, contents, output, project, run, tree};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-1");

/// The fields of a control file.
fn fields(control: &str) -> BTreeMap<&str, &str> {
    control.lines().map(|line| line.split_once(": ").unwrap_or_else(|| panic!("no field: {line}"))).collect()
}

#[test]
fn two_builds_are_the_same_bytes_whatever_the_circumstances() {
    let place = Place::new("same");
    let first = place.pack(
        "mipsel_24kc",
        "one",
        &[("TZ", "UTC"), ("LC_ALL", "C"), ("GZIP", "-1"), ("TAR_OPTIONS", "--owner=7")],
    );
    fs::remove_file(place.path("program")).unwrap();
    fs::write(place.path("program"), "#!/bin/sh\necho not the real one\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let elsewhere = format!(
        "umask 077; cd /; TZ=Asia/Tokyo LC_ALL=C.UTF-8 sh {} {} mipsel_24kc {}",
        project().join("openwrt/ipk.sh").display(),
        place.path("program").display(),
        place.path("two").display()
    );
    let second = PathBuf::from(run(Command::new("sh").arg("-c").arg(elsewhere)).trim());
    assert_eq!(first.file_name(), second.file_name());
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap());

    let dated = place.pack("mipsel_24kc", "dated", &[("SOURCE_DATE_EPOCH", "86400")]);
    let listed = run(Command::new("tar").env("TZ", "UTC").arg("-tvzf").arg(dated));
    assert!(listed.lines().all(|line| line.contains("1970-01-02 00:00")), "{listed}");
}

#[test]
fn the_file_is_what_opkg_reads() {
    let place = Place::new("form");
    let ipk = place.packed("mips_24kc");
    assert_eq!(ipk.file_name().unwrap().to_string_lossy(), format!("ddns_{VERSION}_mips_24kc.ipk"));
    let outer: Vec<String> = contents(&ipk).into_keys().collect();
    assert_eq!(outer, ["./control.tar.gz", "./data.tar.gz", "./debian-binary"]);
    assert_eq!(fs::read(place.path("parts/debian-binary")).unwrap(), b"2.0\n");
    // another reader than the one that wrote
    let data = run(Command::new("busybox").args(["tar", "-tzf"]).arg(place.path("parts/data.tar.gz")));
    assert_eq!(data.lines().count(), contents(&place.path("parts/data.tar.gz")).len());
    let control = contents(&place.path("parts/control.tar.gz"));
    let names: Vec<&str> = control.keys().map(String::as_str).collect();
    assert_eq!(names, ["./", "./conffiles", "./control", "./postinst", "./postinst-pkg", "./prerm", "./prerm-pkg"]);
    for (name, mode) in [("./control", "-rw-r--r--"), ("./postinst", "-rwxr-xr-x"), ("./prerm", "-rwxr-xr-x")] {
        assert_eq!(control[name], format!("{mode} 0/0"));
    }
}

#[test]
fn control_says_what_it_is_and_what_it_stands_for() {
    let place = Place::new("control");
    place.packed("aarch64_cortex-a53");
    let control = fs::read_to_string(place.path("parts/control/control")).unwrap();
    let fields = fields(&control);
    for (name, value) in [
        ("Package", "ddns"),
        ("Version", VERSION),
        ("Depends", "ca-bundle"),
        ("Section", "net"),
        ("License", "Apache-2.0"),
        ("Architecture", "aarch64_cortex-a53"),
        ("Source", "ddns"),
    ] {
        assert_eq!(fields.get(name), Some(&value), "{name}");
    }
    let unpacked = run(Command::new("sh")
        .arg("-c")
        .arg(format!("gzip -dc {} | wc -c", place.path("parts/data.tar.gz").display())));
    assert_eq!(fields["Installed-Size"], unpacked.trim());
    // LuCI's page wants ddns-scripts; both at once would be two updaters for one configuration
    assert!(fields["Provides"].starts_with("ddns-scripts, ddns-scripts-services, "), "{control}");
    assert_eq!(fields["Conflicts"], fields["Provides"]);
    assert_eq!(fields["Replaces"], fields["Provides"]);
    assert!(fields["Maintainer"].len() > 3 && fields["Description"].len() > 40, "{control}");
    let said = fs::read_to_string(place.path("parts/data/usr/share/ddns/version")).unwrap();
    assert_eq!(said.trim(), VERSION, "what LuCI shows");
}

#[test]
fn the_recipe_the_program_and_the_lock_file_agree_on_the_version() {
    let recipe = fs::read_to_string(project().join("openwrt/Makefile")).unwrap();
    for line in [concat!("PKG_VERSION:=", env!("CARGO_PKG_VERSION")), "PKG_RELEASE:=1", "PKG_LICENSE:=Apache-2.0"] {
        assert!(recipe.lines().any(|l| l == line), "{line}");
    }
}

#[test]
fn what_is_installed_is_what_is_laid_and_nothing_else() {
    let place = Place::new("data");
    place.packed("x86_64");
    let laid = place.path("laid");
    run(Command::new("sh").arg(project().join("openwrt/lay.sh")).arg(place.path("program")).arg(&laid));
    let (installed, laid) = (tree(&place.path("parts/data")), tree(&laid));
    assert_eq!(installed.keys().collect::<Vec<_>>(), laid.keys().collect::<Vec<_>>());
    for (path, (mode, content)) in &installed {
        assert!(["/etc", "/lib", "/usr"].iter().any(|top| path.starts_with(top)), "{path}");
        assert!((mode, content) == (&laid[path].0, &laid[path].1), "{path} {mode:o}");
    }
    for (name, mode) in contents(&place.path("parts/data.tar.gz")) {
        let wanted: &[&str] = match name.trim_start_matches('.') {
            "/etc/config/ddns" => &["-rw-------"], // passwords are in it
            path if path.ends_with('/') => &["drwxr-xr-x"],
            path if path.contains(" -> ") => &["lrwxrwxrwx"],
            path if path.starts_with("/etc/") || path.starts_with("/usr/bin/") => &["-rwxr-xr-x"],
            _ => &["-rw-r--r--", "-rwxr-xr-x"],
        };
        assert!(wanted.iter().any(|wanted| mode == format!("{wanted} 0/0")), "{mode} {name}");
    }
    for link in ["dynamic_dns_updater.sh", "dynamic_dns_lucihelper.sh"] {
        assert_eq!(installed[&format!("/usr/lib/ddns/{link}")].1, b"/usr/bin/ddns", "{link}");
    }
}

#[test]
fn conffiles_are_the_files_an_owner_edits() {
    let place = Place::new("conffiles");
    place.packed("x86_64");
    let listed = fs::read_to_string(place.path("parts/control/conffiles")).unwrap();
    let installed = tree(&place.path("parts/data"));
    let config: Vec<&String> = installed.keys().filter(|path| path.starts_with("/etc/config/")).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), config);
}

#[test]
fn the_recipe_hands_over_all_that_compiling_needs() {
    let place = Place::new("source");
    let recipe = project().join("openwrt");
    let copy = place.path("copy");
    let mut make = Command::new("make");
    make.args(["-s", "-f", "Makefile", "source", "TOPDIR=stand-in"]).current_dir(recipe);
    make.arg(format!("PKG_BUILD_DIR={}", copy.display())).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    run(&mut make);
    run(Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"])
        .current_dir(&copy));
    for (path, (mode, content)) in tree(&copy) {
        let text = String::from_utf8_lossy(&content);
        // what tests read stays at home
        let text = text.split("#[cfg(test)]").next().unwrap();
        for (at, found) in text.match_indices("include_str!(\"").chain(text.match_indices("include_bytes!(\"")) {
            let name = text[at + found.len()..].split('"').next().unwrap();
            let beside = copy.join(path.trim_start_matches('/')).parent().unwrap().join(name);
            assert!(beside.is_file(), "{path} includes {name} ({mode:o})");
        }
    }
}

#[test]
fn names_that_nobody_has_are_refused() {
    let place = Place::new("names");
    let mut pack = Command::new("sh");
    pack.arg(project().join("openwrt/ipk.sh")).arg(place.path("program")).arg("mipsel 24kc/x").arg(place.path("ipk"));
    let refused = output(&mut pack);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && why.contains("'mipsel 24kc/x'") && why.contains("opkg"), "{why}");
    let refused = output(Command::new("sh").arg(project().join("openwrt/target.sh")).args(["sparc", "triple"]));
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && why.contains("'sparc'") && why.contains("mipsel mips"), "{why}");
}

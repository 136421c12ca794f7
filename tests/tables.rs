//! `LuCI`'s menu of providers, as it is made of our tables when the package is built.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ddns::address::Family;
use ddns::config::service::{Kind, SERVICES, SERVICES_IPV6, recipe, rows, table};
use serde_json::Value;

struct Made(PathBuf);

impl Made {
    /// Made below a folder of this name, by the machine's own tools.
    fn here(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddns-tables-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self::by(Command::new("sh"), folder)
    }

    /// The same by busybox, as a router has it.
    fn by_busybox(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddns-tables-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let tools = folder.join("tools");
        fs::create_dir_all(&tools).unwrap();
        let found = Command::new("sh").args(["-c", "command -v busybox"]).output().unwrap();
        let busybox = String::from_utf8(found.stdout).unwrap();
        for tool in ["sh", "awk", "sort", "mkdir", "basename"] {
            std::os::unix::fs::symlink(busybox.trim(), tools.join(tool)).unwrap();
        }
        let mut command = Command::new(tools.join("sh"));
        command.env("PATH", tools);
        Self::by(command, folder)
    }

    fn by(mut shell: Command, folder: PathBuf) -> Self {
        shell.args(["openwrt/tables.sh", "services", "services_ipv6"]).arg(&folder);
        assert!(shell.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap().success());
        Self(folder)
    }

    fn list(&self) -> String {
        fs::read_to_string(self.0.join("list")).unwrap()
    }

    fn files(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(self.0.join("default")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names() -> BTreeSet<&'static str> {
    [SERVICES, SERVICES_IPV6].into_iter().flat_map(rows).map(|row| row.unwrap().name).collect()
}

#[test]
fn every_accepted_name_is_in_the_list_and_has_a_file_and_nothing_else_has() {
    let made = Made::here("names");
    let list = made.list();
    assert!(!list.ends_with('\n'), "LuCI would show a provider without a name");
    assert_eq!(list.lines().collect::<BTreeSet<_>>(), names());
    assert_eq!(list.lines().count(), names().len());
    let files: BTreeSet<String> = names().iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(made.files(), files);
}

#[test]
fn a_file_says_what_the_tables_say_and_never_lacks_the_key_without_which_luci_does_not_open_a_section() {
    let made = Made::here("content");
    for name in names() {
        let text = fs::read_to_string(made.0.join("default").join(format!("{name}.json"))).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(json["name"], name);
        assert!(json["ipv4"]["url"].is_string(), "{name}");
        for (family, key) in [(Family::V4, "ipv4"), (Family::V6, "ipv6")] {
            let row = rows(table(family)).map(Result::unwrap).find(|row| row.name == name);
            let part = &json[key];
            match row {
                Some(row) => {
                    assert_eq!((part["url"].as_str(), part["answer"].as_str()), (Some(row.target), Some(row.answers)));
                }
                None => assert!(part.is_null() || part["url"] == "", "{name}"),
            }
        }
    }
}

#[test]
fn the_program_reads_the_files_as_it_reads_the_tables() {
    let made = Made::here("read");
    for name in names() {
        for family in [Family::V4, Family::V6] {
            let bytes = fs::read(made.0.join("default").join(format!("{name}.json"))).unwrap();
            let own = recipe(name, family, &mut |_| None);
            // as an owner's own file, it must mean the same; a native provider stays one
            let mut custom = |path: &Path| path.starts_with("/usr/share/ddns/custom").then(|| bytes.clone());
            match (own, recipe(name, family, &mut custom)) {
                (Ok(table), Ok(json)) => assert_eq!(table, json),
                (Err(_), Err(_)) => {}
                (table, json) => panic!("{name} {family}: {table:?} {json:?}"),
            }
        }
    }
    assert!(
        matches!(recipe("cloudflare.com-v4", Family::V4, &mut |_| None), Ok(recipe) if matches!(recipe.kind, Kind::Native(_)))
    );
}

#[test]
fn the_router_s_own_shell_and_awk_make_the_same() {
    let (debian, busybox) = (Made::here("debian"), Made::by_busybox("busybox"));
    assert_eq!(debian.list(), busybox.list());
    for file in debian.files() {
        let read = |made: &Made| fs::read(made.0.join("default").join(&file)).unwrap();
        assert_eq!(read(&debian), read(&busybox), "{file}");
    }
}

#[test]
fn a_small_build_offers_no_provider_that_it_leaves_out() {
    let root = std::env::temp_dir().join(format!("ddns-tables-small-{}", std::process::id()));
    let mut lay = Command::new("sh");
    lay.args(["openwrt/lay.sh", "-"]).arg(&root).env("FEATURES", "small").current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(lay.status().unwrap().success());
    for name in ["services", "services_ipv6"] {
        let text = fs::read_to_string(root.join("usr/lib/ddns").join(name)).unwrap();
        let all: Vec<_> = rows(&text).flatten().collect();
        let native: Vec<&str> = all.iter().filter(|row| row.target == "native").map(|row| row.name).collect();
        assert_eq!(native, ["bind-nsupdate", "cloudflare.com-v4"]);
        assert!(all.len() > 50, "{name}: {}", all.len());
    }
    let menu = fs::read_to_string(root.join("usr/share/ddns/list")).unwrap();
    assert!(
        menu.contains("duckdns.org") && menu.contains("cloudflare.com-v4") && !menu.contains("linode.com"),
        "{menu}"
    );
    assert!(!root.join("usr/share/ddns/default/linode.com.json").exists());
    fs::remove_dir_all(&root).unwrap();
}

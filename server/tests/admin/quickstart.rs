//! The five commands of README.md, as they stand there, in a network and a folder of their own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

/// The five lines behind `make build-server`, or behind the heading that promises them.
fn five(page: &str, before: &str) -> Vec<String> {
    let (_, rest) = page.split_once(before).unwrap();
    rest.trim_start_matches('\n')
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned())
        .collect()
}

#[test]
fn the_five_commands_lead_from_nothing_to_a_first_good() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = |name: &str| fs::read_to_string(top.join(name)).unwrap();
    let lines = five(&page("README.md"), "    make build-server\n");
    assert_eq!(lines, five(&page("docs/server.md"), "in five commands\n"));
    assert_eq!(lines.len(), 5);
    if !rustix::process::geteuid().is_root() {
        println!("this is not root, who alone has a network to give: not tried");
        return;
    }
    let folder = std::env::temp_dir().join(format!("ddns-five-{}", std::process::id()));
    fs::create_dir_all(folder.join("server/target/release")).unwrap();
    symlink(top.join("server/files"), folder.join("server/files")).unwrap();
    symlink(env!("CARGO_BIN_EXE_ddns-service"), folder.join("server/target/release/ddns-service")).unwrap();
    // the operator copies the password to where curl asks for it, by which time the service listens
    let asked = lines[4].replace(
        "curl -u ann ",
        "curl -s --retry 20 --retry-connrefused --retry-delay 1 -u \"ann:$(sed -n 's/^password: //p' said)\" ",
    );
    assert_ne!(asked, lines[4]);
    let script = format!("ip link set lo up\nexec >said 2>&1\n{}\n{asked}\nkill %1\nwait\n", lines[..4].join("\n"));
    fs::write(folder.join("script"), script).unwrap();
    let mut alone = Command::new("unshare");
    alone.args(["--net", "--pid", "--fork", "--kill-child", "bash", "-O", "expand_aliases", "script"]);
    let ended = alone.current_dir(&folder).stdin(Stdio::null()).status().unwrap();
    let said = fs::read_to_string(folder.join("said")).unwrap();
    assert!(ended.success() && said.contains("\ngood 192.0.2.7\n") && said.contains("INFO stopped"), "{said}");
    fs::remove_dir_all(folder).unwrap();
}

//! What is shipped to run the service by: the systemd unit and the container's files, as far as they can be tried without their engines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bed::{Bed, folder, free_port, said};

fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("files")
}

fn text(name: &str) -> String {
    fs::read_to_string(files().join(name)).unwrap()
}

#[test]
fn systemd_has_nothing_to_say_about_the_unit() {
    let folder = folder();
    let unit = text("ddns-service.service").replace("/usr/bin/ddns-service", env!("CARGO_BIN_EXE_ddns-service"));
    let unit = unit.replace("User=ddns", "User=daemon").replace("Group=ddns", "Group=daemon");
    let file = folder.join("ddns-service.service");
    fs::write(&file, unit).unwrap();
    let ended =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).stdin(Stdio::null()).output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr).into_owned();
    // units of this machine that it names may have faults of their own
    let ours: Vec<&str> = words.lines().filter(|line| line.contains("ddns-service")).collect();
    assert!(ended.status.success() && ours.is_empty(), "{words}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_unit_is_as_closed_as_it_says() {
    let said = said(
        Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager", "--threshold=25"])
            .arg(files().join("ddns-service.service")),
    );
    assert!(said.contains("Overall exposure level"), "{said}");
}

/// The container's health check, at another port.
fn health_check(port: u16) -> Command {
    let file = text("Containerfile");
    let line = file.lines().find(|line| line.starts_with("HEALTHCHECK")).unwrap();
    let words: Vec<String> = serde_json::from_str(line.split_once(" CMD ").unwrap().1).unwrap();
    let mut command = Command::new(&words[0]);
    for word in &words[1..] {
        command.arg(word.replace("9180", &port.to_string()));
    }
    command
}

#[test]
fn the_container_s_health_check_tells_a_healthy_service_from_none_and_from_another() {
    let bed = Bed::running("", "");
    assert!(health_check(bed.status).status().unwrap().success());
    assert!(!health_check(free_port()).stderr(Stdio::null()).status().unwrap().success());
    assert!(!health_check(bed.port).status().unwrap().success(), "404 is not healthy");
}

#[test]
fn the_container_is_made_of_files_that_are_there() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = text("Containerfile");
    let copies = file.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|rest| !rest.contains("--from"));
    let mut sources = 0;
    for copy in copies {
        let words: Vec<&str> = copy.split(' ').filter(|word| !word.starts_with("--")).collect();
        for source in &words[..words.len() - 1] {
            assert!(top.join(source).exists(), "{source}");
            sources += 1;
        }
    }
    assert!(sources > 8, "{sources}");
    assert!(file.contains("\nUSER ddns\n") && text("compose.yaml").contains("dockerfile: server/files/Containerfile"));
}

#[test]
fn the_composed_configurations_are_read_by_their_programs() {
    let folder = folder();
    for name in ["ddns.key", "mariadb.password"] {
        fs::write(folder.join(name), "x\n").unwrap();
    }
    let key = said(Command::new("tsig-keygen").args(["-a", "hmac-sha256", "ddns-key"]));
    fs::write(folder.join("ddns.key"), key).unwrap();
    let at = format!("{}/", folder.display());
    let named = text("compose/named.conf")
        .replace("/var/cache/bind/", &at)
        .replace("\"/var/cache/bind\"", &format!("\"{at}\""));
    let zone = folder.join("zone");
    fs::write(&zone, text("compose/dyn.example.com.zone")).unwrap();
    fs::write(
        folder.join("named.conf"),
        named.replace("/var/lib/bind/dyn.example.com.zone", &zone.display().to_string()),
    )
    .unwrap();
    said(Command::new("named-checkconf").arg("-z").arg(folder.join("named.conf")));
    let config = text("compose/config.toml").replace("/etc/ddns-service/", &at);
    let (_, warnings) = ddns_service::config::read(&config).unwrap();
    assert!(warnings.is_empty());
    fs::remove_dir_all(folder).unwrap();
}

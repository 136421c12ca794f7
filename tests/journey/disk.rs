//! Files that cannot be written: updates go on, and the trouble is said once.

use std::fs;
use std::os::unix::fs::{lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::net::unshare;
use crate::bed::{Bed, SOON, on, section};

/// Something mounted for this test alone, gone with the value.
struct Mounted(Vec<PathBuf>);

impl Mounted {
    /// A tiny file system of its own over the directories of status files and log.
    fn over(bed: &Bed, options: &str) -> Self {
        unshare(libc::CLONE_NEWNS).unwrap();
        mount(&["--make-rprivate", "/"]);
        let mut mounted = Self(Vec::new());
        for below in ["var/run/ddns", "var/log/ddns"] {
            let path = bed.router.path(below);
            fs::create_dir_all(&path).unwrap();
            mount(&["-t", "tmpfs", "-o", options, "tmpfs", &path.to_string_lossy()]);
            mounted.0.push(path);
        }
        mounted
    }

    fn fill(&self) {
        for path in &self.0 {
            // ends with "no space left", which is what we want
            assert!(fs::write(path.join("fill"), vec![b'x'; 1 << 20]).is_err());
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = Command::new("umount").arg("-l").arg(path).status();
        }
    }
}

fn mount(args: &[&str]) {
    let output = Command::new("mount").args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs some checks, wants the update and one word of each trouble.
fn goes_on(bed: &Bed) {
    bed.configure(&[]);
    let running = bed.start(&["run", "home"]);
    bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
    let troubles = ["cannot write a status file", "cannot write the log file", "cannot keep the pid file"];
    bed.until("each trouble", SOON, || troubles.iter().all(|trouble| bed.syslog().contains(trouble)));
    std::thread::sleep(Duration::from_millis(2300));
    bed.ip("addr flush dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1");
    bed.until("an update", SOON, || bed.dns() == ["203.0.113.8"]);
    running.terminate();
    assert_eq!(bed.sent(), ["203.0.113.7", "203.0.113.8"]);
    let told = bed.syslog();
    for trouble in troubles {
        assert_eq!(told.matches(trouble).count(), 1, "{trouble}:\n{told}");
    }
}

#[test]
fn a_full_disk_keeps_no_update_from_being_sent() {
    on(|bed| {
        let disk = Mounted::over(bed, "size=16k");
        disk.fill();
        goes_on(bed);
        assert_eq!(bed.status("update"), None);
    });
}

#[test]
fn read_only_directories_keep_no_update_from_being_sent() {
    on(|bed| {
        let _disk = Mounted::over(bed, "ro");
        goes_on(bed);
    });
}

#[test]
fn a_disk_that_has_room_again_is_used_again() {
    on(|bed| {
        let disk = Mounted::over(bed, "size=32k");
        disk.fill();
        bed.configure(&[]);
        let _running = bed.start(&["run", "home"]);
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
        disk.0.iter().for_each(|path| fs::remove_file(path.join("fill")).unwrap());
        bed.until("status files", SOON, || bed.status("nextcheck").is_some() && bed.status("ip").is_some());
    });
}

#[test]
fn a_log_directory_that_is_a_link_of_another_user_is_not_followed() {
    on(|bed| {
        let elsewhere = bed.router.dir().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::create_dir_all(bed.router.path("var/log")).unwrap();
        let link = bed.router.path("var/log/ddns");
        symlink(&elsewhere, &link).unwrap();
        if lchown(&link, Some(65534), None).is_err() {
            eprintln!("SKIPPED: no other user here");
            return;
        }
        bed.configure(&[]);
        let _running = bed.start_home();
        bed.until_next_check_changes();
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
        let told = bed.syslog();
        assert_eq!(told.matches("is a link made by another user").count(), 1, "{told}");
    });
}

#[test]
fn a_log_file_that_is_a_link_is_not_written_through() {
    on(|bed| {
        let precious = bed.router.dir().join("precious");
        fs::write(&precious, "precious\n").unwrap();
        fs::create_dir_all(bed.router.path("var/log/ddns")).unwrap();
        symlink(&precious, bed.router.path("var/log/ddns/home.log")).unwrap();
        bed.configure(&[]);
        let _running = bed.start_home();
        bed.until_next_check_changes();
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        assert_eq!(fs::read_to_string(&precious).unwrap(), "precious\n");
    });
}

#[test]
fn the_log_is_cut_to_its_lines_and_keeps_the_youngest() {
    on(|bed| {
        let log: &Path = &bed.router.path("var/log/ddns");
        fs::create_dir_all(log).unwrap();
        let old: String = " 120000  info : old line\n".repeat(400);
        fs::write(log.join("home.log"), old).unwrap();
        let global = "config ddns 'global'\n\toption ddns_loglines '20'\n";
        bed.router.configure(format!("{global}{}", section("home", &[]))).unwrap();
        let running = bed.start_home();
        bed.until("a shorter log", SOON, || bed.log().lines().count() <= 20);
        running.terminate();
        let log = bed.log();
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len(), 20);
        assert!(lines.last().unwrap().contains("stopped by signal 15"), "{log}");
        for line in lines {
            let (stamp, rest) = line.strip_prefix(' ').unwrap().split_at(6);
            assert!(stamp.bytes().all(|b| b.is_ascii_digit()) && rest.get(6..9) == Some(" : "), "{line:?}");
        }
    });
}

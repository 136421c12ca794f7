//! Answers that are too much, too slow or none, and being told to end meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::bed::net::copy_program;
use crate::bed::{Bed, SOON, Says, on};

/// Whatever is answered, the process goes on, its files stay small and so does its log.
fn survives(bed: &Bed, says: Says) {
    bed.provider.borrow().next(says);
    bed.configure(&[("check_interval", "600")]);
    let running = bed.start_home();
    assert!(running.lives());
    assert!(bed.status("dat").is_none_or(|dat| dat.len() <= 256 * 1024));
    let log = bed.log();
    assert!(log.len() < 4096 && !log.contains('\0'), "{} bytes of log", log.len());
    running.terminate();
}

#[test]
fn an_answer_of_ten_megabytes_is_survived() {
    on(|bed| survives(bed, Says::Flood));
}

#[test]
fn an_answer_of_nuls_is_survived() {
    on(|bed| survives(bed, Says::Nuls(100_000)));
}

#[test]
fn sigterm_ends_a_transfer_that_hangs_and_one_that_drips_at_once() {
    on(|bed| {
        for (count, says) in [(1, Says::Hang), (2, Says::Drip(Duration::from_millis(20)))] {
            bed.provider.borrow().next(says);
            bed.configure(&[]);
            let running = bed.start(&["run", "home"]);
            bed.until_asked(count);
            std::thread::sleep(Duration::from_millis(50));
            println!("ended after {:?}", running.terminate());
            assert_eq!(bed.status("pid"), None);
        }
    });
}

/// A script that says that it has begun, sleeps, and has a child.
fn sleeper(bed: &Bed) -> std::path::PathBuf {
    let (draft, path) = (bed.router.dir().join("draft"), bed.router.path("etc/sleeper.sh"));
    let begun = bed.router.dir().join("begun");
    fs::write(&draft, format!("#!/bin/sh\necho $$ > {}\nsleep 60\n", begun.display())).unwrap();
    copy_program(&draft, &path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    begun
}

fn ends_in_the_script(bed: &Bed, options: &[(&str, &str)]) {
    let begun = sleeper(bed);
    bed.configure(options);
    let running = bed.start(&["run", "home"]);
    let script = || fs::read_to_string(&begun).unwrap_or_default().trim().to_owned();
    bed.until("a script", SOON, || !script().is_empty());
    println!("ended after {:?}", running.terminate());
    bed.until("the script's end", SOON, || !std::path::Path::new(&format!("/proc/{}", script())).exists());
}

#[test]
fn sigterm_ends_a_script_that_finds_the_address_at_once() {
    on(|bed| ends_in_the_script(bed, &[("ip_source", "script"), ("ip_script", "/etc/sleeper.sh")]));
}

#[test]
fn sigterm_ends_a_script_that_updates_at_once() {
    on(|bed| ends_in_the_script(bed, &[("update_url", ""), ("update_script", "/etc/sleeper.sh")]));
}

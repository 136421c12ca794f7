//! What the init script and hotplug ask, and what a section leaves behind.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::bed::{Bed, SOON, WRONG_PASSWORD, on, section};

const FAR: (&str, &str) = ("check_interval", "600");

fn lines(bed: &Bed, args: &[&str]) -> Vec<String> {
    let ran = bed.ddns(&[&["sections"], args].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    ran.out.lines().map(str::to_owned).collect()
}

/// One section of each kind; `domain` is an option of the first.
fn configure(bed: &Bed, domain: &str) {
    let sections = [
        section("stays", &[FAR, ("domain", domain)]),
        section("once", &[FAR, ("force_interval", "0"), ("interface", "wan6")]),
        section("broken", &[FAR, ("ip_source", "moon")]),
        section("off", &[FAR, ("enabled", "off"), ("interface", "lan")]),
    ];
    bed.router.configure(sections.concat()).unwrap();
}

#[test]
fn the_init_script_learns_which_sections_stay_run_once_or_cannot_run_and_which_changed() {
    on(|bed| {
        configure(bed, "one.example.net");
        let before = lines(bed, &[]);
        let heads: Vec<&str> = before.iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
        assert_eq!(heads, ["stays stay", "once once", "broken broken"]);
        assert_eq!(lines(bed, &[]), before);
        configure(bed, "two.example.net");
        let after = lines(bed, &[]);
        assert_ne!(after[0], before[0]);
        assert_eq!(after[1..], before[1..]);
        assert_eq!(lines(bed, &["once"]), before[1..2]);
        for nobody in ["off", "nosuch"] {
            assert!(lines(bed, &[nobody]).is_empty());
        }
    });
}

#[test]
fn the_number_of_a_section_is_another_one_where_nobody_knows_this_router() {
    on(|bed| {
        configure(bed, "one.example.net");
        let here = lines(bed, &["stays"]);
        std::fs::remove_dir_all(bed.router.path("var/run/ddns")).unwrap();
        assert_ne!(lines(bed, &["stays"]), here, "it would tell a password to who tries many");
    });
}

#[test]
fn hotplug_learns_the_sections_of_a_network() {
    on(|bed| {
        configure(bed, "one.example.net");
        assert_eq!(lines(bed, &["--network", "wan", "--names"]), ["stays", "broken"]);
        assert_eq!(lines(bed, &["--network", "wan6", "--names"]), ["once"]);
        assert!(lines(bed, &["--network", "lan", "--names"]).is_empty());
    });
}

#[test]
fn a_refusal_is_forgotten_by_the_next_process_though_the_present_one_writes_it_down_at_its_end() {
    on(|bed| {
        bed.configure(&[("password", WRONG_PASSWORD), FAR]);
        let running = bed.start_home();
        assert_eq!(bed.ddns(&["forget", "home"]).code, Some(0));
        running.terminate();
        let running = bed.start_home();
        bed.until_asked(2);
        running.terminate();
        let running = bed.start_home();
        bed.quiet_for(Duration::from_millis(300));
        assert_eq!(bed.asked().len(), 2, "forgotten once, not for ever");
        running.terminate();
    });
}

#[test]
fn a_deleted_section_takes_its_status_files_along_and_a_disabled_one_keeps_them() {
    on(|bed| {
        bed.configure(&[FAR]);
        let running = bed.start_home();
        bed.configure(&[FAR, ("enabled", "0")]);
        running.signal(Signal::SIGHUP);
        running.until_end(SOON);
        assert!(["update", "ip"].iter().all(|file| bed.status(file).is_some()));
        bed.configure(&[FAR]);
        let running = bed.start_home();
        bed.router.configure(section("other", &[FAR])).unwrap();
        running.terminate();
        let left: Vec<_> = std::fs::read_dir(bed.router.path("var/run/ddns")).unwrap().flatten().collect();
        let left: Vec<_> = left.iter().map(std::fs::DirEntry::file_name).filter(|name| name != ".memory").collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(!bed.router.path("var/run/ddns/.memory/home").exists());
    });
}

//! One process per section: taking over, being told to end, executing itself anew, dying.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::bed::{Bed, SOON, Says, WRONG_PASSWORD, on};

const FAR: (&str, &str) = ("check_interval", "600");

/// Another address for the line.
fn renumber(bed: &Bed, last: u8) {
    bed.ip(&format!(
        "addr flush dev wan0\naddr add 203.0.113.{last}/24 dev wan0\nroute replace default via 203.0.113.1 dev wan0"
    ));
}

#[test]
fn a_second_process_takes_over_and_one_is_left() {
    on(|bed| {
        bed.configure(&[FAR]);
        let first = bed.start_home();
        let second = bed.start_home();
        assert_eq!(first.until_end(SOON).signal(), Some(libc::SIGTERM));
        assert!(second.lives());
        assert_eq!(bed.status("pid"), Some(format!("{}\n", second.pid())));
        assert_eq!(bed.logged(&format!("took over from process {}", first.pid())), 1);
        renumber(bed, 8);
        bed.until("DNS follows", SOON, || bed.dns() == ["203.0.113.8"]);
        assert_eq!(bed.asked().len(), 2);
    });
}

#[test]
fn of_eight_processes_that_start_at_once_one_is_left() {
    on(|bed| {
        bed.configure(&[FAR]);
        let all: Vec<_> = (0..8).map(|_| bed.start(&["run", "home"])).collect();
        bed.until("one process", SOON, || all.iter().filter(|one| one.lives()).count() == 1);
        bed.until_asked(1);
        let left = all.iter().find(|one| one.lives()).unwrap();
        bed.until("the pid file", SOON, || bed.status("pid") == Some(format!("{}\n", left.pid())));
        bed.until("a round", SOON, || bed.status("update").is_some());
        // the round may have been one of its forerunners', but what it reads now it reads after its own first one
        left.signal(Signal::SIGHUP);
        bed.until("its own round", SOON, || bed.logged("configuration read again") == 1);
        bed.quiet_for(Duration::from_millis(200));
        assert!(bed.asked().len() <= 8);
    });
}

#[test]
fn a_pid_file_that_names_somebody_elses_process_harms_nobody() {
    on(|bed| {
        bed.configure(&[FAR]);
        let stranger = bed.started(Command::new("sleep").arg("60"));
        std::fs::create_dir_all(bed.router.path("var/run/ddns")).unwrap();
        std::fs::write(bed.router.path("var/run/ddns/home.pid"), format!("{}\n", stranger.pid())).unwrap();
        assert_eq!(bed.ddns(&["stop", "home"]).code, Some(0));
        let running = bed.start_home();
        assert!(stranger.lives());
        assert_eq!(bed.status("pid"), Some(format!("{}\n", running.pid())));
    });
}

#[test]
fn a_killed_process_leaves_nothing_that_is_in_the_way() {
    on(|bed| {
        bed.configure(&[FAR]);
        let first = bed.start_home();
        first.signal(Signal::SIGKILL);
        first.until_end(SOON);
        let _second = bed.start_home();
        // it knows what was accepted
        bed.quiet_for(Duration::from_millis(300));
        renumber(bed, 8);
        bed.until("DNS follows", SOON, || bed.dns() == ["203.0.113.8"]);
        assert_eq!(bed.asked().len(), 2);
    });
}

#[test]
fn a_process_that_was_killed_while_it_sent_is_followed_by_one_that_sends() {
    on(|bed| {
        bed.provider.borrow().next(Says::Hang);
        bed.configure(&[FAR]);
        let first = bed.start(&["run", "home"]);
        bed.until_asked(1);
        first.signal(Signal::SIGKILL);
        first.until_end(SOON);
        let _second = bed.start(&["run", "home"]);
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
    });
}

/// Gives the provider an HTTPS face, with a certificate the router trusts as `/etc/ca.pem`.
#[test]
fn a_process_that_grew_executes_itself_anew_and_forgets_nothing() {
    on(|bed| {
        bed.speak_tls();
        bed.configure(&[FAR, ("use_https", "1"), ("cacert", "/etc/ca.pem")]);
        let running = bed.start_home();
        let next_check = bed.status("nextcheck");
        bed.until("a new self", SOON, || running.proc("environ").contains("DDNS_PARCEL="));
        assert!(running.lives());
        assert_eq!(bed.status("pid"), Some(format!("{}\n", running.pid())));
        assert_eq!(bed.status("nextcheck"), next_check);
        bed.quiet_for(Duration::from_millis(300));
        println!("waiting process: {}", running.proc("statm").trim());
        for (last, count) in [(8, 2), (9, 3)] {
            renumber(bed, last);
            bed.until_asked(count);
            bed.until("DNS follows", SOON, || bed.dns() == [format!("203.0.113.{last}")]);
        }
        bed.until("a new self again", SOON, || running.proc("environ").contains("203.0.113.9"));
        assert_eq!(bed.asked().len(), 3);
        running.terminate();
        assert_eq!(bed.status("pid"), None);
    });
}

#[test]
fn a_new_self_keeps_the_hold_the_checks_and_the_ear_for_signals() {
    on(|bed| {
        bed.speak_tls();
        bed.configure(&[("use_https", "1"), ("cacert", "/etc/ca.pem"), ("password", WRONG_PASSWORD)]);
        let running = bed.start_home();
        bed.until("a new self", SOON, || running.proc("environ").contains("DDNS_PARCEL="));
        bed.until_next_check_changes();
        bed.until_next_check_changes();
        assert_eq!(bed.asked().len(), 1);
        bed.configure(&[("use_https", "1"), ("cacert", "/etc/ca.pem")]);
        running.signal(Signal::SIGHUP);
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.7"]);
        assert_eq!(bed.asked().len(), 2);
    });
}

#[test]
fn with_root_nothing_outside_is_written() {
    on(|bed| {
        bed.configure(&[("force_interval", "0")]);
        let trace = bed.router.dir().join("trace");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-s", "4096", "-e", "trace=%file", "-o"]).arg(&trace);
        command.arg(env!("CARGO_BIN_EXE_ddns")).arg("--root").arg(bed.router.root()).args(["run", "home"]);
        let ran = bed.ran(&mut command);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        let trace = std::fs::read_to_string(trace).unwrap();
        let changing =
            ["O_WRONLY", "O_RDWR", "O_CREAT", "rename", "unlink", "mkdir", "chmod", "chown", "link", "truncate"];
        let root = format!("\"{}/", bed.router.root().display());
        let changes: Vec<&str> = trace.lines().filter(|line| changing.iter().any(|call| line.contains(call))).collect();
        assert!(changes.len() > 5, "{trace}");
        for line in changes {
            let below = line.matches('"').count() / 2 == line.matches(&root).count();
            assert!(
                below || line.contains("\"/proc/") || line.contains("\"/dev/null\"") || line.contains("readlink"),
                "{line}"
            );
        }
    });
}

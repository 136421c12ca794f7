//! What must never end, silence or replace an updater that works, and what must not make it a nuisance.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Ran, SOON, Says, on};
use nix::sys::signal::Signal;

const FAR: (&str, &str) = ("check_interval", "600");

/// A script below the root that the section may run.
fn script(bed: &Bed, text: &str) {
    let path = bed.router.path("usr/bin/address");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\ncd {}\n{text}\n", bed.router.dir().display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn rounds(bed: &Bed) -> usize {
    fs::read_to_string(bed.router.dir().join("rounds")).unwrap_or_default().lines().count()
}

#[test]
fn a_hangup_in_a_round_after_which_the_process_executes_itself_anew_is_obeyed() {
    on(|bed| {
        script(bed, "echo >>rounds; sleep 1; echo 203.0.113.7; head -c 250000 /dev/zero");
        bed.configure(&[FAR, ("ip_source", "script"), ("ip_script", "/usr/bin/address")]);
        let running = bed.start(&["run", "home"]);
        bed.until("the first round", SOON, || rounds(bed) == 1);
        running.signal(Signal::SIGHUP);
        bed.until("the round of the hangup", SOON, || rounds(bed) == 2);
    });
}

#[test]
fn a_dry_run_leaves_the_process_of_the_section_alone() {
    on(|bed| {
        bed.configure(&[FAR, ("password", "wrong")]);
        let running = bed.start_home();
        let files = || ["pid", "update", "dat"].map(|file| bed.status(file));
        let memory = || fs::read_to_string(bed.router.path("var/run/ddns/.memory/home")).unwrap();
        let before = (files(), memory());
        for dry in [&["run", "home", "--dry-run"][..], &["once", "home", "--dry-run"], &["-v", "2", "-d", "-S", "home"]]
        {
            bed.ddns(dry);
            assert!(running.lives(), "{dry:?} {}", bed.story());
            assert_eq!((files(), memory()), before, "{dry:?}");
        }
        assert_eq!(bed.asked().len(), 1);
    });
}

#[test]
fn a_pid_file_that_cannot_be_written_and_names_a_dead_process_is_no_successor() {
    on(|bed| {
        bed.configure(&[FAR]);
        let rundir = bed.router.path("var/run/ddns");
        fs::create_dir_all(&rundir).unwrap();
        fs::write(rundir.join("home.pid"), "4194000\n").unwrap();
        let rundir = rundir.to_str().unwrap();
        let works = |program: &str, args: &[&str]| {
            let ran: Ran = bed.ran(Command::new(program).args(args));
            assert_eq!(ran.code, Some(0), "{ran:?}");
        };
        works("mount", &["--bind", rundir, rundir]);
        works("mount", &["-o", "remount,bind,ro", rundir]);
        let running = bed.start(&["run", "home"]);
        bed.until_asked(1);
        running.signal(Signal::SIGHUP);
        std::thread::sleep(Duration::from_millis(500));
        let lives = running.lives();
        works("umount", &[rundir]);
        assert!(lives, "{}", bed.story());
    });
}

#[test]
fn a_pid_file_that_was_removed_comes_back_at_the_next_round() {
    on(|bed| {
        bed.configure(&[FAR]);
        let running = bed.start_home();
        fs::remove_dir_all(bed.router.path("var/run/ddns")).unwrap();
        running.signal(Signal::SIGHUP);
        bed.until("the pid file", SOON, || bed.status("pid") == Some(format!("{}\n", running.pid())));
    });
}

/// Other addresses of the machine come and go, faster than anybody could look at them, until the time or what is waited for is over.
fn storm(bed: &Bed, longest: Duration, over: impl Fn() -> bool) {
    let end = Instant::now() + longest;
    let change =
        |n| format!("addr add 10.9.{}.{}/32 dev lan0\naddr del 10.9.{0}.{1}/32 dev lan0", n / 250, n % 250 + 1);
    let lines = (0..4000).map(change).collect::<Vec<_>>().join("\n");
    while Instant::now() < end && !over() {
        bed.ip(&lines);
    }
}

#[test]
fn addresses_that_change_without_end_do_not_keep_a_check_from_its_turn() {
    on(|bed| {
        bed.configure(&[("check_interval", "2"), ("check_interval_min", "2")]);
        let _running = bed.start_home();
        let queries = || bed.named.borrow().queries("home.example.net");
        let before = queries();
        storm(bed, 3 * SOON, || queries() >= before + 2);
        assert!(queries() >= before + 2, "{} after {before}\n{}", queries(), bed.story());
    });
}

#[test]
fn addresses_that_change_elsewhere_do_not_make_a_nuisance_of_a_section_whose_provider_breaks_off() {
    on(|bed| {
        bed.provider_says(Says::Close);
        bed.configure(&[FAR, ("retry_interval", "600")]);
        let _running = bed.start(&["run", "home"]);
        bed.until_asked(1);
        storm(bed, Duration::from_secs(5), || false);
        assert!(bed.asked().len() <= 3, "{}", bed.story());
    });
}

/// Waits for the pid file's process to be another one, gives its number.
fn successor(bed: &Bed, former: &str) -> String {
    let pid = || bed.status("pid").unwrap_or_default().trim().to_owned();
    bed.until("another process", SOON, || !pid().is_empty() && pid() != former);
    pid()
}

#[test]
fn a_restart_by_the_owner_forgets_a_refusal_though_procd_takes_its_time() {
    on(|bed| {
        for (place, text) in [
            ("sbin/procd", "#!/bin/sh\n".to_owned()),
            (
                "etc/init.d/ddns",
                format!(
                    "#!/bin/sh\ncase $1 in\nstop) (sleep 0.3; kill $(cat {0}/var/run/ddns/home.pid)) >/dev/null 2>&1 & ;;\n\
                 start) setsid {1} --root {0} run home >/dev/null 2>&1 </dev/null & ;;\nesac\n",
                    bed.router.root().display(),
                    env!("CARGO_BIN_EXE_ddns"),
                ),
            ),
        ] {
            let path = bed.router.path(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        bed.configure(&[FAR, ("password", "wrong")]);
        let running = bed.start_home();
        assert_eq!(bed.ddns(&["restart", "home"]).code, Some(0));
        assert!(!running.lives());
        successor(bed, &running.pid().to_string());
        bed.until_asked(2);
        assert_eq!(bed.ddns(&["stop", "home"]).code, Some(0));
    });
}

#[test]
fn a_section_starts_in_the_background_below_a_relative_root() {
    on(|bed| {
        bed.configure(&[FAR]);
        let ddns = |what: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ddns"));
            bed.ran(command.current_dir(bed.router.dir()).args(["--root", "root", what, "home"]))
        };
        let ran = ddns("start");
        assert_eq!(ran.code, Some(0), "{ran:?}");
        successor(bed, "");
        assert_eq!(ddns("stop").code, Some(0));
    });
}

#[test]
fn changes_that_another_user_left_pending_are_none() {
    on(|bed| {
        bed.configure(&[FAR]);
        let folder = bed.router.path("tmp/.uci");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("ddns"), "ddns.home.enabled='0'\n").unwrap();
        let runs = || bed.ddns(&["status", "home"]).out.contains("disabled");
        assert!(runs(), "{:?}", bed.ddns(&["status", "home"]));
        for path in [folder.join("ddns"), folder] {
            std::os::unix::fs::chown(&path, Some(65534), None).unwrap();
            assert!(!runs(), "{}", path.display());
            std::os::unix::fs::chown(&path, Some(0), None).unwrap();
        }
    });
}

#[test]
fn a_script_forges_no_line_of_the_log_and_steers_no_terminal() {
    on(|bed| {
        script(bed, "printf 'no\\n 010203 ERROR : forged\\033[2J' >&2; exit 1");
        bed.configure(&[FAR, ("ip_source", "script"), ("ip_script", "/usr/bin/address")]);
        let ran = bed.ddns(&["once", "home"]);
        assert!(ran.err.contains("forged") && !ran.err.contains('\x1b'), "{ran:?}");
        assert!(bed.log().contains("forged") && bed.logged("exit code 1") == bed.logged("forged"), "{}", bed.story());
        assert!(!bed.log().contains('\x1b') && !bed.syslog().contains('\x1b'));
    });
}

#[test]
fn a_pipe_in_the_place_of_the_log_is_not_waited_for() {
    on(|bed| {
        bed.configure(&[]);
        let dir = bed.router.path("var/log/ddns");
        fs::create_dir_all(&dir).unwrap();
        nix::unistd::mkfifo(&dir.join("home.log"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let running = bed.start(&["once", "home"]);
        let end = Instant::now() + SOON;
        while running.lives() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        // before anybody else reads it
        fs::remove_file(dir.join("home.log")).unwrap();
        assert!(!running.lives());
        assert_eq!(bed.sent(), ["203.0.113.7"]);
    });
}

//! Configurations and arguments that are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::bed::net::copy_program;
use crate::bed::{Bed, Ran, SOON, on, section};

/// Refused with a sentence that holds `why`, and without anything that looks like a fall.
fn refused(ran: &Ran, why: &str) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains(why) && !ran.err.contains("panicked"), "wanted '{why}': {ran:?}");
}

fn each_command(bed: &Bed, why: &str) {
    for command in [["run", "home"], ["once", "home"], ["start", "home"], ["-S", "home"]] {
        refused(&bed.ddns(&command), why);
    }
    assert!(bed.asked().is_empty());
}

#[test]
fn a_missing_an_empty_and_a_binary_configuration_are_refused_by_name() {
    on(|bed| {
        each_command(bed, "/etc/config/ddns");
        bed.router.configure("").unwrap();
        each_command(bed, "home");
        let mut noise: Vec<u8> = (0..=255).cycle().take(5000).collect();
        bed.router.configure(&noise).unwrap();
        each_command(bed, "home");
        noise.fill(0);
        bed.router.configure(&noise).unwrap();
        each_command(bed, "home");
        fs::remove_file(bed.router.path("etc/config/ddns")).unwrap();
        fs::create_dir(bed.router.path("etc/config/ddns")).unwrap();
        each_command(bed, "/etc/config/ddns");
    });
}

#[test]
fn a_configuration_that_may_not_be_read_is_refused_by_name() {
    on(|bed| {
        bed.configure(&[]);
        let config = bed.router.path("etc/config/ddns");
        fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
        let program = bed.router.dir().join("ddns");
        copy_program(Path::new(env!("CARGO_BIN_EXE_ddns")), &program).unwrap();
        let as_nobody = |program: &Path| {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "65534", "--clear-groups"]).arg(program);
            command
        };
        if !as_nobody(Path::new("true")).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: no other user here");
            return;
        }
        refused(
            &bed.ran(as_nobody(&program).arg("--root").arg(bed.router.root()).args(["run", "home"])),
            "/etc/config/ddns",
        );
    });
}

#[test]
fn a_configuration_of_a_megabyte_works_and_one_of_five_is_refused() {
    on(|bed| {
        let filler = "config service 'other'\n\toption enabled '0'\n\toption domain 'x'\n# nothing\n";
        let many: String = (0..14_000).map(|n| filler.replace("other", &format!("other{n}"))).collect();
        assert!(many.len() > 1 << 20);
        bed.router.configure(format!("{many}{}", section("home", &[("check_interval", "600")]))).unwrap();
        let running = bed.start_home();
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        running.terminate();
        bed.router.configure(format!("{}{}", section("home", &[]), "#".repeat(5 << 20))).unwrap();
        refused(&bed.ddns(&["run", "home"]), "larger than");
    });
}

#[test]
fn names_of_sections_that_are_paths_are_refused_and_nothing_is_made_or_ended() {
    on(|bed| {
        bed.configure(&[]);
        let stranger = bed.start(&["run", "home"]);
        bed.until("a round", SOON, || bed.status("nextcheck").is_some());
        fs::copy(bed.router.path("var/run/ddns/home.pid"), bed.router.path("var/home.pid")).unwrap();
        let before = tree(bed.router.dir());
        for name in
            ["../../home", "..", ".", "a/b", "/etc/passwd", "a b", "", "home/../home", "ho\nme", "ho*me", "höme"]
        {
            for command in ["run", "once", "start", "stop", "restart", "reload"] {
                let ran = bed.ddns(&[command, name]);
                assert_eq!(ran.code, Some(1), "{command} {name:?}: {ran:?}");
                assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{command} {name:?}: {ran:?}");
            }
            refused(&bed.ddns(&["-S", name]), "");
        }
        let after: Vec<PathBuf> = tree(bed.router.dir()).into_iter().filter(|path| !before.contains(path)).collect();
        let after: Vec<&PathBuf> =
            after.iter().filter(|path| !path.starts_with(bed.router.dir().join("out"))).collect();
        assert!(after.is_empty(), "{after:?}");
        assert!(stranger.lives());
    });
}

fn tree(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        all.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            all.extend(tree(&entry.path()));
        }
    }
    all
}

#[test]
fn a_section_that_breaks_while_it_runs_says_where_once_and_goes_on_when_it_is_mended() {
    on(|bed| {
        bed.configure(&[]);
        let running = bed.start_home();
        bed.configure(&[("ip_source", "nonsense")]);
        bed.until("a word of it", SOON, || bed.logged("nonsense") > 0 && bed.syslog().contains("nonsense"));
        bed.configure(&[("ip_source", "rubbish")]);
        running.signal(Signal::SIGHUP);
        std::thread::sleep(Duration::from_millis(300));
        assert!(running.lives());
        assert_eq!((bed.logged("nonsense"), bed.logged("rubbish")), (1, 0), "{}", bed.story());
        bed.configure(&[]);
        bed.ip("addr flush dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1");
        bed.until("an update", SOON, || bed.dns() == ["203.0.113.8"]);
        assert_eq!(bed.logged("can be used again"), 1, "{}", bed.story());
    });
}

#[test]
fn a_section_that_is_disabled_or_deleted_while_it_runs_ends() {
    for options in [Some([("enabled", "0")]), None] {
        on(|bed| {
            bed.configure(&[]);
            let running = bed.start_home();
            match options {
                Some(options) => bed.configure(&options),
                None => bed.router.configure("").unwrap(),
            }
            running.signal(Signal::SIGHUP);
            assert_eq!(running.until_end(SOON).code(), Some(1));
        });
    }
}

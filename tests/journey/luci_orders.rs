//! `dynamic_dns_lucihelper.sh` starts and stops sections.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::bed::net::copy_program;
use crate::bed::{SOON, on, section};
use crate::luci::{FAR, answers};

#[test]
fn start_on_a_running_section_starts_it_anew_and_on_a_disabled_one_stops_it() {
    on(|bed| {
        bed.configure(&[FAR]);
        answers(bed, &["-S", "home", "--", "start"], 0, "");
        bed.until("an update", SOON, || bed.status("nextcheck").is_some() && bed.sent() == ["203.0.113.7"]);
        let pid = bed.status("pid").unwrap();
        answers(bed, &["-S", "home", "--", "start"], 0, "");
        assert!(bed.status("pid").is_some_and(|now| now != pid), "{}", bed.story());
        answers(bed, &["-S", "nobody", "--", "start"], 0, "");
        bed.configure(&[FAR, ("enabled", "0")]);
        answers(bed, &["-S", "home", "--", "start"], 0, "");
        assert_eq!(bed.status("pid"), None);
        answers(bed, &["-S", "home", "--", "start"], 0, "");
        assert_eq!(bed.status("pid"), None);
    });
}

#[test]
fn a_copy_of_the_program_under_the_helpers_name_starts_a_section_too() {
    on(|bed| {
        bed.configure(&[FAR]);
        let copy = bed.router.dir().join("dynamic_dns_lucihelper.sh");
        copy_program(Path::new(env!("CARGO_BIN_EXE_ddns")), &copy).unwrap();
        let mut command = Command::new(&copy);
        let ran = bed.ran(command.env("DDNS_ROOT", bed.router.root()).args(["-S", "home", "start"]));
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
        bed.until_asked(1);
        answers(bed, &["-S", "home", "stop"], 0, "");
    });
}

#[test]
fn stop_restart_and_reload_do_what_the_owners_commands_do_in_silence() {
    on(|bed| {
        bed.router.configure(format!("{}{}", section("home", &[FAR]), section("other", &[FAR]))).unwrap();
        let pid = |name: &str| fs::read_to_string(bed.router.path(&format!("var/run/ddns/{name}.pid"))).ok();
        answers(bed, &["--", "restart"], 0, "");
        let (home, other) = (pid("home"), pid("other"));
        assert!(home.is_some() && other.is_some());
        answers(bed, &["-S", "home", "--", "restart"], 0, "");
        assert!(pid("home").is_some() && pid("home") != home && pid("other") == other);
        bed.until("a round", SOON, || bed.status("nextcheck").is_some());
        answers(bed, &["-S", "home", "--", "reload"], 0, "");
        bed.until("a check", SOON, || bed.logged("configuration read again") == 1);
        answers(bed, &["-S", "home", "--", "stop"], 0, "");
        assert!(pid("home").is_none() && pid("other") == other);
        answers(bed, &["-S", "nobody", "--", "stop"], 0, "");
        answers(bed, &["-S", "home", "--", "reload"], 0, "");
        answers(bed, &["stop"], 0, "");
        assert!(pid("other").is_none());
    });
}

#[test]
fn where_there_is_an_init_script_it_is_what_starts_stops_restarts_and_reloads() {
    on(|bed| {
        let called = bed.router.path("called");
        let script = format!("#!/bin/sh\necho \"$*\" >> '{}'\necho noise\nexit 1\n", called.display());
        for (place, text) in [("etc/rc.common", "#!/bin/sh\n"), ("etc/init.d/ddns", &script)] {
            let path = bed.router.path(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let off = section("off", &[("enabled", "0")]);
        bed.router.configure(format!("{}{off}", section("home", &[FAR]))).unwrap();
        for (call, asked) in [
            (&["-S", "home", "start"][..], "start home\n"),
            (&["-S", "home", "reload"], "reload home\n"),
            (&["-S", "home", "restart"], "restart home\n"),
            (&["-S", "home", "stop"], "stop home\n"),
            (&["restart"], "restart\n"),
            (&["reload"], "reload\n"),
            (&["stop"], "stop\n"),
            (&["-S", "off", "start"], "stop off\n"),
            (&["-S", "nobody", "start"], ""),
            (&["-S", "global", "start"], ""),
        ] {
            let _ = fs::remove_file(&called);
            answers(bed, call, 0, "");
            assert_eq!(fs::read_to_string(&called).unwrap_or_default(), asked, "{call:?}");
        }
        let _running = bed.start_home();
        fs::remove_file(&called).unwrap_or_default();
        answers(bed, &["-S", "home", "start"], 0, "");
        assert_eq!(fs::read_to_string(&called).unwrap(), "restart home\n");
    });
}

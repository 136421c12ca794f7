//! `dynamic_dns_lucihelper.sh` as the pages of all generations and scripts call it: registered addresses, and names that are none.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::bed::named::change;
use crate::bed::net::talk;
use crate::bed::{Bed, Ran, on, section};

/// A page of `LuCI` waits no longer than this.
const LUCI_WAITS: Duration = Duration::from_secs(3);
pub(crate) const FAR: (&str, &str) = ("check_interval", "600");

/// Runs the helper; its standard output is all there is but words for a human.
pub(crate) fn help(bed: &Bed, args: &[&str]) -> Ran {
    let ran = bed.ran(&mut bed.luci_helper(args));
    assert!(!ran.err.contains("panicked"), "{ran:?}");
    ran
}

pub(crate) fn answers(bed: &Bed, args: &[&str], code: i32, out: &str) {
    let ran = help(bed, args);
    assert_eq!((ran.code, ran.out.as_str()), (Some(code), out), "{args:?}: {ran:?}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn tree(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        all.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            all.extend(tree(&entry.path()));
        }
    }
    all.sort();
    all
}

/// From now on whoever asks the name server hears nothing.
fn name_server_falls_silent(bed: &Bed) -> (UdpSocket, TcpListener) {
    bed.named.borrow_mut().end();
    bed.net.do_there(|| Ok((UdpSocket::bind("198.51.100.53:53")?, TcpListener::bind("198.51.100.53:53")?))).unwrap()
}

#[test]
fn the_registered_address_is_printed_bare_and_kept_where_all_may_read_it_whatever_the_umask() {
    on(|bed| {
        let global = "config ddns 'global'\n\toption ddns_rundir '/var/some/where/ddns'\n";
        bed.router.configure(format!("{global}{}", section("home", &[]))).unwrap();
        let mut command = bed.luci_helper(&["-l", "home.example.net", "-S", "home", "--", "get_registered_ip"]);
        // SAFETY: umask is async-signal-safe and touches only the child
        unsafe {
            command.pre_exec(|| {
                libc::umask(0o077);
                Ok(())
            });
        }
        let ran = bed.ran(&mut command);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "192.0.2.99", ""), "{ran:?}");
        let rundir = bed.router.path("var/some/where/ddns");
        assert_eq!(fs::read_to_string(rundir.join("home.ip")).unwrap(), "192.0.2.99\n");
        assert_eq!(mode(&rundir.join("home.ip")), 0o644);
        for dir in [&rundir, rundir.parent().unwrap(), rundir.parent().unwrap().parent().unwrap()] {
            assert_eq!(mode(dir), 0o755, "{}", dir.display());
        }
        assert!(!bed.router.path("var/log/ddns").exists(), "no log without -L");
    });
}

#[test]
fn without_a_section_nothing_is_kept_and_the_double_dash_may_be_left_out() {
    on(|bed| {
        bed.configure(&[]);
        answers(bed, &["-l", "home.example.net", "--", "get_registered_ip"], 0, "192.0.2.99");
        answers(bed, &["-lhome.example.net", "get_registered_ip"], 0, "192.0.2.99");
        answers(bed, &["-6", "-l", "provider.example", "get_registered_ip"], 0, "2001:db8:5::10");
        assert_eq!(bed.status("ip"), None);
    });
}

#[test]
fn a_known_section_says_how_it_is_asked_for_and_the_call_adds_to_it() {
    on(|bed| {
        change(&bed.net, "home.example.net", "2001:db8:7::7".parse().unwrap()).unwrap();
        fs::write(bed.router.path("etc/resolv.conf"), "nameserver 127.0.0.1\n").unwrap();
        // what else is wrong with the section does not matter here
        let six = [("use_ipv6", "1"), ("dns_server", "198.51.100.53"), ("ip_source", "nonsense")];
        let global = "config ddns 'global'\n\toption dns_server '198.51.100.53'\n";
        let four = section("four", &[("dns_server", "")]);
        bed.router.configure(format!("{global}{}{four}", section("home", &six))).unwrap();
        answers(bed, &["-ftl", "home.example.net", "-S", "home", "--", "get_registered_ip"], 1, "");
        assert_eq!(bed.status("ip").as_deref(), Some("\n"), "force_ipversion: the server has no IPv6 address");
        answers(bed, &["-tgl", "home.example.net", "-S", "home", "--", "get_registered_ip"], 0, "2001:db8:7::7");
        assert_eq!(bed.status("ip").as_deref(), Some("2001:db8:7::7\n"));
        answers(bed, &["-l", "home.example.net", "-S", "four", "--", "get_registered_ip"], 0, "192.0.2.99");
        answers(bed, &["-6", "-l", "home.example.net", "-S", "four", "--", "get_registered_ip"], 0, "2001:db8:7::7");
        answers(bed, &["-d", "198.51.100.53#53", "-l", "home.example.net", "get_registered_ip"], 0, "192.0.2.99");
    });
}

#[test]
fn of_several_registered_addresses_ours_is_shown() {
    on(|bed| {
        bed.configure(&[FAR]);
        let running = bed.start_home();
        let lines = "server 198.51.100.53\nzone example.net\nupdate delete home.example.net A\n\
                     update add home.example.net 5 A 192.0.2.1\nupdate add home.example.net 5 A 203.0.113.7\n\
                     update add home.example.net 5 A 203.0.113.200\nsend\n";
        talk(&mut bed.net.there("nsupdate"), lines).unwrap();
        assert_eq!(bed.dns().len(), 3);
        for _ in 0..4 {
            answers(bed, &["-l", "home.example.net", "-S", "home", "--", "get_registered_ip"], 0, "203.0.113.7");
        }
        assert_eq!(bed.status("ip").as_deref(), Some("203.0.113.7\n"));
        running.terminate();
    });
}

#[test]
fn no_address_and_no_name_leave_an_empty_line_and_other_exit_codes() {
    on(|bed| {
        bed.configure(&[]);
        for (name, code) in [("ns.example.net", 127), ("nowhere.example.net", 1), ("two words", 1), ("", 255)] {
            let _ = fs::remove_file(bed.router.path("var/run/ddns/home.ip"));
            answers(bed, &["-6", "-l", name, "-S", "home", "--", "get_registered_ip"], code, "");
            assert_eq!(bed.status("ip").as_deref(), (code != 255).then_some("\n"), "{name}");
        }
    });
}

#[test]
fn a_section_without_lookup_host_is_answered_at_once_and_nobody_is_asked() {
    on(|bed| {
        bed.configure(&[("dns_server", "192.0.2.200")]);
        bed.within(Duration::from_millis(500), || {
            answers(bed, &["-l", "_nolookup_", "-S", "home", "--", "get_registered_ip"], 1, "");
        });
        assert_eq!(bed.status("ip").as_deref(), Some("\n"));
        answers(bed, &["-l", "_nolookup_", "--", "get_registered_ip"], 1, "");
        assert!(!bed.named.borrow().log().contains("_nolookup_"));
    });
}

#[test]
fn a_silent_name_server_does_not_keep_luci_waiting() {
    on(|bed| {
        bed.configure(&[]);
        let _silent = name_server_falls_silent(bed);
        fs::write(bed.router.path("etc/resolv.conf"), "nameserver 198.51.100.53\nnameserver 198.51.100.53\n").unwrap();
        for call in [
            &["-l", "home.example.net", "-S", "home", "--", "get_registered_ip"][..],
            &["-ftgl", "home.example.net", "-S", "home", "-d", "198.51.100.53", "--", "get_registered_ip"],
            &["-6", "-l", "home.example.net", "-S", "home", "-d", "ns.example.net", "--", "get_registered_ip"],
        ] {
            let _ = fs::remove_file(bed.router.path("var/run/ddns/home.ip"));
            let took = bed.within(LUCI_WAITS, || answers(bed, call, 1, ""));
            assert!(took > Duration::from_secs(1), "{call:?} took {took:?}");
            assert_eq!(bed.status("ip").as_deref(), Some("\n"), "{call:?}");
        }
        for call in [&["-d", "ns.example.net", "verify_dns"], &["-p", "ns.example.net:3128", "verify_proxy"]] {
            bed.within(Duration::from_millis(3300), || answers(bed, call, 2, ""));
        }
    });
}

#[test]
fn names_that_are_paths_or_commands_are_data_and_leave_nothing_behind() {
    on(|bed| {
        bed.configure(&[]);
        fs::create_dir_all(bed.router.path("var/run/ddns")).unwrap();
        let before = tree(&bed.router.root());
        for name in ["../x", "/etc/x", "a b", "x;touch /tmp/x", "$(touch x)", "a-b", "höme", ".", "x\ny"] {
            for command in ["get_registered_ip", "start", "stop", "restart", "reload"] {
                let ran = help(bed, &["-l", "home.example.net", "-S", name, "--", command]);
                assert!(ran.code == Some(255) && ran.out.is_empty() && ran.err.contains("section"), "{name}: {ran:?}");
            }
        }
        let flag = bed.router.dir().join("out/made");
        let flag = flag.to_string_lossy();
        for evil in [
            format!("x;touch {flag}"),
            format!("$(touch {flag})"),
            format!("`touch {flag}`"),
            format!("x'\"; touch {flag} #"),
            format!("-x\n{flag}"),
            "?".repeat(5000),
        ] {
            for call in [
                [&["-l", evil.as_str()][..], &["get_registered_ip"]],
                [&["-l", "home.example.net", "-d", &evil], &["get_registered_ip"]],
                [&["-n", &evil], &["get_local_ip"]],
                [&["-i", &evil], &["get_local_ip"]],
                [&["-u", &evil], &["get_local_ip"]],
                [&["-s", &evil], &["get_local_ip"]],
                [&["-d", &evil], &["verify_dns"]],
                [&["-p", &evil], &["verify_proxy"]],
            ] {
                let ran = help(bed, &call.concat());
                assert!(matches!(ran.code, Some(1..=5)) && ran.out.is_empty(), "{call:?}: {ran:?}");
            }
        }
        assert!(!bed.router.dir().join("out/made").exists());
        assert_eq!(tree(&bed.router.root()), before);
    });
}

#[test]
fn a_missing_configuration_is_said_and_the_defaults_hold() {
    on(|bed| {
        let ran = help(bed, &["-l", "home.example.net", "-S", "home", "--", "get_registered_ip"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), "192.0.2.99"), "{ran:?}");
        assert!(ran.err.contains("/etc/config/ddns"), "{ran:?}");
        assert_eq!(bed.status("ip").as_deref(), Some("192.0.2.99\n"));
    });
}

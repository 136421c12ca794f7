//! `dynamic_dns_lucihelper.sh` says whether an address can be found and a server be reached; its log, version and help.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::bed::{Says, on};
use crate::luci::{answers, help};

#[test]
fn an_address_of_ours_is_looked_for_where_the_call_says_and_never_printed() {
    on(|bed| {
        bed.configure(&[]);
        let script = bed.router.path("ip.sh");
        for (text, code) in [("echo 203.0.113.9", 0), ("echo none", 1), ("echo 203.0.113.9; exit 3", 1)] {
            fs::write(&script, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
            answers(bed, &["-s", "/ip.sh", "--", "get_local_ip"], code, "");
        }
        bed.provider_says(Says::Text(200, "you are 203.0.113.44.", ""));
        for (call, code) in [
            (&["-i", "wan0"][..], 0),
            (&["-i", "lan0"], 0),
            (&["-6", "-i", "wan0"], 0),
            (&["-6", "-i", "lan0"], 1),
            (&["-i", "nowhere0"], 1),
            (&["-u", "http://provider.example/"], 0),
            (&["-6", "-u", "http://provider.example/"], 1),
            (&["-u", "http://provider.example:81/"], 1),
            (&["-u", "http://provider.example/", "-p", "provider.example:80"], 0),
            (&["-u", "http://provider.example/", "-p", "provider.example:81"], 1),
            (&["-s", "/missing.sh"], 1),
            // the source named last counts
            (&["-i", "nowhere0", "-i", "wan0"], 0),
            (&["-s", "/missing.sh", "-i", "wan0"], 0),
        ] {
            answers(bed, &[call, &["--", "get_local_ip"]].concat(), code, "");
        }
        assert!(bed.asked().iter().any(|asked| asked.target == "http://provider.example/"), "{}", bed.story());
    });
}

#[test]
fn a_page_and_a_script_have_three_seconds() {
    on(|bed| {
        bed.configure(&[]);
        bed.provider_says(Says::Hang);
        let script = bed.router.path("ip.sh");
        fs::write(&script, "#!/bin/sh\ntrap '' TERM\nsleep 60\n").unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        for call in [["-u", "http://provider.example/", "get_local_ip"], ["-s", "/ip.sh", "get_local_ip"]] {
            let took = bed.within(Duration::from_millis(3900), || answers(bed, &call, 143, ""));
            assert!(took > Duration::from_millis(2500), "{call:?} took {took:?}");
        }
    });
}

#[test]
fn a_server_is_verified_by_its_exit_code() {
    on(|bed| {
        bed.configure(&[]);
        for (call, code) in [
            (&["-d", "198.51.100.53", "verify_dns"][..], 0),
            (&["-d", "ns.example.net", "verify_dns"], 0),
            (&["-d", "ns.example.net:53", "verify_dns"], 0),
            (&["-d", "provider.example:80", "verify_dns"], 0),
            (&["-d", "198.51.100.53#5353", "verify_dns"], 3),
            (&["-d", "198.51.100.10", "verify_dns"], 3),
            (&["-d", "nowhere.example.net", "verify_dns"], 2),
            (&["-d", "two words", "verify_dns"], 2),
            (&["-6", "-d", "ns.example.net", "verify_dns"], 0),
            (&["-6", "-f", "-d", "ns.example.net", "verify_dns"], 4),
            (&["-6f", "-d", "198.51.100.53", "verify_dns"], 4),
            (&["-f", "-d", "2001:db8:5::10", "verify_dns"], 4),
            (&["-6f", "-d", "nowhere.example.net", "verify_dns"], 2),
            (&["-p", "provider.example:80", "verify_proxy"], 0),
            (&["-p", "[2001:db8:5::10]:80", "verify_proxy"], 0),
            (&["-p", "joe:tiger@provider.example:80", "verify_proxy"], 0),
            (&["-p", "provider.example:81", "verify_proxy"], 3),
            (&["-6f", "-p", "ns.example.net:80", "verify_proxy"], 4),
            (&["-p", "nowhere.example.net:80", "verify_proxy"], 2),
            (&["-p", "two words:80", "verify_proxy"], 2),
            (&["-p", "provider.example", "verify_proxy"], 5),
            (&["-p", "provider.example:http", "verify_proxy"], 5),
            (&["-p", "[2001:db8:5::10]", "verify_proxy"], 5),
            (&["-p", "2001:db8:5::10", "verify_proxy"], 5),
            (&["-p", "joe:tiger@provider.example", "verify_proxy"], 5),
        ] {
            let ran = help(bed, call);
            assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{call:?}: {ran:?}");
            assert!(!ran.err.contains("tiger"), "{ran:?}");
        }
    });
}

#[test]
fn with_l_a_log_tells_what_was_found_and_what_was_wrong() {
    on(|bed| {
        bed.configure(&[]);
        answers(bed, &["-L", "-l", "home.example.net", "--", "get_registered_ip"], 0, "192.0.2.99");
        answers(bed, &["-L", "-p", "joe:tiger@provider.example", "--", "verify_proxy"], 5, "");
        let log = fs::read_to_string(bed.router.path("var/log/ddns/lucihelper.log")).unwrap();
        assert!(log.contains("192.0.2.99") && log.contains("port") && !log.contains("tiger"), "{log}");
        assert_eq!(log.lines().count(), 2, "{log}");
        assert_eq!(bed.syslog(), "");
    });
}

#[test]
fn version_help_and_misuse_end_with_the_exit_code_they_always_had() {
    on(|bed| {
        bed.configure(&[]);
        let ran = help(bed, &["-V"]);
        let words: Vec<&str> = ran.out.split_whitespace().collect();
        assert_eq!((ran.code, words[0], words.len()), (Some(255), "ddns-scripts", 2), "{ran:?}");
        let ran = help(bed, &["-h"]);
        assert!(ran.code == Some(255) && ran.out.contains("get_registered_ip"), "{ran:?}");
        let ran = help(bed, &["-Z", "--", "stop"]);
        assert!(ran.code == Some(255) && ran.out.is_empty() && ran.err.contains("-Z"), "{ran:?}");
        let ran = help(bed, &["--", "explode"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(255), "", ""));
    });
}

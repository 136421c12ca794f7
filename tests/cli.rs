//! Arguments: today's commands, and the name and options that procd and scripts have always used.

#![cfg(test)]

use std::ffi::OsString;
use std::path::PathBuf;

use ddns::cli::{Command, Errand, Helper, Invocation, Misuse, Origin, Task, parse};
use ddns::run::{Mode, Order};

const OLD: &str = "/usr/lib/ddns/dynamic_dns_updater.sh";
const HELPER: &str = "/usr/lib/ddns/dynamic_dns_lucihelper.sh";

fn read(line: &str) -> Result<Invocation, Misuse> {
    parse(line.split_whitespace().map(OsString::from).collect(), None)
}

fn order(section: &str, mode: Mode, verbose: u8, dry: bool) -> Task {
    Task::Run(Order { section: section.to_owned(), mode, verbose, dry })
}

#[test]
fn the_old_name_takes_the_old_options() {
    for (line, task) in [
        (format!("{OLD} -S a"), order("a", Mode::Stay, 0, false)),
        (format!("{OLD} -S a -- start"), order("a", Mode::Stay, 0, false)),
        (format!("{OLD} -v 0 -S a -- start -Z"), order("a", Mode::Stay, 0, false)),
        (format!("{OLD} -v 1 -S a"), order("a", Mode::Stay, 1, false)),
        (format!("{OLD} -v1 -Sa"), order("a", Mode::Stay, 1, false)),
        (format!("{OLD} -v 2 -d -S a"), order("a", Mode::OneRound, 2, true)),
        ("ddns -v 2 -S a".to_owned(), order("a", Mode::OneRound, 2, false)),
    ] {
        assert_eq!(read(&line).unwrap().task, task, "{line}");
    }
}

#[test]
fn what_the_old_name_cannot_do_is_a_usage_error() {
    for (options, word) in [
        ("", "-S"),
        ("-v 2", "-S"),
        ("-S", "-S"),
        ("-S a -v", "-v"),
        ("-S a -v 3", "'3'"),
        ("-S a -v abc", "'abc'"),
        ("-S a -Z", "-Z"),
        ("-n x -S a", "-n"),
        ("-S a extra", "extra"),
    ] {
        let misuse = read(&format!("{OLD} {options}")).unwrap_err();
        assert!(misuse.why.contains(word), "{options}: {}", misuse.why);
        assert!(misuse.usage.contains("-S SECTION"));
    }
}

#[test]
fn help_and_version_of_the_old_name_are_printed() {
    for (options, start) in
        [("-h", "dynamic_dns_updater.sh"), ("-V", "ddns-scripts "), ("-h -S a", "dynamic_dns_updater.sh")]
    {
        let Task::Answer(Command::Print(text)) = read(&format!("{OLD} {options}")).unwrap().task else {
            panic!("{options}")
        };
        assert!(text.starts_with(start), "{options}: {text}");
    }
}

fn helped(line: &str) -> Helper {
    match read(&format!("{HELPER} {line}")).unwrap_or_else(|misuse| panic!("{line}: {}", misuse.why)).task {
        Task::Help(helper) => helper,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn letters_of_the_luci_helper_are_read_as_getopts_reads_them() {
    let some = |text: &str| Some(text.to_owned());
    let lua = helped("-ftgl h.example.net -S a -d 192.0.2.53 -- get_registered_ip");
    let wanted = Helper {
        errand: Errand::RegisteredIp("h.example.net".to_owned()),
        section: some("a"),
        ipv6: false,
        force: true,
        tcp: true,
        glue: true,
        log: false,
        server: some("192.0.2.53"),
        proxy: None,
    };
    assert_eq!(lua, wanted);
    for line in [
        "-f -t -g -l h.example.net -S a -d 192.0.2.53 get_registered_ip and more -Z",
        "-ftglh.example.net -Sa -d192.0.2.53 -- get_registered_ip",
        "--root /r -l x -l h.example.net -fSa -tg -d 192.0.2.53 -- get_registered_ip -6",
    ] {
        assert_eq!(helped(line), wanted, "{line}");
    }
    let local = helped("-6L -n wan -i eth1 -p u:p@h:1 get_local_ip");
    assert_eq!(local.errand, Errand::LocalIp(Origin::Interface("eth1".to_owned())));
    assert!(local.ipv6 && local.log && local.proxy == some("u:p@h:1"));
}

#[test]
fn every_errand_of_the_luci_helper_is_understood() {
    let one = || Some("a".to_owned());
    for (line, errand) in [
        ("-n wan get_local_ip", Errand::LocalIp(Origin::Network("wan".to_owned()))),
        ("-u http://c.example/ get_local_ip", Errand::LocalIp(Origin::Web("http://c.example/".to_owned()))),
        ("-s /x get_local_ip", Errand::LocalIp(Origin::Script("/x".to_owned()))),
        ("-d 192.0.2.53 verify_dns", Errand::VerifyDns),
        ("-p h:1 verify_proxy", Errand::VerifyProxy),
        ("-S a start", Errand::Start("a".to_owned())),
        ("-S a stop", Errand::Stop(one())),
        ("stop", Errand::Stop(None)),
        ("-S a restart", Errand::Restart(one())),
        ("restart", Errand::Restart(None)),
        ("-S a reload", Errand::Reload(one())),
        ("reload", Errand::Reload(None)),
        ("explode", Errand::Unknown),
    ] {
        assert_eq!(helped(line).errand, errand, "{line}");
    }
    for (line, start) in [("-V", "ddns-scripts "), ("-h", "dynamic_dns_lucihelper.sh"), ("-6V -Z", "ddns-scripts ")] {
        assert!(matches!(helped(line).errand, Errand::Print(text) if text.starts_with(start)), "{line}");
    }
}

#[test]
fn a_misused_luci_helper_says_why_and_ends_with_255() {
    for (line, word) in [
        ("", "which command"),
        ("--", "which command"),
        ("-Z -h", "-Z"),
        ("-6Z stop", "-Z"),
        ("-l", "-l"),
        ("-6l", "-l"),
        ("get_registered_ip -l x", "-l HOST"),
        ("-S a get_registered_ip", "-l HOST"),
        ("get_local_ip", "-n -i -u -s"),
        ("verify_dns", "-d SERVER"),
        ("verify_proxy", "-p PROXY"),
        ("start", "-S SECTION"),
        ("-S ../a -l h stop", "'../a'"),
        ("--root", "--root"),
    ] {
        let misuse = read(&format!("{HELPER} {line}")).unwrap_err();
        assert!(misuse.why.contains(word), "{line}: {}", misuse.why);
        assert!(misuse.usage.contains("get_registered_ip") && misuse.code == 255, "{line}");
    }
    assert_eq!(read("ddns run").unwrap_err().code, 1);
}

#[test]
fn every_command_is_understood() {
    let one = || Some("a".to_owned());
    for (line, task) in [
        ("ddns run a", order("a", Mode::Stay, 0, false)),
        ("ddns run a -v", order("a", Mode::Stay, 1, false)),
        ("ddns once a", order("a", Mode::Once, 1, false)),
        ("ddns once a --dry-run", order("a", Mode::Once, 1, true)),
        ("ddns start", Task::Answer(Command::Start(None))),
        ("ddns start a", Task::Answer(Command::Start(one()))),
        ("ddns stop a", Task::Answer(Command::Stop(one()))),
        ("ddns restart a", Task::Answer(Command::Restart(one()))),
        ("ddns reload a", Task::Answer(Command::Reload(one()))),
        ("ddns status", Task::Answer(Command::Status { section: None, json: false })),
        ("ddns status --json a", Task::Answer(Command::Status { section: one(), json: true })),
        ("ddns check", Task::Answer(Command::Check(None))),
        ("ddns check /x/y", Task::Answer(Command::Check(Some(PathBuf::from("/x/y"))))),
        ("ddns migrate", Task::Answer(Command::Migrate(None))),
    ] {
        assert_eq!(read(line).unwrap().task, task, "{line}");
    }
}

#[test]
fn every_command_has_help_of_its_own() {
    for command in ["run", "once", "start", "stop", "restart", "reload", "status", "check", "migrate"] {
        let Task::Answer(Command::Print(text)) = read(&format!("ddns {command} --help")).unwrap().task else {
            panic!("{command}")
        };
        assert!(text.starts_with(&format!("ddns {command}")), "{text}");
    }
}

#[test]
fn a_misused_command_says_why_and_shows_its_own_usage() {
    for (line, word, usage) in [
        ("ddns", "which command", "ddns start"),
        ("ddns frobnicate", "'frobnicate'", "ddns start"),
        ("ddns run", "which SECTION", "ddns run"),
        ("ddns once", "which SECTION", "ddns once"),
        ("ddns start a b", "'b'", "ddns start"),
        ("ddns start --json", "--json", "ddns start"),
        ("ddns status --verbose", "--verbose", "ddns status"),
    ] {
        let misuse = read(line).unwrap_err();
        assert!(misuse.why.contains(word), "{line}: {}", misuse.why);
        assert!(misuse.usage.contains(usage), "{line}");
    }
}

#[test]
fn the_root_comes_from_the_option_else_from_the_environment_else_is_the_root() {
    let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
    for (line, environment, root) in [
        ("ddns status", None, "/"),
        ("ddns status", Some(""), "/"),
        ("ddns status", Some("/e"), "/e"),
        ("ddns --root /o status", Some("/e"), "/o"),
        ("ddns status --root /o", None, "/o"),
        ("dynamic_dns_updater.sh --root /o -S a", None, "/o"),
        ("dynamic_dns_lucihelper.sh --root /o stop", Some("/e"), "/o"),
        ("dynamic_dns_lucihelper.sh --root=/o -- stop", None, "/o"),
        ("dynamic_dns_lucihelper.sh stop", Some("/e"), "/e"),
    ] {
        assert_eq!(parse(words(line), environment.map(OsString::from)).unwrap().root, PathBuf::from(root), "{line}");
    }
}

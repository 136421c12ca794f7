//! Arguments: today's commands, and the name and options that procd and scripts have always used.

#![cfg(test)]

use std::ffi::OsString;
use std::path::PathBuf;

use ddns::cli::{Action, Command, Invocation, Misuse, Task, parse};
use ddns::run::{Mode, Order};

const OLD: &str = "/usr/lib/ddns/dynamic_dns_updater.sh";

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
        ("ddns service update", Task::Answer(Command::Service(Action::Update))),
        ("ddns service list-available", Task::Answer(Command::Service(Action::ListAvailable))),
        ("ddns service list-installed", Task::Answer(Command::Service(Action::ListInstalled))),
        ("ddns service install a", Task::Answer(Command::Service(Action::Install("a".to_owned())))),
        ("ddns service remove a", Task::Answer(Command::Service(Action::Remove("a".to_owned())))),
        ("ddns service purge", Task::Answer(Command::Service(Action::Purge))),
    ] {
        assert_eq!(read(line).unwrap().task, task, "{line}");
    }
}

#[test]
fn every_command_has_help_of_its_own() {
    for command in ["run", "once", "start", "stop", "restart", "reload", "status", "check", "migrate", "service"] {
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
    ] {
        assert_eq!(parse(words(line), environment.map(OsString::from)).unwrap().root, PathBuf::from(root), "{line}");
    }
}

//! The grammar of the command line, its help, its exit codes.

use std::sync::atomic::Ordering;

use clap::CommandFactory as _;
use ddns_service::admin::args::{CONFIG, Line};

use crate::stage::{order, stage, well};

#[test]
fn exactly_one_thing_is_done() {
    for line in [
        "",
        "--debug",
        "--daemon --init-db",
        "--daemon user list",
        "--init-db cleanup",
        "user",
        "user lst",
        "hostname add anna",
        "hostname modify a b --dns-ttl 0",
        "hostname modify a b --dns-ttl 604801",
        "hostname modify a b --dns-ttl x",
        "hostname add a b c --expiry-ttl -1",
        "user add a b --generate --password-stdin",
        "user limit anna many",
        "token revoke x",
        "frobnicate",
    ] {
        let told = order(line).run(&stage());
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{line}");
        assert!(told.err.starts_with("error: ") || told.err.contains("Usage: "), "{line}: {}", told.err);
    }
}

#[test]
fn help_and_version_are_answers() {
    assert_eq!(well(&stage(), "--version"), concat!("ddns-service ", env!("CARGO_PKG_VERSION"), "\n"));
    for line in ["--help", "-h", "user --help", "user add --help", "import --help"] {
        assert!(well(&stage(), line).contains("Usage: ddns-service"), "{line}");
    }
}

#[test]
fn every_command_says_what_it_does_and_shows_an_example() {
    fn look(command: &clap::Command, words: &str) {
        let words = format!("{words} {}", command.get_name());
        assert!(command.get_about().is_some(), "{words}");
        if command.has_subcommands() {
            command.get_subcommands().for_each(|inner| look(inner, &words));
        } else {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("Example"), "{words} shows no example");
            assert!(after.lines().all(|line| line.len() <= 120), "{words}");
        }
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{words}: {}", argument.get_id());
        }
    }
    Line::command().debug_assert();
    Line::command().get_subcommands().for_each(|command| look(command, "ddns-service"));
}

#[test]
fn the_forms_of_the_specification_are_taken_as_they_stand() {
    use clap::Parser as _;
    for line in [
        "--init-db",
        "user list",
        "user add myuser user@example.com",
        "user delete myuser",
        "user passwd myuser",
        "user email myuser new@example.com",
        "hostname list",
        "hostname list --user myuser",
        "hostname add myuser mypc dyn.example.com",
        "hostname add myuser mypc dyn.example.com --dns-ttl 60 --expiry-ttl 7200",
        "hostname modify mypc dyn.example.com --dns-ttl 120",
        "hostname delete mypc dyn.example.com",
        "cleanup",
        "--daemon",
        "--daemon --debug",
        "--config /tmp/x.toml --daemon",
        "user list --config /tmp/x.toml",
    ] {
        let words = std::iter::once("ddns-service").chain(line.split(' '));
        assert!(Line::try_parse_from(words).is_ok(), "{line}");
    }
    assert_eq!(Line::try_parse_from(["ddns-service", "--daemon"]).unwrap().config.to_str(), Some(CONFIG));
    assert_eq!(CONFIG, "/etc/ddns-service/config.toml");
}

#[test]
fn the_daemon_is_started_and_its_code_passed_on() {
    let stage = stage();
    assert_eq!(order("--daemon --debug").run(&stage).code, 1);
    assert!(stage.served.load(Ordering::Relaxed));
    assert_eq!(order("--daemon").run(&stage).code, 0);
}

#[test]
fn the_database_is_made_on_demand() {
    assert_eq!(well(&stage(), "--init-db"), "the database is ready: a table in memory, scheme 1\n");
}

#[test]
fn a_configuration_that_cannot_be_used_is_code_5_and_a_database_code_3() {
    let stage = stage();
    *stage.settings.lock().unwrap() = Err(vec!["line 3: 'prot' is unknown".to_owned(), "line 9: so is 'x'".to_owned()]);
    let told = order("user list --config /tmp/c.toml").run(&stage);
    assert_eq!(told.code, 5);
    assert_eq!(
        told.err,
        "ddns-service: the configuration /tmp/c.toml cannot be used; mend it and try again:\n  line 3: 'prot' is unknown\n  \
         line 9: so is 'x'\n"
    );
    let stage = crate::stage::stage();
    stage.store.away.store(true, Ordering::Relaxed);
    for line in ["user list", "--init-db", "hostname delete a b", "cleanup"] {
        let told = order(line).run(&stage);
        assert_eq!((told.code, told.out.as_str()), (3, ""), "{line}");
        assert!(told.err.contains("the database cannot be used: connection refused"), "{}", told.err);
    }
}

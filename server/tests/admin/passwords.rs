//! Passwords: typed twice, read from standard input or made; never on the command line, never shown but once.

use argon2::password_hash::{PasswordVerifier as _, phc::PasswordHash};
use ddns_service::admin::args::Line;

use crate::stage::{Stage, Told, order, stage, well};

const LINE: &str = "user add anna anna@example.org";

fn kept(stage: &Stage, password: &str) -> bool {
    let hash = stage.store.rows().users["anna"].password.clone();
    let text = String::from_utf8(hash.reveal().to_vec()).unwrap();
    let hash = PasswordHash::new(&text).unwrap();
    argon2::Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

fn unseen(told: &Told, password: &str) {
    assert!(!format!("{told:?}").contains(password), "{told:?}");
}

#[test]
fn a_password_is_asked_for_twice() {
    let stage = stage();
    let told = order(LINE).typed(&["tr0ub4dor&3", "tr0ub4dor&3"]).run(&stage);
    assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (0, "user 'anna' is made\n", ""));
    assert_eq!(told.asked, ["Password for anna: ", "Once more: "]);
    assert!(kept(&stage, "tr0ub4dor&3") && !kept(&stage, "tr0ub4dor&4"));
    unseen(&told, "tr0ub4dor");
}

#[test]
fn two_different_ones_are_asked_for_again_and_the_third_time_is_the_last() {
    let told = order(LINE).typed(&["first one", "other one", "good enough", "good enough"]).run(&stage());
    assert_eq!(told.code, 0);
    assert_eq!(told.err, "ddns-service: warning: the two passwords are not the same; try again\n");
    let stage = stage();
    let told = order(LINE).typed(&["a", "b", "", "c", "d", "e", "e"]).run(&stage);
    assert_eq!(told.code, 1);
    assert_eq!(
        told.err.lines().collect::<Vec<_>>(),
        [
            "ddns-service: warning: the two passwords are not the same; try again",
            "ddns-service: warning: the password is empty; give one, or let --generate make one",
            "ddns-service: the two passwords are not the same; try again",
        ]
    );
    assert!(stage.store.rows().users.is_empty());
}

#[test]
fn nobody_to_ask_and_a_cancelled_question_change_nothing() {
    let stage = stage();
    let told = order(LINE).run(&stage);
    let none = "ddns-service: there is no terminal to ask at; use --password-stdin or --generate\n";
    assert_eq!((told.code, told.err.as_str()), (1, none));
    let told = order(LINE).typed(&["long enough", "^C"]).run(&stage);
    assert_eq!((told.code, told.err.as_str()), (1, "ddns-service: cancelled; nothing was changed\n"));
    assert!(stage.store.rows().users.is_empty());
}

#[test]
fn standard_input_gives_its_first_line() {
    let long = "x".repeat(256);
    let cases: [(&[u8], &str); 5] = [
        (b"long enough\n", "long enough"),
        (b"long enough", "long enough"),
        (b"long enough\r\nmore\n", "long enough"),
        (b" blanks count \n", " blanks count "),
        (long.as_bytes(), &long),
    ];
    for (input, password) in cases {
        let stage = stage();
        let told = order(LINE).word("--password-stdin").stdin(input).run(&stage);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{password}");
        assert!(kept(&stage, password), "{password}");
        assert!(told.asked.is_empty());
    }
    let refused: [(&[u8], &str); 5] = [
        (b"", "is empty"),
        (b"\nlong enough\n", "is empty"),
        (&[b'x'; 257], "longer than 256 bytes"),
        (b"with\ttab", "control characters"),
        (b"latin1 \xfc", "not UTF-8"),
    ];
    for (input, why) in refused {
        let stage = stage();
        let told = order(LINE).word("--password-stdin").stdin(input).run(&stage);
        assert_eq!(told.code, 1);
        assert!(told.err.contains(why), "{told:?}");
        assert!(stage.store.rows().users.is_empty());
    }
}

#[test]
fn weak_ones_are_taken_with_a_warning() {
    let told = order(LINE).word("--password-stdin").stdin(b"short\n").run(&stage());
    assert_eq!(told.code, 0);
    assert!(told.err.contains("shorter than 8 bytes"), "{told:?}");
    let told = order(LINE).word("--password-stdin").stdin("pässwörter".as_bytes()).run(&stage());
    assert!(told.err.contains("beyond ASCII"), "{told:?}");
    unseen(&told, "pässwörter");
}

#[test]
fn a_made_one_is_printed_once_and_works() {
    let stage = stage();
    let said = well(&stage, "user add anna anna@example.org --generate");
    let password = said.lines().find_map(|line| line.strip_prefix("password: ")).unwrap().to_owned();
    assert_eq!(password.len(), 20);
    assert!(kept(&stage, &password));
    assert!(!well(&stage, "user list --json").contains(&password));
    let said = well(&stage, "user passwd anna --generate");
    assert!(!said.contains(&password));
    assert!(!kept(&stage, &password));
}

#[test]
fn no_word_of_the_command_line_takes_a_password() {
    fn options(command: &clap::Command, found: &mut Vec<String>) {
        for argument in command.get_arguments() {
            let takes = argument.get_action().takes_values();
            found.extend(takes.then(|| argument.get_id().as_str().to_owned()));
        }
        command.get_subcommands().for_each(|inner| options(inner, found));
    }
    let mut found = Vec::new();
    options(&<Line as clap::CommandFactory>::command(), &mut found);
    assert!(found.contains(&"email".to_owned()));
    assert!(!found.iter().any(|name| name.contains("pass") || name.contains("secret")), "{found:?}");
    let told = order("user add anna anna@example.org hunter22").run(&stage());
    assert_eq!(told.code, 2);
}

#[test]
fn names_and_addresses_that_http_and_mail_cannot_carry_are_refused() {
    let refused = [
        ("an:na", "a@example.org", "a colon ends the name"),
        ("_", "a@example.org", "it is empty"),
        ("an\u{1b}na", "a@example.org", "control characters"),
        ("anna", "example.org", "it has no @"),
        ("anna", "@example.org", "nothing stands before the @"),
        ("anna", "a@", "no domain name stands after the @"),
        ("anna", "a@exa_mple.org", "blanks"),
        ("anna", "Anna<a@example.org>", "one bare address"),
        ("anna", "a@example.org,b@example.org", "one bare address"),
    ];
    for (name, email, why) in refused {
        let stage = stage();
        let line = format!("user add {name} {email} --generate");
        let told = order(&line).run(&stage);
        assert_eq!(told.code, 1, "{told:?}");
        assert!(told.err.contains(why), "{told:?}");
        assert!(!told.err.contains('\u{1b}'));
        assert!(stage.store.rows().users.is_empty());
    }
    let long = "x".repeat(65);
    assert_eq!(order("user add").word(&long).word("a@example.org").word("--generate").run(&stage()).code, 1);
    let stage = stage();
    assert_eq!(order("user add").word(" anna ").word(" a@example.org ").word("--generate").run(&stage).code, 0);
    assert_eq!(stage.store.dump(), "user anna a@example.org -\n");
}

//! Tables of users and hostnames from elsewhere: all of a file or nothing, and again without harm.

use crate::stage::{Stage, Told, order, stage, well};

const HASH: &str = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$Mw4kYSaKIYr1dB9F1cTRT1fqvVNWpjbU5c4+SbXIWgI";

fn import(stage: &Stage, text: &str) -> Told {
    order("import -").stdin(text.as_bytes()).run(stage)
}

#[test]
fn users_and_hostnames_are_made_from_one_table() {
    let stage = stage();
    let text = format!(
        "user,email,password,host_limit,label,zone,dns_ttl,expiry_ttl\n\
         anna,anna@example.org,\"{HASH}\",,laptop,dyn.example.com,120,3024000\n\
         anna,,,,Müller,dyn.example.com,,\n\
         bert,bert@example.org,\"comma, inside\",5,,,,\n"
    );
    let told = import(&stage, &text);
    assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (0, "made: 2 users and 2 hostnames\n", ""));
    let after = "user anna anna@example.org -\n\
                 user bert bert@example.org 5\n\
                 host laptop|dyn.example.com anna 120 3024000 - - 0/0\n\
                 host xn--mller-kva|dyn.example.com anna 60 3600 - - 0/0\n";
    assert_eq!(stage.store.dump(), after);
    assert_eq!(stage.store.rows().users["anna"].password.reveal(), HASH.as_bytes());
    assert!(stage.store.rows().users["bert"].password.reveal().starts_with(b"$argon2id$"));
    let told = import(&stage, &text);
    assert_eq!((told.code, told.out.as_str()), (0, "made: 0 users and 0 hostnames; there already: 3\n"));
    assert_eq!(stage.store.dump(), after);
}

#[test]
fn what_spreadsheets_write_is_read() {
    let stage = stage();
    let told = import(&stage, "\u{feff}User;E-Mail\r\n");
    assert!(told.err.contains("unknown column 'E-Mail'"), "{told:?}");
    let told = import(&stage, "\u{feff}User; EMAIL ;password\r\nanna;anna@example.org;\"long; \"\"enough\"\"\"\r\n");
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(stage.store.dump(), "user anna anna@example.org -\n");
}

#[test]
fn a_file_with_one_bad_line_changes_nothing_and_each_is_named() {
    let hash = HASH.replace("m=65536", "m=4194304");
    let rows: &[(&str, &str)] = &[
        (",a@example.org,long enough,,", "'user' is empty"),
        ("a:b,a@example.org,long enough,,", "a colon ends the name"),
        ("carl,,long enough,,", "'email' is empty"),
        ("carl,carl@example.org,,,", "'password' is empty"),
        ("carl,carl,long enough,,", "it has no @"),
        ("carl,carl@example.org,$2b$12$abcdefghijklmnopqrstuv,,", "is a hash of another kind"),
        ("carl,carl@example.org,$argon2id$v=19$m=1,,", "is a damaged Argon2 hash"),
        ("anna,,,x,", "'zone' is empty"),
        ("anna,,,,dyn.example.com", "'label' is empty"),
        ("anna,,,x y,dyn.example.com", "cannot be a hostname"),
        ("anna,other@example.org,,,", "'email' contradicts an earlier line"),
        ("anna,,wrzlbrmft,,", "'password' contradicts an earlier line"),
        ("anna,,,x", "more or fewer cells"),
        ("bert,bert@example.org,\"tab\tin it\",,", "control characters"),
    ];
    for (row, why) in rows {
        let stage = stage();
        let text =
            format!("user,email,password,label,zone\nanna,anna@example.org,long enough,pc,dyn.example.com\n{row}\n");
        let told = import(&stage, &text);
        assert_eq!((told.code, told.out.as_str()), (1, ""), "{row}");
        assert!(told.err.starts_with("-:3: ") && told.err.contains(why), "{row}: {}", told.err);
        assert!(told.err.contains("1 line cannot be imported, so nothing was"), "{}", told.err);
        assert!(!told.err.contains("wrzlbrmft") && !told.err.contains("long enough"), "{}", told.err);
        assert_eq!(stage.store.dump(), "", "{row}");
    }
    let told = import(&stage(), &format!("user,email,password\nanna,a@example.org,\"{hash}\"\n"));
    assert!(told.err.contains("more than 1 GiB of memory"), "{told:?}");
    for (head, why) in [("email\n", "no column 'user'"), ("user,user\n", "'user' twice"), ("", "no column 'user'")] {
        let told = import(&stage(), head);
        assert!(told.code == 1 && told.err.contains(why), "{head}: {told:?}");
    }
}

#[test]
fn limits_and_owners_are_judged_by_what_is_there() {
    let stage = stage();
    well(&stage, "user add anna anna@example.org --generate");
    well(&stage, "user limit anna 2");
    well(&stage, "hostname add anna one dyn.example.com");
    let told = import(&stage, "user,label,zone\nanna,two,dyn.example.com\nanna,three,dyn.example.com\n");
    assert!(told.err.contains("-:3: the user 'anna' may have no more than 2 hostnames"), "{told:?}");
    let told = import(&stage, "user,email,password,label,zone\nbert,b@example.org,long enough,one,dyn.example.com\n");
    assert!(told.err.contains("there is a hostname one.dyn.example.com already, of user 'anna'"), "{told:?}");
    for (column, value) in [("dns_ttl", "0"), ("dns_ttl", "x"), ("expiry_ttl", "-1"), ("dns_ttl", "604801")] {
        let told = import(&stage, &format!("user,label,zone,{column}\nanna,x,dyn.example.com,{value}\n"));
        assert!(told.err.contains(&format!("'{column}' must be seconds from")), "{told:?}");
    }
}

#[test]
fn a_dry_run_only_looks() {
    let stage = stage();
    let told = order("import - --dry-run").stdin(b"user,email,password\nanna,a@example.org,long enough\n").run(&stage);
    assert_eq!((told.code, told.out.as_str()), (0, "would be made: 1 user and 0 hostnames\n"));
    assert_eq!(stage.store.dump(), "");
    let told = order("import /nonexistent.csv").run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("/nonexistent.csv: No such file"), "{told:?}");
}

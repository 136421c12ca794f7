//! Each command: what was there, what is typed, what is said, what is there then.

use crate::stage::{Stage, order, stage, well};

/// Anna with two hosts, Bert with none.
pub(crate) fn peopled() -> Stage {
    let stage = stage();
    let two = ["correct horse", "correct horse"];
    for line in ["user add anna anna@example.org", "user add bert bert@example.org"] {
        assert_eq!(order(line).typed(&two).run(&stage).code, 0);
    }
    well(&stage, "hostname add anna mypc dyn.example.com --expiry-ttl 3024000");
    well(&stage, "hostname add anna desk dyn.example.com --expiry-ttl 0");
    stage
}

pub(crate) const PEOPLE: &str = "user anna anna@example.org -\nuser bert bert@example.org -\n";
const MYPC: &str = "host mypc|dyn.example.com anna 60 3024000 - - 0/0\n";
pub(crate) const DESK: &str = "host desk|dyn.example.com anna 60 0 - - 0/0\n";

/// Line, exit code, standard output, standard error, database after.
type Row<'a> = (&'a str, u8, &'a str, &'a str, String);

fn all(rows: &[Row<'_>]) {
    for (line, code, out, err, after) in rows {
        let stage = peopled();
        let told = order(line).run(&stage);
        assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (*code, *out, *err), "{line}");
        assert_eq!(stage.store.dump(), *after, "{line}");
    }
}

fn as_before() -> String {
    [PEOPLE, MYPC, DESK].concat()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn users_are_changed_and_deleted_or_the_reason_why_not_is_said() {
    all(&[
        (
            "user list",
            0,
            "user  mail              hostnames  limit\n\
             anna  anna@example.org  2          none\n\
             bert  bert@example.org  0          none\n",
            "",
            as_before(),
        ),
        ("user delete bert", 0, "user 'bert' is deleted\n", "", format!("user anna anna@example.org -\n{MYPC}{DESK}")),
        (
            "user delete anna",
            1,
            "",
            "ddns-service: the user 'anna' still has 2 hostnames; delete them first: 'hostname list --user anna' shows them \
             (one that is being deleted goes by itself, in ten minutes at most)\n",
            as_before(),
        ),
        (
            "user delete carl",
            1,
            "",
            "ddns-service: there is no user 'carl'; 'user list' shows all, 'user add' makes one\n",
            as_before(),
        ),
        (
            "user email bert new@example.net",
            0,
            "mail of 'bert' goes to new@example.net\n",
            "",
            as_before().replace("bert@example.org", "new@example.net"),
        ),
        (
            "user email bert new@@example.net",
            1,
            "",
            "ddns-service: this cannot be a mail address: it has more than one @; wanted is one like user@example.com\n",
            as_before(),
        ),
        (
            "user limit anna 1",
            0,
            "'anna' may have one hostname\n",
            "ddns-service: warning: 'anna' has 2 already; they stay, but no more can be added\n",
            as_before().replace("anna@example.org -", "anna@example.org 1"),
        ),
        ("user limit anna none", 0, "'anna' may have any number of hostnames\n", "", as_before()),
        (
            "user passwd carl --generate",
            1,
            "",
            "ddns-service: there is no user 'carl'; 'user list' shows all, 'user add' makes one\n",
            as_before(),
        ),
        (
            "user add anna other@example.org --generate",
            1,
            "",
            "ddns-service: there is a user 'anna' already; choose another name, or change this one's password with 'user passwd'\n",
            as_before(),
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn hostnames_are_made_with_label_and_zone_or_by_their_full_name() {
    let curl =
        |name: &str| format!("to try it: curl -u bert 'http://127.0.0.1:0/update?hostname={name}&myip=192.0.2.7'\n");
    let made = |shown: &str, name: &str| format!("hostname {shown} is made for 'bert'\n{}", curl(name));
    let row = |name: &str| format!("{}host {name} bert 60 0 - - 0/0\n", as_before());
    let bare = "a.b.dyn.example.com";
    let idn = "xn--mller-kva.dyn.example.com";
    all(&[
        ("hostname add bert a.b dyn.example.com --expiry-ttl 0", 0, &made(bare, bare), "", row("a.b|dyn.example.com")),
        ("hostname add bert A.b.dyn.example.com. --expiry-ttl 0", 0, &made(bare, bare), "", row("a.b|dyn.example.com")),
        (
            "hostname add bert Müller dyn.example.com --expiry-ttl 0",
            0,
            &made(&format!("müller.dyn.example.com ({idn})"), idn),
            "",
            row("xn--mller-kva|dyn.example.com"),
        ),
        (
            "hostname add bert @ dyn.example.com --expiry-ttl 0",
            0,
            &made("dyn.example.com", "dyn.example.com"),
            "",
            row("@|dyn.example.com"),
        ),
        (
            "hostname add bert dyn.example.com --expiry-ttl 0",
            0,
            &made("dyn.example.com", "dyn.example.com"),
            "",
            row("@|dyn.example.com"),
        ),
        (
            "hostname add bert pc.elsewhere.example",
            1,
            "",
            "ddns-service: which zone is 'pc.elsewhere.example' in? it is in none of the configured ones (dyn.example.com, \
             example.com); give the label and the zone apart\n",
            as_before(),
        ),
        (
            "hostname add bert mypc dyn.example.com",
            1,
            "",
            "ddns-service: there is a hostname mypc.dyn.example.com already, of user 'anna'; 'hostname show \
             mypc.dyn.example.com' tells more\n",
            as_before(),
        ),
        (
            "hostname add carl x dyn.example.com",
            1,
            "",
            "ddns-service: there is no user 'carl'; 'user list' shows all, 'user add' makes one\n",
            as_before(),
        ),
        (
            "hostname add bert ../x dyn.example.com",
            1,
            "",
            "ddns-service: '../x.dyn.example.com' cannot be a hostname: a name holds letters, digits, hyphens and underscores; \
             its first label may be *; give it as LABEL ZONE or as its full name\n",
            as_before(),
        ),
    ]);
}

#[test]
fn a_short_expiry_and_an_unknown_zone_are_warned_of() {
    let stage = peopled();
    let told = order("hostname add bert pc other.example").run(&stage);
    assert_eq!(told.code, 0);
    let [expiry, zone] = told.err.lines().collect::<Vec<_>>()[..] else { panic!("{}", told.err) };
    assert!(expiry.contains("expiry_ttl is 1 hour"), "{expiry}");
    assert!(expiry.contains("OpenWrt 3 days, ddclient 25 days, inadyn and UniFi 30 days"), "{expiry}");
    assert!(zone.contains("the zone other.example is not in the configuration"), "{zone}");
    let told = order("hostname add bert week dyn.example.com --expiry-ttl 604800").run(&stage);
    assert!(told.err.contains("expiry_ttl is 7 days"), "{}", told.err);
    assert!(!told.err.contains("OpenWrt"), "{}", told.err);
}

#[test]
fn a_limit_of_hostnames_is_kept() {
    let stage = peopled();
    well(&stage, "user limit bert 0");
    let told = order("hostname add bert x dyn.example.com").run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("the user 'bert' may have no more than 0 hostnames"), "{}", told.err);
    assert!(told.out.is_empty());
}

//! `docs/providers.md`, the table of other clients' providers and ours, says what the program knows; and the answers of providers that came
//! from there are understood.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use ddns::address::Family;
use ddns::answer::{Answer, Refusal, judge};
use ddns::config::service::{recipe, rows, table};

/// Cells of the column `ddns`.
fn cells() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/providers.md");
    let text = std::fs::read_to_string(page).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    lines.map(|line| line.split('|').nth(2).unwrap().trim().to_owned()).collect()
}

/// Names in backticks that are no options.
fn named(cells: &[String]) -> Vec<&str> {
    let names = cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.filter(|name| !name.starts_with("update_")).collect()
}

fn known() -> BTreeSet<&'static str> {
    [Family::V4, Family::V6].iter().flat_map(|family| rows(table(*family)).map(|row| row.unwrap().name)).collect()
}

#[test]
fn the_page_names_each_provider_that_the_program_knows_once_and_no_other() {
    let cells = cells();
    assert!(cells.len() > 100, "{}", cells.len());
    let (names, known) = (named(&cells), known());
    for name in &names {
        assert!(known.contains(name), "docs/providers.md names '{name}', which no table knows");
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "docs/providers.md names '{name}' twice");
    }
    for name in known {
        assert!(names.contains(&name), "docs/providers.md lacks '{name}'");
    }
}

#[test]
fn a_cell_names_a_provider_or_says_why_there_is_none() {
    for cell in cells() {
        let why = ["dead", "no: ", "no public "].iter().any(|why| cell.starts_with(why));
        assert!(why != cell.contains('`'), "docs/providers.md: '{cell}'");
    }
}

#[test]
fn what_these_providers_say_is_understood() {
    let refused = Answer::Refused(Refusal::BadAuth);
    let cases = [
        ("1984.is", 200, r#"{"ok": true, "msg": "unaltered", "lookup": {"ip": "192.0.2.1"}}"#, Answer::Accepted),
        ("1984.is", 200, r#"{"ok":true}"#, Answer::Accepted),
        ("1984.is", 200, r#"{"ok": false, "msg": "invalid domain"}"#, Answer::Unclear),
        ("cloudns.net-url", 200, "OK", Answer::Accepted),
        ("cloudns.net-url", 200, "The record's key is wrong!", Answer::Unclear),
        ("dinahosting.com", 200, r#"{"trId":"dh5","responseCode":1000,"message":"Success."}"#, Answer::Accepted),
        (
            "dinahosting.com",
            200,
            r#"{"responseCode":2200,"errors":[{"message":"Authentication error."}]}"#,
            Answer::Unclear,
        ),
        ("directnic.com", 200, r#"{"result":"success","message":"Your record was updated"}"#, Answer::Accepted),
        (
            "directnic.com",
            200,
            r#"{"result":"error","message":"There was an error updating your record."}"#,
            Answer::Unclear,
        ),
        ("domaindiscount24.com", 200, "[RESPONSE]\ncode = 200\ndescription = Command completed", Answer::Accepted),
        ("domaindiscount24.com", 200, "[RESPONSE]\ncode = 531\ndescription = Authorization failed", Answer::Unclear),
        ("domeneshop.no-url", 204, "", Answer::Accepted),
        ("domeneshop.no-url", 401, "", refused.clone()),
        ("domeneshop.no-url", 404, "", Answer::Refused(Refusal::NoHost)),
        ("enom.com", 200, ";URL Interface\r\nCommand=SETDNSHOST\r\nErrCount=0\r\nDone=true\r\n", Answer::Accepted),
        (
            "enom.com",
            200,
            "Command=SETDNSHOST\r\nErrCount=1\r\nErr1=Password is incorrect\r\nDone=true",
            Answer::Unclear,
        ),
        ("freemyip.com", 200, "OK", Answer::Accepted),
        ("freemyip.com", 200, "ERROR", Answer::Unclear),
        ("itsdns.de", 200, "nochg 192.0.2.1", Answer::Unchanged),
        ("itsdns.de", 401, "Zugangsdaten falsch", refused),
        ("myaddr.tools", 200, "OK", Answer::Accepted),
        ("tunnelbroker.net", 200, "nochg 192.0.2.1", Answer::Unchanged),
        ("tunnelbroker.net", 200, "abuse", Answer::SlowDown(None)),
    ];
    for (name, status, body, wanted) in cases {
        let words = recipe(name, Family::V4, &mut |_| None).unwrap().answers;
        assert_eq!(judge(status, None::<Duration>, body.as_bytes(), &words), wanted, "{name}: {body}");
    }
}

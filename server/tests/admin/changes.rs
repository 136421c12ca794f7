//! What goes on to the DNS, and what comes of tokens, sweeps and copies.

use crate::commands::{DESK, PEOPLE, peopled};
use crate::fake::updated;
use crate::stage::{order, well};

#[test]
fn deleting_removes_the_records_before_the_row() {
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "2001:db8::1");
    assert_eq!(well(&stage, "hostname delete mypc dyn.example.com"), "hostname mypc.dyn.example.com is deleted\n");
    assert_eq!(stage.dns.pushed.lock().unwrap()["mypc.dyn.example.com"], (vec![], 60));
    assert_eq!(stage.store.dump(), [PEOPLE, DESK].concat());
    well(&stage, "hostname delete desk.dyn.example.com");
    assert!(!stage.dns.pushed.lock().unwrap().contains_key("desk.dyn.example.com"), "it never had a record");
    assert_eq!(stage.store.dump(), PEOPLE);
}

#[test]
fn a_host_whose_records_cannot_be_removed_stays_until_they_are() {
    use ddns_service::world::ZoneFault;
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "-");
    *stage.dns.fault.lock().unwrap() = Some(ZoneFault::Unknown("no connection".to_owned()));
    let told = order("hostname delete mypc dyn.example.com").run(&stage);
    assert_eq!((told.code, told.out.as_str()), (4, ""));
    assert!(
        told.err.starts_with("ddns-service: mypc.dyn.example.com: no usable answer: no connection; it stays"),
        "{told:?}"
    );
    assert!(stage.store.dump().contains("host mypc|dyn.example.com anna 60 3024000 - - 1/2 leaving\n"));
    assert!(well(&stage, "hostname list").contains("being deleted"));
    let told = order("hostname modify mypc dyn.example.com --dns-ttl 5").run(&stage);
    assert_eq!(told.code, 1, "{told:?}");
    assert_eq!(order("token add mypc dyn.example.com").run(&stage).code, 1);
    let told = order("hostname add anna mypc dyn.example.com").run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("mypc.dyn.example.com is being deleted: the daemon removes its records"), "{told:?}");
    *stage.dns.fault.lock().unwrap() = None;
    well(&stage, "hostname delete mypc dyn.example.com");
    assert_eq!(stage.store.dump(), [PEOPLE, DESK].concat());
}

#[test]
fn a_name_whose_records_could_come_back_stays_taken_and_that_is_said() {
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "-");
    stage.store.rows().doubt = true;
    let told = order("hostname delete mypc dyn.example.com").run(&stage);
    assert_eq!((told.code, told.out.as_str()), (0, "hostname mypc.dyn.example.com is deleted\n"));
    assert!(told.err.contains("the name server left messages about mypc.dyn.example.com unanswered"), "{told:?}");
    assert!(stage.store.dump().contains(" 2/2 leaving\n"), "{}", stage.store.dump());
}

#[test]
fn the_dns_can_be_left_as_it_is() {
    use ddns_service::world::ZoneFault;
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "-");
    *stage.dns.fault.lock().unwrap() = Some(ZoneFault::Unknown("no connection".to_owned()));
    well(&stage, "hostname delete mypc dyn.example.com --keep-dns");
    assert!(stage.dns.pushed.lock().unwrap().is_empty());
    assert_eq!(stage.store.dump(), [PEOPLE, DESK].concat());
}

#[test]
fn a_new_ttl_goes_to_the_dns_and_a_new_expiry_only_into_the_row() {
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "-");
    let said = well(&stage, "hostname modify mypc dyn.example.com --expiry-ttl 7200");
    assert_eq!(said, "hostname mypc.dyn.example.com has dns_ttl 60 and expiry_ttl 7200\n");
    assert!(stage.dns.pushed.lock().unwrap().is_empty());
    assert!(
        stage.store.dump().contains("host mypc|dyn.example.com anna 60 7200 192.0.2.1 - 1/1\n"),
        "{}",
        stage.store.dump()
    );
    well(&stage, "hostname modify mypc dyn.example.com --dns-ttl 120");
    assert_eq!(stage.dns.pushed.lock().unwrap()["mypc.dyn.example.com"], (vec!["192.0.2.1".to_owned()], 120));
    assert!(stage.store.rows().leases.is_empty());
    let told = order("hostname modify mypc dyn.example.com --expiry-ttl 300").run(&stage);
    assert!(told.err.contains("it expires at the next cleanup"), "{told:?}");
    let told = order("hostname modify mypc dyn.example.com").run(&stage);
    assert_eq!(
        (told.code, told.err.as_str()),
        (1, "ddns-service: nothing to change: give --dns-ttl, --expiry-ttl or both\n")
    );
}

#[test]
fn updates_that_come_in_between_are_not_lost() {
    let stage = peopled();
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "-");
    *stage.store.rivals.lock().unwrap() = 3;
    well(&stage, "hostname modify mypc dyn.example.com --dns-ttl 120");
    assert!(stage.store.dump().contains("120 3024000 192.0.2.1 - 5/5\n"), "{}", stage.store.dump());
    *stage.store.rivals.lock().unwrap() = 99;
    let told = order("hostname modify mypc dyn.example.com --dns-ttl 30").run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("changed by updates all the time; try again"), "{told:?}");
}

#[test]
fn a_token_is_shown_once_and_kept_as_a_digest() {
    let stage = peopled();
    let said = well(&stage, "token add mypc dyn.example.com --note FRITZ!Box_upstairs");
    let token = said.lines().find_map(|line| line.strip_prefix("token: ")).unwrap().to_owned();
    assert!(token.len() >= 32 && token.chars().all(|letter| letter.is_ascii_alphanumeric()), "{token}");
    let kept = stage.store.rows().tokens.values().next().unwrap().1;
    assert_eq!(kept.as_slice(), ring::digest::digest(&ring::digest::SHA256, token.as_bytes()).as_ref());
    let found = ddns_service::proof::digest(&ddns::secret::Secret::new(token.as_str()));
    assert_eq!(found, Some(kept), "a request with it is looked up by another digest");
    let lists =
        ["token list", "token list mypc dyn.example.com", "token list --json", "hostname show mypc.dyn.example.com"];
    for line in lists {
        let said = well(&stage, line);
        assert!(said.contains("FRITZ!Box upstairs") && !said.contains(&token), "{line}: {said}");
    }
    let id = stage.store.rows().tokens.keys().next().copied().unwrap();
    assert_eq!(well(&stage, &format!("token revoke {id}")), format!("token {id} is revoked\n"));
    let told = order(&format!("token revoke {id}")).run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("there is no token"), "{told:?}");
    assert_eq!(well(&stage, "token list"), "no tokens; 'token add LABEL ZONE' makes one\n");
}

#[test]
fn tokens_use_all_letters_alike() {
    let stage = peopled();
    let mut counts = std::collections::BTreeMap::new();
    let rounds = 400;
    for _ in 0..rounds {
        let said = well(&stage, "token add mypc dyn.example.com");
        let token = said.lines().find_map(|line| line.strip_prefix("token: ")).unwrap().to_owned();
        for letter in token.chars() {
            *counts.entry(letter).or_insert(0_u32) += 1;
        }
    }
    assert_eq!(counts.len(), 62);
    // chi-squared with 61 degrees of freedom: above 120 once in a hundred thousand runs; a plain remainder of 256 by 62 gives 210
    let wanted = f64::from(rounds * 32) / 62.0;
    let chi: f64 = counts.values().map(|&count| (f64::from(count) - wanted).powi(2) / wanted).sum();
    assert!(chi < 120.0, "{chi}: {counts:?}");
}

#[test]
fn a_sweep_tells_what_it_removed_and_what_it_could_not() {
    let stage = peopled();
    assert_eq!(well(&stage, "cleanup"), "no records had to be removed\n");
    *stage.swept.lock().unwrap() = ddns_service::admin::Swept {
        removed: 2,
        failed: vec![("x.dyn.example.com".to_owned(), "the name server refused: REFUSED".to_owned())],
        failures: 1,
    };
    let told = order("cleanup").run(&stage);
    assert_eq!((told.code, told.out.as_str()), (4, "the records of 2 expired hostnames are removed\n"));
    assert!(told.err.contains("x.dyn.example.com: the name server refused: REFUSED"), "{told:?}");
    assert!(told.err.contains("run 'cleanup' again"), "{told:?}");
}

#[test]
fn a_backup_overwrites_nothing() {
    let stage = peopled();
    let there = std::env::current_exe().unwrap();
    let told = order("backup").word(&there).run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("is not overwritten"), "{told:?}");
    let fresh = there.with_extension("copy-not-there");
    assert_eq!(order("backup").word(&fresh).run(&stage).code, 0);
    assert!(stage.store.copies.lock().unwrap().contains(&fresh));
}

#[test]
fn a_restore_says_what_came_back_and_what_is_not_known() {
    let stage = peopled();
    let told = order("restore").word(std::env::current_exe().unwrap()).run(&stage);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(
        told.out.starts_with("1 user and 2 hostnames are back from ") && told.out.contains("pushes 2 of them"),
        "{told:?}"
    );
    assert!(told.out.contains("1 letter that waited") && told.out.contains("deleted since are back"), "{told:?}");
    let told = order("restore").word(std::path::Path::new("/not/there.db")).run(&stage);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("/not/there.db") && told.err.contains("check the path"), "{told:?}");
}

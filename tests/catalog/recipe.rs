//! Recipes: which are installed, and what they mean for sections that use them.

use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Server, ok};
use crate::{CUSTOM, JSON, LIST, Ran, Root, aged, base, files, mode};

#[test]
fn install_writes_the_file_as_it_came_and_remove_takes_it_away() {
    let server = files("", JSON);
    let root = Root::fetching("install", &base(&server), &[]);
    let ran = root.service(&["install", "a.example"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    let file = root.path(CUSTOM).join("a.example.json");
    assert_eq!(fs::read_to_string(&file).unwrap(), JSON);
    assert_eq!((mode(&file), mode(&root.path(CUSTOM)), mode(&root.path("usr/share"))), (0o644, 0o755, 0o755));
    root.put("usr/share/ddns/custom/.hidden", "");
    root.put("usr/share/ddns/custom/Z.json", "");
    assert_eq!(root.service(&["list-installed"]).out, "Z.json\na.example.json\n");
    assert_eq!(root.service(&["remove", "a.example"]).code, 0);
    let ran = root.service(&["remove", "a.example"]);
    assert!(ran.code == 1 && ran.err.contains("there is no /usr/share/ddns/custom/a.example.json"), "{ran:?}");
    root.put(LIST, "a.example");
    for _ in 0..2 {
        assert_eq!(root.service(&["purge"]).code, 0, "also when there is nothing");
        assert!(!root.path(CUSTOM).exists() && !root.path(LIST).exists());
    }
}

#[test]
fn a_file_that_is_no_recipe_replaces_nothing() {
    let cases = [
        ("", "is no JSON"),
        ("<html></html>", "is no JSON"),
        (r#"{"name":"a.example","ipv4":{"url":"https://a.exam"#, "is no JSON"),
        ("[]", "no JSON object"),
        ("{\"name\":\"x\"}", "about another provider, 'x'"),
        ("{\"name\":7,\"ipv4\":{\"url\":\"http://x/\"}}", "name that is no text"),
        ("{\"name\":\"a.example\"}", "LuCI needs"),
        (r#"{"ipv6":{"url":"https://x/"}}"#, "LuCI needs"),
        (r#"{"ipv4":{"answer":"good"}}"#, "has no URL (in ipv4)"),
        (r#"{"ipv4":{"url":["https://x/"]}}"#, "has no URL (in ipv4)"),
        (r#"{"ipv4":{"url":""}}"#, "has no URL"),
        (r#"{"ipv4":{"url":"https://x/","answer":["good"]}}"#, "words of success"),
        (r#"{"ipv4":{"url":"https://x/"},"ipv6":{}}"#, "(in ipv6)"),
        (r#"{"ipv4":{"url":"https://x/","rules":"all"}}"#, "unknown rule 'all' (in ipv4)"),
        (r#"{"ipv4":{"url":"ftp://x/"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"https://"}}"#, "URL that is none"),
        (r#"{"ipv4":{"url":"https://x/\n?ip=[IP]"}}"#, "control characters"),
        (r#"{"ipv4":{"url":"../../../tmp/evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"/tmp/evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"evil.sh;reboot"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":".evil.sh"}}"#, "neither a URL nor"),
        (r#"{"ipv4":{"url":"native"}}"#, "API that is not spoken here"),
    ];
    for (body, why) in cases {
        let server = files("", body);
        let root = Root::fetching("recipe", &base(&server), &[]);
        for old in [false, true] {
            if old {
                root.put("usr/share/ddns/custom/a.example.json", JSON);
                aged(&root.path("usr/share/ddns/custom/a.example.json"));
            }
            let before = root.share();
            let ran = root.service(&["install", "a.example"]);
            assert!(ran.code == 8 && ran.err.contains(why), "{body}: wanted '{why}': {ran:?}");
            assert_eq!(root.share(), before, "{body}");
        }
    }
}

#[test]
fn a_recipe_without_its_name_gets_it() {
    for body in [r#"{"ipv4":{"url":"https://x/?[IP]"}}"#, r#"{"name":"A.Example","ipv4":{"url":"https://x/?[IP]"}}"#] {
        let server = files("", body);
        let root = Root::fetching("named", &base(&server), &[]);
        assert_eq!(root.service(&["install", "a.example"]).code, 0);
        let written: serde_json::Value =
            serde_json::from_str(&root.read("usr/share/ddns/custom/a.example.json")).unwrap();
        assert_eq!((&written["name"], &written["ipv4"]["url"]), (&"a.example".into(), &"https://x/?[IP]".into()));
    }
}

#[test]
fn a_name_that_leads_elsewhere_is_neither_fetched_nor_removed() {
    let server = files("", JSON);
    let root = Root::fetching("hostile", &base(&server), &[]);
    root.put("usr/share/ddns/secret.json", "x");
    root.put("usr/share/ddns/custom/.hidden.json", "x");
    let before = root.share();
    let long = "a".repeat(101);
    for name in ["..", ".", "../secret", "/etc/passwd", "a/b", ".hidden", "a b", "a?b", "a%2fb", "a\nb", "ä", &long] {
        for action in ["install", "remove"] {
            let ran = root.service(&[action, name]);
            assert!(ran.code == 4 && ran.err.contains("no provider's name"), "{name:?}: {ran:?}");
        }
    }
    for action in ["install", "remove"] {
        for words in [&[action][..], &[action, ""], &[action, "-x"]] {
            assert_eq!(root.service(words).code, 4, "{words:?}");
        }
    }
    assert_eq!((server.requests().len(), root.share()), (0, before));
}

#[test]
fn a_reader_never_sees_a_part_of_a_recipe_and_no_draft_is_left() {
    let long: &'static str = Box::leak(format!("{}{}", JSON, " ".repeat(60_000)).into_boxed_str());
    let turn = AtomicBool::new(false);
    let server = Server::start(move |_, stream| {
        let body = if turn.fetch_xor(true, Ordering::Relaxed) { JSON } else { long };
        stream.write_all(ok(body).as_bytes()).unwrap();
    });
    let root = Root::fetching("whole", &base(&server), &[]);
    let file = root.path(CUSTOM).join("a.example.json");
    root.put("usr/share/ddns/custom/old.example.json.4711", "what a power cut left");
    assert_eq!(root.service(&["install", "a.example"]).code, 0);
    let over = Arc::new(AtomicBool::new(false));
    let reader = std::thread::spawn({
        let (over, file) = (Arc::clone(&over), file.clone());
        move || {
            let mut sizes = std::collections::BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                sizes.insert(fs::read(&file).unwrap().len());
            }
            sizes
        }
    });
    for _ in 0..20 {
        assert_eq!(root.service(&["install", "a.example"]).code, 0);
    }
    over.store(true, Ordering::Relaxed);
    assert_eq!(reader.join().unwrap().into_iter().collect::<Vec<_>>(), [JSON.len(), long.len()]);
    assert_eq!(root.service(&["list-installed"]).out, "a.example.json\n");
}

/// What `ddns check` says of a section of this provider.
fn checked(root: &Root, provider: &str) -> String {
    let global = root.read("etc/config/ddns");
    let section = format!(
        "\nconfig service 'home'\n\toption enabled 1\n\toption use_ipv6 0\n\toption service_name '{provider}'\n\toption domain h.example.net\n\
         \toption lookup_host h.example.net\n\toption username u\n\toption password pw\n"
    );
    root.put("etc/config/ddns", &format!("{global}{section}"));
    let ran = Ran::new(&root.command(&["check"]).output().unwrap());
    root.put("etc/config/ddns", &global);
    ran.out
}

#[test]
fn a_recipe_that_names_a_script_that_is_not_there_leaves_the_built_in_way_in_use() {
    let server =
        files("", r#"{"name":"no-ip.com","ipv4":{"url":"update_no-ip_com.sh"},"ipv6":{"url":"update_no-ip_com.sh"}}"#);
    let root = Root::fetching("script", &base(&server), &[]);
    assert!(checked(&root, "no-ip.com").contains("no fault found"));
    let ran = root.service(&["install", "no-ip.com"]);
    assert!(
        ran.code == 0 && ran.err.contains("script /usr/lib/ddns/update_no-ip_com.sh is not there; until"),
        "{ran:?}"
    );
    let told = checked(&root, "no-ip.com");
    for words in ["warning: ", "'home'", "custom/no-ip.com.json", "update_no-ip_com.sh", "the built-in way", "0 errors"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    root.put("usr/lib/ddns/update_no-ip_com.sh", "return 0\n");
    let told = checked(&root, "no-ip.com");
    assert!(told.contains("no fault found"), "now the owner's script is used: {told}");
}

#[test]
fn a_recipe_of_an_unknown_provider_that_names_a_missing_script_cannot_run() {
    let server = files("", r#"{"name":"new.example","ipv4":{"url":"update_new.sh"}}"#);
    let root = Root::fetching("unknown", &base(&server), &[]);
    let ran = root.service(&["install", "new.example"]);
    assert!(ran.code == 0 && ran.err.contains("'new.example' needs the script /usr/lib/ddns/update_new.sh"), "{ran:?}");
    assert!(checked(&root, "new.example").contains("the script /usr/lib/ddns/update_new.sh does not exist"));
}

#[test]
fn the_owner_is_told_when_a_recipe_takes_the_place_of_a_built_in_one() {
    let server = files("", r#"{"name":"duckdns.org","ipv4":{"url":"http://www.duckdns.org/[PASSWORD]"}}"#);
    let root = Root::fetching("place", &base(&server), &[]);
    let ran = root.service(&["install", "duckdns.org"]);
    for words in
        ["takes the place of the built-in way to 'duckdns.org', without encryption", "nobody has checked", "IPv6"]
    {
        assert!(ran.code == 0 && ran.err.contains(words), "{words}: {ran:?}");
    }
    assert!(checked(&root, "duckdns.org").contains("the password goes to this provider in clear"));
}

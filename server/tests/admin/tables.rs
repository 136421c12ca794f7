//! Tables at any width, and the same as JSON.

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::fake::{NOW, updated};
use crate::stage::{Stage, order, stage, well};

fn filled() -> Stage {
    let stage = stage();
    well(&stage, "user add anna anna@example.org --generate");
    well(&stage, "hostname add anna mypc dyn.example.com --expiry-ttl 3024000");
    well(&stage, "hostname add anna 日本語 dyn.example.com --expiry-ttl 0");
    updated(&stage.store, "mypc.dyn.example.com", "192.0.2.1", "2001:db8:1111:2222:3333:4444:5555:6666");
    well(&stage, "token add mypc dyn.example.com --note upstairs");
    stage
}

#[test]
fn columns_are_straight_whatever_the_script() {
    let text = well(&filled(), "hostname list");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let at = |line: &str, word: &str| line[..line.find(word).unwrap()].width();
    let user = at(lines[0], "user");
    assert_eq!(at(lines[1], "anna"), user, "{text}");
    assert_eq!(at(lines[2], "anna"), user, "{text}");
    assert!(
        lines.iter().any(|line| line.starts_with("日本語.dyn.example.com (xn--wgv71a119e.dyn.example.com)")),
        "{text}"
    );
}

#[test]
fn a_narrow_screen_loses_nothing() {
    let stage = filled();
    let wide = well(&stage, "hostname list");
    for width in 20..=200 {
        let told = order("hostname list").width(width).run(&stage);
        assert!(told.out.lines().all(|line| line.width() <= width), "{width}:\n{}", told.out);
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        for word in wide.lines().skip(1).flat_map(str::split_whitespace) {
            assert!(letters(&told.out).contains(&letters(word)), "{width}: {word} is missing in\n{}", told.out);
        }
        let told = order("hostname show mypc.dyn.example.com").width(width).run(&stage);
        assert!(told.out.lines().all(|line| line.width() <= width), "{width}:\n{}", told.out);
    }
    assert_eq!(order("hostname list").width(1000).run(&stage).out, wide);
}

#[test]
fn a_host_is_shown_whole() {
    let stage = filled();
    well(&stage, "hostname delete 日本語 dyn.example.com");
    let text = well(&stage, "hostname show mypc dyn.example.com");
    for wanted in [
        "hostname      mypc.dyn.example.com\n",
        "state         in DNS\n",
        "IPv4          192.0.2.1, since 2026-11-21 11:50:00Z, seen 2026-11-21 11:50:00Z, expires 2026-12-26 11:50:00Z\n",
        "expiry_ttl    3024000 (35 days)\n",
        "updated from  192.0.2.99\n",
        "upstairs\n",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in\n{text}");
    }
    let host = stage.store.rows().hosts.keys().next().copied().unwrap();
    let event = ddns_service::world::Event {
        at: NOW,
        kind: ddns_service::world::EventKind::Update,
        family: ddns::address::Family::V4,
        old: None,
        new: Some([192, 0, 2, 1].into()),
        source: Some([192, 0, 2, 99].into()),
    };
    stage.store.rows().events.push((host, event));
    let text = well(&stage, "hostname show mypc dyn.example.com");
    let row = "2026-11-21 12:00:00Z  update  IPv4    none  192.0.2.1  192.0.2.99\n";
    assert!(text.contains(row), "{text}");
    let told = order("hostname show nobody dyn.example.com").run(&stage);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
}

#[test]
fn every_list_and_show_is_json_too() {
    let stage = filled();
    let read = |line: &str| serde_json::from_str::<Value>(&well(&stage, line)).unwrap();
    let users = read("user list --json");
    assert_eq!(
        users,
        serde_json::json!([{ "name": "anna", "email": "anna@example.org", "hostnames": 2, "host_limit": null }])
    );
    let hosts = read("hostname list --user anna --json");
    assert_eq!(hosts.as_array().unwrap().len(), 2);
    assert_eq!(hosts[0]["ipv6"]["address"], "2001:db8:1111:2222:3333:4444:5555:6666");
    assert_eq!(hosts[0]["ipv4"]["seen"], "2026-11-21T11:50:00.000Z");
    assert_eq!(hosts[1]["shown"], "日本語.dyn.example.com");
    assert_eq!(hosts[1]["ipv4"]["expires"], Value::Null);
    let host = read("hostname show mypc dyn.example.com --json");
    assert_eq!(host["tokens"][0]["note"], "upstairs");
    assert_eq!(host["history"], serde_json::json!([]));
    let tokens = read("token list --json");
    assert_eq!(tokens[0]["hostname"], "mypc.dyn.example.com");
    let text = well(&stage, "hostname show mypc dyn.example.com --json");
    assert!(!text.contains("argon2") && !text.contains("digest"), "{text}");
}

#[test]
fn text_from_elsewhere_cannot_play_with_the_terminal() {
    let stage = filled();
    stage.store.rows().users.get_mut("anna").unwrap().email = "\u{1b}[2J\u{202e}gro@x".to_owned();
    let text = well(&stage, "user list");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    assert!(text.contains("\\u{1b}[2J\\u{202e}gro@x"), "{text}");
}

#[test]
fn an_empty_list_says_how_to_fill_it() {
    assert_eq!(well(&stage(), "user list"), "no users yet; 'user add NAME EMAIL' makes one\n");
    assert_eq!(well(&stage(), "hostname list"), "no hostnames yet; 'hostname add USER LABEL ZONE' makes one\n");
    assert_eq!(well(&stage(), "hostname list --json"), "[]\n");
    let told = order("hostname list --user nobody").run(&stage());
    assert_eq!(told.code, 1);
}

//! `get_services_status`.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::rpcd::Root;
use crate::rules::{Seen, date, moment, now, row, uptime};

/// A process that looks like the updater of a section.
struct Updater(Child);

impl Updater {
    fn of(section: &str) -> Self {
        use std::os::unix::process::CommandExt;
        let mut shell = Command::new("sh");
        shell.arg0("ddns").args(["-c", "read x", "run", section]).stdin(Stdio::piped());
        Self(shell.spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Updater {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A section that the updater would take, so that only what is set here matters.
fn text(name: &str, seen: &Seen) -> String {
    let mut text =
        format!("config service '{name}'\n\toption service_name 'dyn.com'\n\toption lookup_host 'h.example'\n");
    for (option, value) in [("enabled", seen.enabled), ("force_interval", seen.force), ("force_unit", seen.unit)] {
        if let Some(value) = value {
            let _ = writeln!(text, "\toption {option} '{value}'");
        }
    }
    text
}

/// Moments before boot cannot be made.
fn booted_lately() -> bool {
    let lately = uptime() < 4000;
    if lately {
        eprintln!("SKIPPED: this machine runs for less than 4000 seconds");
    }
    lately
}

/// A number that no process has.
fn dead() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    pid
}

#[test]
fn every_row_is_what_the_apps_own_backend_says_of_the_same_files() {
    if booted_lately() {
        return;
    }
    let root = Root::new("rows");
    let updater = Updater::of("s");
    let running = format!("{}\n", updater.pid());
    let long_ago = moment(3700).to_string();
    let lately = moment(120).to_string();
    let soon = moment(-600).to_string();
    let dead = dead().to_string();
    let files: [&[(&str, &str)]; 9] = [
        &[],
        &[("ip", "192.0.2.1\n")],
        &[("ip", "2001:db8::1"), ("update", &long_ago), ("nextcheck", &soon), ("pid", &running)],
        &[("ip", "192.0.2.1\n192.0.2.2\n"), ("update", &lately), ("pid", &running)],
        &[("ip", "\n"), ("pid", &running), ("nextcheck", &soon)],
        &[("ip", ""), ("update", ""), ("nextcheck", ""), ("pid", "")],
        &[("ip", "192.0.2.1"), ("update", &lately), ("nextcheck", &soon), ("pid", &dead)],
        &[("ip", "192.0.2.1"), ("update", &lately), ("nextcheck", "0"), ("pid", "0\n")],
        &[("ip", "192.0.2.1"), ("update", "0"), ("pid", "x")],
    ];
    let settings = [
        Seen::default(),
        Seen { enabled: Some("0"), ..Seen::default() },
        Seen { enabled: Some("off"), ..Seen::default() },
        Seen { enabled: Some("1"), force: Some("1"), unit: None },
        Seen { enabled: Some("1"), force: Some("30"), unit: Some("minutes") },
        Seen { enabled: Some("1"), force: Some("900"), unit: Some("seconds") },
        Seen { enabled: Some("1"), force: Some("2"), unit: Some("days") },
    ];
    for seen in &settings {
        root.put("etc/config/ddns", &format!("config ddns 'global'\n{}", text("s", seen)));
        for set in files {
            let _ = std::fs::remove_dir_all(root.path("var/run/ddns"));
            // the app shows no address where there is no file, and looks it up: here there is nobody to ask
            root.status("s.ip", "");
            for (ending, text) in set {
                root.status(&format!("s.{ending}"), text);
            }
            let ours = root.call("get_services_status");
            let theirs = json!({ "s": row(&root.path("var/run/ddns"), "s", seen) });
            assert_eq!(ours, theirs, "{seen:?} {set:?}");
        }
    }
}

#[test]
fn what_runs_under_a_reused_number_is_not_the_section() {
    let root = Root::new("reused");
    root.put("etc/config/ddns", &text("s", &Seen { enabled: Some("1"), ..Seen::default() }));
    root.status("s.ip", "192.0.2.1");
    let other = Updater::of("another");
    root.status("s.pid", &other.pid().to_string());
    let row = &root.call("get_services_status")["s"];
    assert_eq!((&row["pid"], &row["next_update"]), (&Value::Null, &json!("Stopped")));
    root.status("s.pid", "1\n");
    assert_eq!(root.call("get_services_status")["s"]["pid"], Value::Null);
}

#[test]
fn an_update_later_than_now_never_was() {
    let root = Root::new("later");
    let updater = Updater::of("s");
    root.put("etc/config/ddns", &text("s", &Seen { enabled: Some("1"), force: Some("900"), unit: Some("days") }));
    root.status("s.ip", "192.0.2.1");
    root.status("s.pid", &updater.pid().to_string());
    root.status("s.update", &(uptime() + 500).to_string());
    let row = &root.call("get_services_status")["s"];
    assert_eq!((&row["last_update"], &row["next_update"]), (&Value::Null, &Value::Null), "{row}");
}

#[test]
fn a_section_that_runs_once_says_so_whether_it_runs_or_not() {
    let root = Root::new("once");
    let updater = Updater::of("s");
    for (enabled, pid) in [("1", updater.pid()), ("1", dead()), ("0", dead())] {
        let seen = Seen { enabled: Some(enabled), force: Some("0"), unit: Some("minutes") };
        root.put("etc/config/ddns", &text("s", &seen));
        root.status("s.ip", "192.0.2.1");
        root.status("s.update", "5");
        root.status("s.pid", &pid.to_string());
        assert_eq!(root.call("get_services_status")["s"]["next_update"], "Run once", "{enabled} {pid}");
    }
}

#[test]
fn next_update_is_when_the_updater_will_send_also_where_the_apps_arithmetic_goes_astray() {
    if booted_lately() {
        return;
    }
    let root = Root::new("astray");
    let updater = Updater::of("s");
    root.status("s.ip", "192.0.2.1");
    root.status("s.pid", &updater.pid().to_string());
    let at = moment(120);
    root.status("s.update", &at.to_string());
    let due = |secs: i64| date(now() - uptime() + at + secs, "%F %R");
    for (options, expected) in [
        // a unit that is none is the default one, an interval below the check interval is that interval
        ("\toption force_interval '2'\n\toption force_unit 'weeks'\n", due(2 * 3600)),
        ("\toption force_interval '5'\n\toption force_unit 'minutes'\n\toption check_interval '40'\n", due(40 * 60)),
        ("\toption force_interval 'soon'\n", due(72 * 3600)),
    ] {
        root.put("etc/config/ddns", &format!("{}{options}", text("s", &Seen::default())));
        assert_eq!(root.call("get_services_status")["s"]["next_update"], expected, "{options}");
    }
    root.put(
        "etc/config/ddns",
        &format!("config ddns 'global'\n\toption force_interval '3'\n{}", text("s", &Seen::default())),
    );
    assert_eq!(root.call("get_services_status")["s"]["next_update"], due(3 * 3600));
}

#[test]
fn every_section_of_type_service_is_there_once_in_the_order_of_the_file() {
    let root = Root::new("sections");
    let one = |name: &str| text(name, &Seen::default());
    let unnamed = "config service\n\toption lookup_host 'u.example'\n\toption service_name 'dyn.com'\n";
    root.put(
        "etc/config/ddns",
        &format!("config ddns 'global'\n{}{}{unnamed}config other 'no'\n{}", one("zeta"), one("alpha"), one("zeta")),
    );
    let mut child = crate::rpcd::plugin(root.dir(), &["call", "get_services_status"]);
    let text = String::from_utf8(child.stdin(Stdio::null()).output().unwrap().stdout).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 3, "{text}");
    assert!(names.iter().any(|name| name.starts_with("cfg04")), "{text}");
    assert_eq!(text.matches("\"zeta\":").count(), 1);
    assert!(text.find("zeta") < text.find("alpha"), "{text}");
}

#[test]
fn a_broken_place_in_the_file_costs_only_its_own_section() {
    let root = Root::new("broken");
    let (one, two) = (text("one", &Seen::default()), text("two", &Seen::default()));
    root.put("etc/config/ddns", &format!("{one}config service 'bad'\n\toption domain 'never closed\n\n{two}"));
    assert!(root.call("get_services_status")["one"].is_object());
    root.put("etc/config/ddns", &format!("{one}config service 'bad'\n\toption x-y 'z'\n\toption a b c\n{two}"));
    let all = root.call("get_services_status");
    assert!(all["one"].is_object() && all["two"].is_object(), "{all}");
    std::fs::remove_file(root.path("etc/config/ddns")).unwrap();
    assert_eq!(root.call("get_services_status"), json!({}));
}

#[test]
fn pending_changes_of_uci_count() {
    let root = Root::new("pending");
    root.put("etc/config/ddns", &text("s", &Seen { enabled: Some("1"), ..Seen::default() }));
    root.put("tmp/.uci/ddns", "ddns.s.enabled='0'\n");
    std::fs::set_permissions(root.path("tmp/.uci"), std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::set_permissions(root.path("tmp/.uci/ddns"), std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(root.call("get_services_status")["s"]["next_update"], "Disabled");
}

#[test]
fn nothing_but_addresses_reaches_the_page_from_an_ip_file() {
    let root = Root::new("html");
    root.put("etc/config/ddns", &text("s", &Seen::default()));
    for (hostile, shown) in [
        ("<img src=x onerror=alert(1)>", Value::Null),
        ("192.0.2.1<script>", Value::Null),
        ("<b>\n192.0.2.1\n", json!("192.0.2.1")),
    ] {
        root.status("s.ip", hostile);
        assert_eq!(root.call("get_services_status")["s"]["ip"], shown, "{hostile}");
    }
}

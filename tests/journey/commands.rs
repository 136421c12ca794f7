//! The owner's commands.

use std::time::Duration;

use crate::bed::{Bed, SOON, Says, WRONG_PASSWORD, on, section};

const FAR: (&str, &str) = ("check_interval", "600");

fn state(bed: &Bed) -> serde_json::Value {
    let ran = bed.ddns(&["status", "--json"]);
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"));
    all[0].clone()
}

fn pid(bed: &Bed) -> Option<String> {
    bed.status("pid").map(|text| text.trim().to_owned())
}

#[test]
fn without_procd_a_section_starts_in_the_background_and_can_be_asked_reloaded_restarted_and_stopped() {
    on(|bed| {
        bed.configure(&[FAR]);
        assert_eq!((state(bed)["state"].as_str(), bed.ddns(&["status"]).code), (Some("stopped"), Some(1)));
        let ran = bed.ddns(&["start", "home"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let first = pid(bed).unwrap();
        assert!(ran.out.contains("in the background") && ran.out.contains(&first), "{ran:?}");
        bed.until("an update", SOON, || bed.status("nextcheck").is_some());
        let ran = bed.ddns(&["start", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("runs already"), "{ran:?}");
        let shown = state(bed);
        for (key, value) in [("section", "home"), ("state", "running"), ("address", "203.0.113.7"), ("family", "IPv4")]
        {
            assert_eq!(shown[key], value, "{shown}");
        }
        assert_eq!(shown["pid"].to_string(), first);
        let ran = bed.ddns(&["status", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("running") && ran.out.contains("203.0.113.7"), "{ran:?}");
        let ran = bed.ddns(&["reload", "home"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        bed.until("a check", SOON, || bed.logged("configuration read again") == 1);
        let ran = bed.ddns(&["restart", "home"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_ne!(pid(bed).unwrap(), first);
        let ran = bed.ddns(&["stop", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("stopped"), "{ran:?}");
        assert_eq!(pid(bed), None);
        let ran = bed.ddns(&["reload", "home"]);
        assert!(ran.code == Some(1) && ran.err.contains("not running"), "{ran:?}");
    });
}

#[test]
fn start_without_a_name_starts_the_enabled_sections_only() {
    on(|bed| {
        let one = section("home", &[FAR]);
        let two = section("other", &[FAR, ("enabled", "0")]);
        let three = section("third", &[FAR, ("domain", "third.example.net"), ("lookup_host", "third.example.net")]);
        bed.router.configure(format!("{one}{two}{three}")).unwrap();
        let ran = bed.ddns(&["start"]);
        assert!(ran.code == Some(0) && !ran.out.contains("'other'"), "{ran:?}");
        bed.until_asked(2);
        let ran = bed.ddns(&["start", "other"]);
        assert!(ran.code == Some(1) && ran.err.contains("disabled"), "{ran:?}");
        let ran = bed.ddns(&["stop"]);
        assert_eq!((ran.code, ran.out.matches("stopped").count()), (Some(0), 2), "{ran:?}");
    });
}

#[test]
fn once_says_by_its_exit_code_whether_the_name_is_right() {
    on(|bed| {
        bed.configure(&[]);
        let ran = bed.ddns(&["once", "-d", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("203.0.113.7 would be sent"), "{ran:?}");
        assert!(bed.asked().is_empty());
        let ran = bed.ddns(&["once", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("update accepted"), "{ran:?}");
        assert_eq!(bed.dns(), ["203.0.113.7"]);
        assert_eq!(bed.ddns(&["once", "home"]).code, Some(0));
        assert_eq!(bed.asked().len(), 1);
        bed.configure(&[("password", WRONG_PASSWORD), ("domain", "b.example.net"), ("lookup_host", "b.example.net")]);
        assert_eq!(bed.ddns(&["once", "home"]).code, Some(1));
        // the owner may ask as often as he likes
        assert_eq!(bed.ddns(&["once", "home"]).code, Some(1));
        assert_eq!(bed.asked().len(), 3, "{}", bed.story());
    });
}

#[test]
fn once_leaves_a_running_process_alone() {
    on(|bed| {
        bed.configure(&[FAR]);
        let running = bed.start_home();
        let ran = bed.ddns(&["once", "home"]);
        assert!(ran.code == Some(0) && ran.out.contains("nothing to do"), "{ran:?}");
        assert!(running.lives());
        assert_eq!(pid(bed), Some(running.pid().to_string()));
    });
}

#[test]
fn one_round_of_the_old_name_ends_with_what_dns_says_after_the_check_interval() {
    on(|bed| {
        bed.configure(&[]);
        let ran = bed.ddns(&["-v", "2", "-S", "home", "--", "start"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(bed.sent(), ["203.0.113.7"]);
        bed.provider_says(Says::GoodOnly);
        bed.ip("addr flush dev wan0\naddr add 203.0.113.8/24 dev wan0\nroute replace default via 203.0.113.1");
        let ran = bed.ddns(&["-v2", "-Shome"]);
        assert_eq!((ran.code, bed.sent().len()), (Some(1), 2), "{ran:?}");
    });
}

#[test]
fn a_disabled_section_is_refused_and_a_missing_one_too() {
    on(|bed| {
        bed.configure(&[("enabled", "0")]);
        for (section, why) in [("home", "disabled"), ("nobody", "nobody")] {
            let ran = bed.ddns(&["run", section]);
            assert!(ran.code == Some(1) && ran.err.contains(why), "{ran:?}");
        }
        assert!(bed.asked().is_empty());
    });
}

#[test]
fn a_process_that_waits_uses_no_time() {
    on(|bed| {
        bed.configure(&[FAR]);
        let running = bed.start_home();
        let used = || {
            let (stat, status) = (running.proc("stat"), running.proc("status"));
            let ticks = stat.rsplit_once(") ").unwrap().1.split(' ').skip(11).take(2);
            let switches = status.lines().filter(|line| line.contains("ctxt_switches"));
            ticks.chain(switches).map(str::to_owned).collect::<Vec<_>>()
        };
        // the end of the first round takes its time on a busy machine
        let still = (0..20).any(|_| {
            let before = used();
            std::thread::sleep(Duration::from_millis(800));
            used() == before
        });
        assert!(still, "{:?}", used());
    });
}

#[test]
fn check_names_a_script_that_is_not_there_and_a_password_that_is_missing_at_once() {
    on(|bed| {
        bed.configure(&[("ip_source", "script"), ("ip_script", "/usr/bin/nowhere -x"), ("password", "")]);
        let checked = bed.ddns(&["check"]);
        assert_eq!(checked.code, Some(1), "{checked:?}");
        for words in ["error: ", "option 'ip_script', value '/usr/bin/nowhere'", "option 'password'", "2 errors"] {
            assert!(checked.out.contains(words), "'{words}' is not in {checked:?}");
        }
    });
}

#[test]
fn a_recipe_whose_script_is_not_there_is_said_in_the_log_and_keeps_no_section_from_running() {
    on(|bed| {
        let custom = bed.router.path("usr/share/ddns/custom");
        std::fs::create_dir_all(&custom).unwrap();
        std::fs::write(custom.join("no-ip.com.json"), r#"{"ipv4":{"url":"update_no-ip_com.sh"}}"#).unwrap();
        bed.configure(&[("service_name", "no-ip.com"), ("update_url", "")]);
        let ran = bed.ddns(&["once", "-d", "home"]);
        let told = "names the script /usr/lib/ddns/update_no-ip_com.sh, which does not exist: the built-in way";
        assert!(ran.code == Some(0) && ran.err.contains(told), "{ran:?}");
        assert!(ran.out.contains("203.0.113.7 would be sent"), "{ran:?}");
    });
}

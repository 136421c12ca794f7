//! Bad hours: what else a router may have, or not have, when our package comes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::bed::{Bed, SOON, on};
use crate::config::{HOME, Section, config, section};
use crate::line::Line;
use crate::package::Package;
use crate::root::Form;
use crate::router::Router;
use crate::tls;

const OTHER: Section<'static> = ("other", &[]);

/// A router with the network up, ours installed over this configuration.
fn with<'b>(bed: &'b Bed, config: &str) -> (Router<'b>, Line, Package) {
    let router = Router::new(bed, &Form::Native);
    let mut line = Line::down(&router);
    line.renumber(&router, 7);
    bed.router.configure(config).unwrap();
    let package = Package::build(bed, &Form::Native, 1);
    package.install(&router, None);
    (router, line, package)
}

/// A file of another package on the router.
fn file(router: &Router, path: &str, text: &str) {
    let at = router.path(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(&at, text).unwrap();
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Waits for a message of a section in syslog.
fn until_told(router: &Router, text: &str) {
    router.until(text, SOON, || router.bed.syslog().contains(text));
}

/// ddns-scripts as its packages lay it, with a section that runs.
fn with_ddns_scripts(router: &Router) {
    let updater = "#!/bin/sh\nmkdir -p /var/run/ddns\necho $$ >/var/run/ddns/$4.pid\nwhile :; do sleep 1; done\n";
    let files = [
        ("usr/bin/ddns", "#!/bin/sh\necho theirs\n"),
        ("usr/lib/ddns/dynamic_dns_updater.sh", updater),
        ("usr/lib/ddns/dynamic_dns_lucihelper.sh", "#!/bin/sh\necho theirs\n"),
        ("usr/lib/ddns/dynamic_dns_functions.sh", "# theirs\n"),
        ("usr/lib/ddns/update_cloudflare_com_v4.sh", "# theirs\n"),
        (
            "usr/share/ddns/default/cloudflare.com-v4.json",
            r#"{"name":"cloudflare.com-v4","ipv4":{"url":"update_cloudflare_com_v4.sh"}}"#,
        ),
        ("usr/share/ddns/version", "2.8.2-20\n"),
        ("etc/init.d/ddns", "#!/bin/sh\nexit 0\n"),
        ("etc/hotplug.d/iface/95-ddns", "#!/bin/sh\nexit 0\n"),
    ];
    for (path, text) in files {
        file(router, path, text);
    }
    let list: Vec<String> = files.iter().map(|(path, _)| format!("/{path}\n")).collect();
    file(router, "usr/lib/opkg/info/ddns-scripts.list", &list.concat());
    file(router, "usr/lib/opkg/info/ddns-scripts.prerm", "#!/bin/sh\nexit 0\n");
    // what belongs to the owner, and what their catalog fetched
    file(router, "usr/lib/ddns/update_mine.sh", "# mine\n");
    file(
        router,
        "usr/share/ddns/custom/own.example.json",
        r#"{"name":"own.example","ipv4":{"url":"http://provider.example/own?hostname=[DOMAIN]&myip=[IP]"}}"#,
    );
    file(
        router,
        "usr/share/ddns/default/fetched.example.json",
        r#"{"name":"fetched.example","ipv4":{"url":"http://[USERNAME]:[PASSWORD]@provider.example/nic/update?hostname=[DOMAIN]&myip=[IP]"}}"#,
    );
    router.does("/usr/lib/ddns/dynamic_dns_updater.sh -v 0 -S home -- start >/dev/null 2>&1 &");
    router.until("theirs runs", SOON, || router.status("home", "pid").is_some());
}

#[test]
fn ours_takes_the_place_of_ddns_scripts_and_of_its_running_process() {
    on(|bed| {
        let router = Router::new(bed, &Form::Native);
        Line::down(&router).renumber(&router, 7);
        with_ddns_scripts(&router);
        let theirs = router.status("home", "pid");
        let config = config(&[
            HOME,
            ("fetched", &[("update_url", ""), ("service_name", "fetched.example")]),
            ("own", &[("update_url", ""), ("service_name", "own.example")]),
        ]);
        bed.router.configure(&config).unwrap();
        let package = Package::build(bed, &Form::Native, 1);
        package.install(&router, None);
        router.until("ours has taken over", SOON, || router.status("home", "pid") != theirs);
        router.only(&["fetched", "home", "own"]);
        for name in ["home", "fetched", "own"] {
            router.asked(&format!("{name}.example.net"), 1);
        }
        assert_eq!(router.text("etc/config/ddns"), config);
        assert_eq!(router.text("usr/lib/ddns/update_mine.sh"), "# mine\n");
        assert!(!router.does("ddns --version").contains("theirs"));
        assert!(!router.text("usr/share/ddns/version").contains("2.8.2"));
        assert!(!router.text("usr/lib/ddns/dynamic_dns_functions.sh").contains("theirs"));
        package.remove(&router);
        router.only(&[]);
        for kept in ["etc/config/ddns", "usr/lib/ddns/update_mine.sh", "usr/share/ddns/custom/own.example.json"] {
            assert!(router.path(kept).exists(), "{kept}");
        }
    });
}

#[test]
fn options_that_luci_left_empty_are_no_options() {
    on(|bed| {
        let known = include_str!("../../samples/ddns").lines().filter_map(|line| {
            let mut words = line.trim_start_matches(['\t', '#', ' ']).split_whitespace();
            words.next().filter(|word| *word == "option").and(words.next())
        });
        let mut names: Vec<&str> = known.filter(|name| *name != "enabled").collect();
        names.sort_unstable();
        names.dedup();
        let options: Vec<String> = names.iter().map(|name| format!("\toption {name} ''\n")).collect();
        let empty = |enabled: &str| {
            format!("config service 'empty{enabled}'\n\toption enabled '{enabled}'\n{}\n", options.concat())
        };
        let (router, ..) = with(bed, &(config(&[HOME]) + &empty("") + &empty("1")));
        router.asked("home.example.net", 1);
        router.only(&["home"]);
        until_told(&router, "empty1");
        let told = router.bed.syslog();
        assert!(told.contains("service_name") && told.contains("empty1") && !told.contains("empty:"), "{told}");
        // what cannot run waits for its owner
        let starts = router.times("empty1 starts");
        std::thread::sleep(Duration::from_secs(60) / crate::keeper::FASTER + Duration::from_millis(200));
        assert_eq!(router.times("empty1 starts"), starts);
        assert_eq!(router.sh("ddns check").code, Some(1));
    });
}

#[test]
fn on_a_read_only_overlay_names_are_kept_right_and_the_migration_says_why_it_is_not_done() {
    on(|bed| {
        let (mut router, mut line, _) = with(bed, &config(&[HOME]));
        router.asked("home.example.net", 1);
        let old =
            config(&[("home", &[("retry_count", "3")])]).replace("\n\n", "\n\toption run_dir '/var/run/ddns'\n\n");
        bed.router.configure(&old).unwrap();
        router.power_off();
        router.power_on();
        for folder in ["etc", "usr", "lib", "bin", "sbin"] {
            router.does(&format!("mount -o bind /{folder} /{folder} && mount -o remount,bind,ro /{folder}"));
        }
        let migrated = router.sh("ddns migrate");
        assert!(migrated.code == Some(1) && migrated.err.to_lowercase().contains("read-only"), "{migrated:?}");
        line.tell(&router);
        router.does("/etc/rc.d/S95ddns boot");
        let running = router.only(&["home"]);
        line.renumber(&router, 8);
        router.until("DNS", SOON, || bed.dns() == ["203.0.113.8"]);
        assert_eq!(router.only(&["home"]), running);
        assert_eq!(router.text("etc/config/ddns"), old);
    });
}

#[test]
fn without_ubus_logger_and_syslog_an_update_goes_out() {
    on(|bed| {
        let (router, ..) = with(bed, &config(&[OTHER]));
        router.asked("other.example.net", 1);
        router.does("rm -f /bin/ubus /usr/bin/logger /dev/log");
        bed.router.configure(config(&[HOME])).unwrap();
        router.does("ddns once home");
        router.asked("home.example.net", 1);
        assert_eq!(router.requests("home.example.net"), ["203.0.113.7"]);
        assert!(!router.path("dev/log").exists());
    });
}

#[test]
fn a_netifd_that_does_not_answer_is_named() {
    on(|bed| {
        let (router, ..) = with(bed, &config(&[OTHER]));
        router.asked("other.example.net", 1);
        router.does("rm -f /tmp/netifd.json");
        bed.router.configure(config(&[HOME])).unwrap();
        let ran = router.sh("ddns once home");
        assert!(ran.code == Some(1) && (ran.out + &ran.err).contains("cannot ask netifd"), "{}", router.story());
        router.asked("home.example.net", 0);
    });
}

#[test]
fn without_a_ca_bundle_the_package_to_install_is_named_and_its_installation_is_noticed() {
    on(|bed| {
        let (router, ..) = with(bed, &config(&[("late", &[("use_https", "1")])]));
        until_told(&router, "'ca-bundle'");
        assert!(router.log("late").contains("ca-bundle"));
        router.asked("late.example.net", 0);
        tls::serve(&router, -tls::HOUR);
        router.asked("late.example.net", 1);
        router.only(&["late"]);
    });
}

#[test]
fn a_broken_configuration_at_boot_is_told_and_once_it_is_mended_all_begins() {
    on(|bed| {
        let whole = config(&[HOME, OTHER]);
        let (mut router, line, _) = with(bed, &whole);
        router.only(&["home", "other"]);
        router.asked("home.example.net", 1);
        router.asked("other.example.net", 1);
        let broken = whole.replacen("option domain 'home", "option domain 'home\noption 'x", 1);
        bed.router.configure(&broken).unwrap();
        router.power_off();
        router.power_on();
        line.tell(&router);
        router.does("/etc/rc.d/S95ddns boot");
        // the other section does not suffer for it, and the broken one waits for its owner
        router.only(&["other"]);
        until_told(&router, "/etc/config/ddns:11:31: section 'home'");
        router.rest();
        assert_eq!(router.times("home starts"), 1);
        router.commit(&whole);
        router.only(&["home", "other"]);
        router.until("the last of it", SOON, || router.status("home", "nextcheck").is_some());
        // a file that is nothing but noise: nothing runs, and procd still listens
        bed.router.configure("\u{0}\u{1}").unwrap();
        router.power_off();
        router.power_on();
        line.tell(&router);
        router.does("/etc/rc.d/S95ddns boot");
        router.only(&[]);
        router.commit(&whole);
        router.only(&["home", "other"]);
    });
}

#[test]
fn a_configuration_that_breaks_or_goes_ends_nothing_that_runs() {
    on(|bed| {
        let whole = config(&[HOME, OTHER]);
        let (router, ..) = with(bed, &whole);
        let before = router.only(&["home", "other"]);
        router.rest();
        let cut = whole.len() - section("other", &[]).len();
        for broken in [
            whole[..cut].to_owned() + "config service 'other\n",
            whole.replacen("option domain 'home", "option do-main 'home", 1),
            whole.replacen("option domain 'home.example.net'", "option domain 'home.example.net", 1),
            "\u{0}\u{1}\u{2}".to_owned(),
        ] {
            router.commit(&broken);
            router.does("sleep 0.1");
            assert_eq!(router.updaters(), before, "{broken}");
        }
        fs::remove_file(router.path("etc/config/ddns")).unwrap();
        router.event("config.change", "package", "ddns");
        router.calm();
        assert_eq!(router.only(&["home", "other"]), before);
        router.commit(&whole);
        assert_eq!(router.only(&["home", "other"]), before);
        router.rest();
        assert_eq!(bed.asked().len(), 2);
        // an owner who empties the file means it
        router.commit("");
        router.only(&[]);
    });
}

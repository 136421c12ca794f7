//! The life itself, step by step. After each step the process list is asserted as a whole.

use std::time::{Duration, Instant};

use crate::bed::{Bed, PASSWORD, SOON};
use crate::config::{HOME, LATE, ONCE, SIX, WRONG, config, section};
use crate::keeper::FASTER;
use crate::line::Line;
use crate::owner;
use crate::package::Package;
use crate::root::Form;
use crate::router::Router;
use crate::tls;

/// What owners of the first ddns-scripts have: old names, no `lookup_host`, no `use_ipv6`.
const OLD: &str = "\
# my names
config ddns 'global'
	option date_format '%d.%m.%Y %H:%M'
	option run_dir '/var/run/ddns'
	option log_dir '/var/log/ddns'
	option log_lines '100'
	option allow_local_ip '0'

config service 'moved'
	option enabled '0'
	option service_name 'NoIP.com'
	option domain 'moved.example.net'
	option retry_count '3'

";

/// From the shop to the attic.
pub(crate) fn life(bed: &Bed, form: &Form) {
    let mut router = Router::new(bed, form);
    let package = Package::build(bed, form, 1);
    let mut line = Line::down(&router);
    installed_over_an_old_configuration(&router, &package, &mut line);
    flash_is_let_be_while_the_address_stays(&router);
    a_new_address_is_sent(&router, &mut line);
    let mut line = booted_with_the_network_down(&mut router);
    the_network_comes_up_and_the_clock_is_wrong(&router, &mut line);
    down_and_up_again(&router, &mut line);
    another_prefix(&router, &mut line);
    owner::one_section_is_edited(&router);
    owner::a_section_is_deleted(&router);
    a_storm_of_events(&router, &mut line);
    owner::stopped_started_restarted(&router);
    owner::a_refusal_is_held_until_the_owner_acts(&router, &mut line);
    owner::a_crash(&router);
    owner::upgraded(&router, form, &package);
    flash_is_let_be_while_the_address_stays(&router);
    owner::removed(&router, &package);
}

fn installed_over_an_old_configuration(router: &Router, package: &Package, line: &mut Line) {
    line.renumber(router, 7);
    let new = |line: &&str| line.contains("lookup_host") || line.contains("use_ipv6");
    let home: Vec<String> = section("home", &[]).lines().filter(|line| !new(line)).map(str::to_owned).collect();
    let old = OLD.to_owned() + &home.join("\n") + "\n";
    router.bed.router.configure(&old).unwrap();
    let said = package.install(router, None);
    router.only(&["home"]);
    router.asked("home.example.net", 1);
    router.until("DNS", SOON, || router.bed.dns() == ["203.0.113.7"]);
    let config = router.text("etc/config/ddns");
    for (new, gone) in [
        ("option ddns_dateformat '%d.%m.%Y %H:%M'", "option date_format"),
        ("option ddns_rundir '/var/run/ddns'", "option run_dir"),
        ("option ddns_logdir '/var/log/ddns'", "option log_dir"),
        ("option ddns_loglines '100'", "option log_lines"),
        ("option upd_privateip '0'", "option allow_local_ip"),
        ("option retry_max_count '3'", "option retry_count"),
        ("option service_name 'no-ip.com'", "NoIP.com"),
        ("option lookup_host 'home.example.net'", "option dummy"),
        ("option use_ipv6 '0'", "option dummy"),
        ("# my names", "option dummy"),
        (&format!("option password '{PASSWORD}'"), "option dummy"),
    ] {
        assert!(config.contains(new) && !config.contains(gone), "{new}\n{config}");
    }
    assert!(!router.path("etc/uci-defaults/95-ddns").exists());
    assert!(router.path("etc/rc.d/S95ddns").exists() && router.path("etc/rc.d/K10ddns").exists());
    assert!(router.path("etc/config/ddns-opkg").exists(), "opkg lays the package's own beside the owner's");
    assert!(!said.contains(PASSWORD), "{said}");
    let checked = router.does("/usr/lib/ddns/dynamic_dns_updater.sh -V; ddns status; cat /usr/share/ddns/version");
    assert!(checked.contains("home"), "{checked}");
}

fn flash_is_let_be_while_the_address_stays(router: &Router) {
    let flash = router.flash();
    router.does("ddns reload; ddns status >/dev/null; /etc/init.d/ddns reload");
    router.event("config.change", "package", "ddns");
    router.calm();
    std::thread::sleep(Duration::from_millis(500));
    for (path, sum) in router.flash() {
        assert_eq!(flash.get(&path), Some(&sum), "{} was written\n{}", path.display(), router.story());
    }
}

fn a_new_address_is_sent(router: &Router, line: &mut Line) {
    let before = router.only(&["home"]);
    line.renumber(router, 8);
    router.asked("home.example.net", 2);
    router.until("DNS", SOON, || router.bed.dns() == ["203.0.113.8"]);
    assert_eq!(router.only(&["home"]), before);
}

fn booted_with_the_network_down(router: &mut Router) -> Line {
    router.bed.router.configure(config(&[HOME, SIX, ONCE, LATE, WRONG])).unwrap();
    let line = Line::down(router);
    let taken = router.reboot();
    line.tell(router);
    assert!(taken < SOON, "booting takes {taken:?}");
    router.only(&["home", "late", "once", "six", "wrong"]);
    router.until("a log", SOON, || router.log("home").contains("wan"));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(router.bed.asked().len(), 2, "{}", router.story());
    assert!(router.log("home").lines().count() < 12, "{}", router.story());
    line
}

fn the_network_comes_up_and_the_clock_is_wrong(router: &Router, line: &mut Line) {
    let face = tls::serve(router, tls::HOUR);
    line.ifup(router, 7);
    line.delegate(router, 2);
    router.asked("home.example.net", 3);
    router.asked("six.example.net", 1);
    router.asked("wrong.example.net", 1);
    router.until("trouble with the clock", SOON, || router.log("late").contains("clock"));
    assert_eq!(router.requests("late.example.net"), [""; 0]);
    assert!(router.log("late").contains("UTC and is probably wrong"), "{}", router.log("late"));
    face.renew(-tls::HOUR);
    router.asked("late.example.net", 1);
    router.asked("once.example.net", 1);
    assert_eq!(router.requests("six.example.net"), ["2001:db8:2::1"]);
    let running = router.only(&["home", "late", "six", "wrong"]);
    // what runs once is done: it is not started again, however long we wait
    let starts = router.times("once starts");
    std::thread::sleep(Duration::from_secs(60) / FASTER + Duration::from_millis(200));
    assert_eq!((router.times("once starts"), router.times("once ends exit status: 0")), (starts, 1));
    assert_eq!(router.only(&["home", "late", "six", "wrong"]), running);
}

fn down_and_up_again(router: &Router, line: &mut Line) {
    let before = router.updaters();
    line.ifdown(router);
    let down = router.only(&["six"]);
    router.calm();
    assert_eq!(router.only(&["six"]), down);
    assert_eq!(down["six"], before["six"]);
    for gone in ["pid", "dat", "err"] {
        assert_eq!(router.status("home", gone), None);
    }
    line.ifup(router, 7);
    router.calm();
    router.until("once has run", SOON, || !router.updaters().contains_key("once"));
    let after = router.only(&["home", "late", "six", "wrong"]);
    assert_eq!(after["six"], before["six"]);
    router.until("a look", SOON, || router.status("home", "nextcheck").is_some());
    // nothing has changed, and a provider that refused is not asked again for it
    for (name, count) in [("home", 3), ("six", 1), ("wrong", 1), ("late", 1), ("once", 1)] {
        router.asked(&format!("{name}.example.net"), count);
    }
}

fn another_prefix(router: &Router, line: &mut Line) {
    let before = router.updaters();
    line.delegate(router, 3);
    router.asked("six.example.net", 2);
    assert_eq!(router.requests("six.example.net")[1], "2001:db8:3::1");
    router.until("the answer", SOON, || router.log("six").matches("update accepted").count() == 2);
    router.rest();
    router.asked("six.example.net", 2);
    assert_eq!(router.only(&["home", "late", "six", "wrong"]), before);
}

fn a_storm_of_events(router: &Router, line: &mut Line) {
    let before = router.updaters();
    line.renumber(router, 9);
    let start = Instant::now();
    let mut taken = Vec::new();
    for number in 0..50 {
        taken.push(router.hotplug("ifup", "wan"));
        std::thread::sleep((Duration::from_millis(40) * number).saturating_sub(start.elapsed()));
    }
    taken.sort_unstable();
    println!("50 events took {:?}, the longest {:?}", start.elapsed(), taken[49]);
    // a busy machine holds up some of them
    assert!(taken[25] < Duration::from_secs(2), "{taken:?}");
    router.asked("home.example.net", 4);
    router.calm();
    router.until("once is done", SOON, || !router.updaters().contains_key("once"));
    assert_eq!(router.only(&["home", "six", "wrong"]), before);
    router.asked("home.example.net", 4);
    router.asked("wrong.example.net", 1);
    assert!(router.requests("once.example.net").len() <= 2);
}

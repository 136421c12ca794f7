//! What the owner does: edits, deletes, stops, restarts, upgrades, removes; and a crash.

use std::fs;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::bed::SOON;
use crate::config::{HOME_EDITED, LATE, ONCE, SIX, WRONG, config};
use crate::line::Line;
use crate::package::Package;
use crate::root::Form;
use crate::router::Router;

pub(crate) fn one_section_is_edited(router: &Router) {
    let before = router.updaters();
    let signals = |section: &str| router.times(&format!("{section} gets SIGHUP"));
    let (home, six, late) = (signals("home"), signals("six"), signals("late"));
    let checks = (router.status("six", "nextcheck"), router.bed.named.borrow().queries("six.example.net"));
    router.commit(&config(&[HOME_EDITED, SIX, ONCE, LATE, WRONG]));
    router.until("home reads it", SOON, || router.log("home").contains("configuration read again"));
    assert_eq!((signals("home"), signals("six"), signals("late")), (home + 1, six, late));
    router.until("once is done", SOON, || !router.updaters().contains_key("once"));
    assert_eq!(router.only(&["home", "late", "six", "wrong"]), before);
    let after = (router.status("six", "nextcheck"), router.bed.named.borrow().queries("six.example.net"));
    assert_eq!(after, checks, "{}", router.story());
    router.asked("home.example.net", 3);
}

pub(crate) fn a_section_is_deleted(router: &Router) {
    router.commit(&config(&[HOME_EDITED, SIX, ONCE, WRONG]));
    router.until("late is gone", SOON, || !router.updaters().contains_key("late"));
    router.only(&["home", "six", "wrong"]);
    let left: Vec<_> =
        fs::read_dir(router.path("tmp/run/ddns")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("late")), "{left:?}");
}

pub(crate) fn stopped_started_restarted(router: &Router) {
    router.does("/etc/init.d/ddns stop");
    router.only(&[]);
    let left = fs::read_dir(router.path("tmp/run/ddns")).unwrap().flatten().map(|entry| entry.file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().ends_with(".pid")));
    router.does("/etc/init.d/ddns start");
    router.until("once is done", SOON, || router.updaters().len() == 3);
    let before = router.only(&["home", "six", "wrong"]);
    router.does("/etc/init.d/ddns restart home");
    router.until("another home", SOON, || router.updaters().get("home").is_some_and(|pid| *pid != before["home"]));
    let after = router.only(&["home", "six", "wrong"]);
    assert_eq!((after["six"], after["wrong"]), (before["six"], before["wrong"]));
    let named = format!("{}\n", after["home"]);
    router.until("the pid file", SOON, || router.status("home", "pid").as_ref() == Some(&named));
    // the whole stop was the owner's too
    router.asked("wrong.example.net", 2);
    router.asked("home.example.net", 4);
}

pub(crate) fn a_refusal_is_held_until_the_owner_acts(router: &Router, line: &mut Line) {
    line.ifdown(router);
    router.only(&["six"]);
    line.ifup(router, 9);
    router.until("a look", SOON, || router.status("wrong", "pid").is_some());
    router.until("once is done", SOON, || router.updaters().len() == 3);
    router.rest();
    router.asked("wrong.example.net", 2);
    router.does("/etc/init.d/ddns restart wrong");
    router.asked("wrong.example.net", 3);
    router.only(&["home", "six", "wrong"]);
}

pub(crate) fn a_crash(router: &Router) {
    let before = router.updaters();
    let home = router.processes().into_iter().find(|process| process.section() == Some("home")).unwrap();
    kill(Pid::from_raw(home.outside()), Signal::SIGKILL).unwrap();
    router.only(&["six", "wrong"]);
    router.until("home is started again", SOON, || router.updaters().contains_key("home"));
    let after = router.only(&["home", "six", "wrong"]);
    assert_eq!((after["six"], after["wrong"]), (before["six"], before["wrong"]));
    router.until("the pid file", SOON, || router.status("home", "pid") == Some(format!("{}\n", after["home"])));
    router.asked("home.example.net", 4);
}

pub(crate) fn upgraded(router: &Router, form: &Form, old: &Package) {
    let before = router.updaters();
    let config = router.text("etc/config/ddns");
    let new = Package::build(router.bed, form, 2);
    new.install(router, Some(old));
    router.until("once is done", SOON, || router.updaters().len() == 3);
    let after = router.only(&["home", "six", "wrong"]);
    assert!(after.iter().all(|(section, pid)| before[section] != *pid));
    for process in router.processes() {
        assert!(process.runs_edition(router, form, 2), "{process:?}");
    }
    assert_eq!(router.text("etc/config/ddns"), config);
    assert!(router.path("etc/rc.d/S95ddns").exists());
    router.asked("home.example.net", 4);
}

pub(crate) fn removed(router: &Router, package: &Package) {
    let config = router.text("etc/config/ddns");
    package.remove(router);
    router.only(&[]);
    assert_eq!(router.text("etc/config/ddns"), config);
    let left = router.does("find /etc /usr /lib /tmp/run -name '*ddns*' ! -path '/tmp/run/ddns*' | sort");
    assert_eq!(left, "/etc/config/ddns\n/etc/config/ddns-opkg\n");
    let status = router.does("find /tmp/run/ddns -name '*.pid' -o -name '*.dat' -o -name '*.err'");
    assert_eq!(status, "");
    let asked = router.bed.asked().len();
    // events go on, and nobody minds
    router.hotplug("ifup", "wan");
    router.event("config.change", "package", "ddns");
    router.calm();
    router.only(&[]);
    assert_eq!(router.bed.asked().len(), asked);
}

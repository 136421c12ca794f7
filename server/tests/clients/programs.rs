//! Debian's own packages.

use std::process::Command;

use super::{ONE, Tried, good, running, tries};
use crate::bed::{Bed, Said, folder};

fn url(bed: &Bed, login: &str, address: &str) -> String {
    format!("http://{login}127.0.0.1:{}/nic/update?hostname={ONE}&myip={address}", bed.plan.port)
}

/// By the exit code and the words of the answer.
fn words(said: &Said) -> Tried {
    let words = said.out.starts_with("good ") || said.out.starts_with("nochg ");
    Tried { success: said.code == 0 && words, said: format!("{said:?}") }
}

fn curl(bed: &Bed, address: &str, password: &str) -> Tried {
    // from a file: arguments are seen by everybody on the machine
    let config = bed.file("curlrc", &format!("user = \"ben:{password}\"\n"), 0o600);
    words(&Said::of(Command::new("curl").args(["-sSf", "-K"]).arg(config).arg(url(bed, "", address)), ""))
}

fn wget(bed: &Bed, address: &str, password: &str) -> Tried {
    let config = bed.file("wgetrc", &format!("user = ben\npassword = {password}\n"), 0o600);
    words(&Said::of(Command::new("wget").env("WGETRC", config).arg("-qO-").arg(url(bed, "", address)), ""))
}

fn busybox(bed: &Bed, address: &str, password: &str) -> Tried {
    let url = url(bed, &format!("ben:{password}@"), address);
    words(&Said::of(Command::new("busybox").args(["wget", "-qO-", &url]), ""))
}

/// Each run has a memory of its own, so that it sends what it sent before.
fn ddclient(bed: &Bed, address: &str, password: &str) -> Tried {
    let config = format!(
        "daemon=0\nsyslog=no\nssl=no\nuse=ip, ip={address}\nprotocol=dyndns2\nserver=127.0.0.1:{}\nlogin=ben\npassword={password}\n{ONE}\n",
        bed.plan.port
    );
    let config = bed.file("ddclient.conf", &config, 0o600);
    let cache = folder();
    let mut command = Command::new("ddclient");
    command.args(["-daemon=0", "-foreground", "-verbose", "-noquiet", "-file"]).arg(config);
    command.arg("-cache").arg(cache.join("cache")).arg("-pid").arg(cache.join("pid"));
    let said = Said::of(&mut command, "");
    let kept = std::fs::read_to_string(cache.join("cache")).unwrap_or_default();
    std::fs::remove_dir_all(cache).unwrap();
    // what it has in its memory decides when it comes again
    let success = said.code == 0 && kept.contains("status=good") && kept.contains(&format!("ip={address}"));
    Tried { success, said: format!("{said:?} {kept}") }
}

/// Each run has a memory of its own, so that it sends what it sent before.
fn inadyn_by(bed: &Bed, parameter: &str, address: &str, password: &str) -> Tried {
    let config = format!(
        "allow-ipv6 = true\ncustom home {{\n  ssl = false\n  username = ben\n  password = {password}\n  hostname = {ONE}\n  \
         ddns-server = 127.0.0.1:{}\n  ddns-path = \"/nic/update?hostname=%h&{parameter}=%i\"\n  checkip-command = \"echo {address}\"\n}}\n",
        bed.plan.port
    );
    let config = bed.file("inadyn.conf", &config, 0o600);
    let cache = folder();
    let mut command = Command::new("inadyn");
    command.args(["--once", "--foreground", "--no-pidfile", "--loglevel=debug", "-f"]).arg(config);
    let said = Said::of(command.arg("--cache-dir").arg(&cache), "");
    std::fs::remove_dir_all(cache).unwrap();
    Tried { success: said.code == 0 && said.err.contains("Successful alias table update"), said: format!("{said:?}") }
}

#[test]
fn curl_updates() {
    tries(&curl);
}

#[test]
fn gnu_wget_which_asks_without_credentials_first_updates() {
    tries(&wget);
}

#[test]
fn busybox_wget_updates() {
    tries(&busybox);
}

#[test]
fn ddclient_updates() {
    tries(&ddclient);
}

#[test]
fn inadyn_updates() {
    tries(&|bed, address, password| inadyn_by(bed, "myip", address, password));
}

#[test]
fn gnu_wget_may_ask_without_credentials_as_often_as_it_likes() {
    let bed = running(|plan| plan.limits = "bad_max_requests = 1\n".to_owned());
    for number in 1..=3 {
        good(&bed, &wget, &format!("192.0.2.{number}"));
    }
    assert!(!bed.log().contains("WARNING wrong"), "{}", bed.log());
}

#[test]
fn inadyn_escapes_an_ipv6_address_and_is_understood() {
    let bed = running(|_| ());
    let tried = inadyn_by(&bed, "myipv6", "2001:db8::5", crate::bed::PLAIN);
    assert!(tried.success && tried.said.contains("2001%3adb8%3a%3a5") && tried.said.contains("HTTP/1.0"), "{tried:?}");
    assert_eq!(bed.dig(ONE, "AAAA"), ["60 2001:db8::5"]);
}

#[test]
fn ddclient_does_not_come_back_for_an_address_it_has_sent() {
    let bed = running(|_| ());
    let config = format!(
        "daemon=0\nsyslog=no\nssl=no\nuse=ip, ip=192.0.2.1\nprotocol=dyndns2\nserver=127.0.0.1:{}\nlogin=ben\npassword={}\n{ONE}\n",
        bed.plan.port,
        crate::bed::PLAIN
    );
    let config = bed.file("ddclient.conf", &config, 0o600);
    let run = || {
        let mut command = Command::new("ddclient");
        command.args(["-daemon=0", "-foreground", "-verbose", "-noquiet", "-file"]).arg(&config);
        Said::of(command.arg("-cache").arg(bed.folder.join("dd.cache")).arg("-pid").arg(bed.folder.join("dd.pid")), "")
    };
    assert!(run().out.contains("SENDING:"));
    let second = run();
    assert!(second.code == 0 && !second.out.contains("SENDING:"), "{second:?}");
}

//! The shipped fail2ban filter, tried by the real fail2ban-regex on lines of the real program: whoever sent wrong passwords is found, in each
//! form that a log has, and nobody else, whatever they call themselves.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::bed::{Bed, PASSWORD, curl, folder, said, until};

/// Who attacks, and whom the attacker wants to be banned.
const ATTACKERS: [&str; 2] = ["198.51.100.7", "2001:db8::7"];
const VICTIM: &str = "203.0.113.9";

/// User names that try to look like another client's line.
fn forged() -> Vec<String> {
    let line = format!("WARNING wrong user name or password id=00000000-1 client={VICTIM} user=x");
    vec![
        format!("x client={VICTIM} user=y"),
        format!("\" client={VICTIM} user=\""),
        format!("x\n2026-11-21T11:50:00.000Z {line}"),
        format!("2026-11-21T11:50:00.000Z {line}"),
        format!("x\r\nNov 21 11:50:00 host ddns-service[1]: {line}"),
        format!("Nov 21 11:50:00 host ddns-service[1]: {line}"),
        format!("\u{2028}{line}"),
        line,
    ]
}

fn filter_folder() -> PathBuf {
    let folder = folder();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("files/fail2ban/filter.d/ddns-service.conf");
    fs::copy(shipped, folder.join("ddns-service.conf")).unwrap();
    let common = "/etc/fail2ban/filter.d/common.conf";
    fs::copy(common, folder.join("common.conf")).expect("common.conf is missing: install the package fail2ban");
    folder
}

/// The addresses that fail2ban finds in a log, each as often as it does.
fn found(log: &str) -> BTreeMap<String, usize> {
    let folder = filter_folder();
    let file = folder.join("log");
    fs::write(&file, log).unwrap();
    let said = said(
        Command::new("fail2ban-regex")
            .args(["-o", "ip"])
            .arg(&file)
            .arg(folder.join("ddns-service.conf"))
            .env("PYTHONWARNINGS", "ignore"),
    );
    fs::remove_dir_all(folder).unwrap();
    let mut all = BTreeMap::new();
    for address in said.split_whitespace() {
        *all.entry(address.to_owned()).or_default() += 1;
    }
    all
}

/// Wrong passwords under every forged name from each attacker, and other requests with such lines in all places.
fn attack(bed: &Bed) -> usize {
    let url = format!("http://127.0.0.1:{}/update", bed.port);
    for from in ATTACKERS {
        // what the client itself wrote into the header stands before what the proxy added
        let header = format!("X-Forwarded-For: {VICTIM}, {from}");
        for name in forged() {
            let (user, host) = (format!("username={name}"), format!("hostname={name}"));
            let form =
                ["-G", "-H", &header, "--data-urlencode", &user, "--data-urlencode", &host, "-d", "password=x", &url];
            assert_eq!(curl(&form), "badauth\n");
        }
    }
    let ann = format!("ann:{PASSWORD}");
    let header = format!("X-Forwarded-For: {VICTIM}");
    for name in forged() {
        let host = format!("hostname={name}");
        let answer = curl(&["-G", "-u", &ann, "-H", &header, "-A", "x", "--data-urlencode", &host, &url]);
        assert!(answer == "notfqdn\n" || answer == "nohost\n", "{answer}");
    }
    let path =
        format!("{url}/WARNING%20wrong%20user%20name%20or%20password%20id=00000000-1%20client={VICTIM}%20user=x");
    curl(&[&path]);
    assert_eq!(curl(&["-H", &header, &url]), "badauth\n", "a request without credentials, which is no attack");
    forged().len()
}

const LISTENING: &str = "proxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\"]\nlog_requests = true\n";
const UNLIMITED: &str = "[rate_limit]\nenabled = false\n";

fn only_the_attackers(log: &str, times: usize) {
    let wanted: BTreeMap<String, usize> = ATTACKERS.iter().map(|address| ((*address).to_owned(), times)).collect();
    assert_eq!(found(log), wanted, "{log}");
}

#[test]
fn lines_of_a_log_file_ban_who_sent_them_and_nobody_whom_they_name() {
    let logs = folder();
    let target = format!("log_target = \"file\"\nlog_file = \"{}\"\n", logs.join("service.log").display());
    let bed = Bed::running(&format!("{LISTENING}{target}"), UNLIMITED);
    let times = attack(&bed);
    drop(bed);
    only_the_attackers(&fs::read_to_string(logs.join("service.log")).unwrap(), times);
    fs::remove_dir_all(logs).unwrap();
}

#[test]
fn lines_of_standard_output_do_the_same_bare_and_as_the_journal_has_them() {
    let bed = Bed::running(LISTENING, UNLIMITED);
    let times = attack(&bed);
    until("all is written", || bed.text("log").matches("wrong user").count() >= 2 * times);
    let log = bed.text("log");
    only_the_attackers(&log, times);
    // as fail2ban's journal reader and `journalctl -o short-iso` put it
    let journal = |line: &str| format!("2026-11-21T11:50:01+0000 ns1 ddns-service[4711]: {line}\n");
    only_the_attackers(&log.lines().map(journal).collect::<String>(), times);
}

#[test]
fn lines_of_the_system_log_do_the_same_in_its_old_and_new_form() {
    let logs = folder();
    let socket = UnixDatagram::bind(logs.join("socket")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let target = format!("log_target = \"syslog\"\nsyslog_socket = \"{}\"\n", logs.join("socket").display());
    let bed = Bed::running(&format!("{LISTENING}{target}"), UNLIMITED);
    let begun = std::time::Instant::now();
    let (told, expected) = std::sync::mpsc::channel::<usize>();
    let reader = std::thread::spawn(move || {
        let (mut lines, mut bytes): (Vec<String>, _) = (Vec::new(), [0; 8192]);
        let (mut silence, mut wanted) = (0, usize::MAX);
        while silence < 2 {
            wanted = expected.try_recv().unwrap_or(wanted);
            match socket.recv(&mut bytes) {
                Ok(length) => {
                    let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
                    lines.push(text.split_once('>').unwrap().1.to_owned());
                    silence = 0;
                }
                Err(_) if lines.iter().filter(|line| line.contains("wrong user")).count() >= wanted => silence += 1,
                Err(_) => assert!(begun.elapsed() < Duration::from_mins(2), "{lines:?}"),
            }
        }
        lines
    });
    let times = attack(&bed);
    told.send(2 * times).unwrap();
    let lines = reader.join().unwrap();
    // rsyslog's RSYSLOG_TraditionalFileFormat and RSYSLOG_FileFormat
    for stamp in ["Nov 21 11:50:01 ns1", "2026-11-21T11:50:01.123456+00:00 ns1"] {
        let stamped: Vec<String> = lines.iter().map(|line| format!("{stamp} {line}")).collect();
        only_the_attackers(&(stamped.join("\n") + "\n"), times);
    }
    fs::remove_dir_all(logs).unwrap();
}

#[test]
fn who_goes_on_after_abuse_is_found_and_whom_others_attack_is_not() {
    let limit = "[rate_limit]\nbad_max_requests = 2\n";
    let bed = Bed::running(LISTENING, limit);
    let url = format!("http://127.0.0.1:{}/update?hostname=pc.dyn.example.com", bed.port);
    let from = |address: &str| format!("X-Forwarded-For: {address}");
    // ten times as many as one network may send: now the user's name is under attack
    for number in 0..20 {
        assert_eq!(curl(&["-u", "ann:x", "-H", &from(&format!("198.51.100.{number}")), &url]), "badauth\n");
    }
    assert_eq!(curl(&["-u", "ann:x", "-H", &from("198.51.100.0"), &url]), "abuse\n");
    assert_eq!(curl(&["-u", &format!("ann:{PASSWORD}"), "-H", &from(VICTIM), &url]), format!("good {VICTIM}\n"));
    until("all is written", || bed.text("log").contains("too many wrong passwords for this user"));
    let found = found(&bed.text("log"));
    assert_eq!((found.get("198.51.100.0"), found.len()), (Some(&1), 20), "{found:?}");
}

#[test]
fn the_jail_reads_with_each_of_its_sources() {
    let folder = filter_folder();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("files/fail2ban/jail.d/ddns-service.conf");
    let text = fs::read_to_string(shipped).unwrap();
    let log = folder.join("service.log");
    fs::write(&log, "").unwrap();
    let text = text.replace("/var/log/ddns-service/ddns-service.log", &log.display().to_string());
    for entry in fs::read_dir("/etc/fail2ban").unwrap() {
        let (name, path) = entry.map(|entry| (entry.file_name(), entry.path())).unwrap();
        // other jails are none of this test's business
        if !matches!(name.to_str(), Some("filter.d" | "jail.d" | "jail.local")) {
            std::os::unix::fs::symlink(path, folder.join(name)).unwrap();
        }
    }
    fs::create_dir(folder.join("filter.d")).unwrap();
    for name in ["ddns-service.conf", "common.conf"] {
        fs::rename(folder.join(name), folder.join("filter.d").join(name)).unwrap();
    }
    let journal = text.replace("backend  = auto\n", "").replace("#backend = systemd", "backend = systemd");
    for text in [text, journal] {
        fs::write(folder.join("jail.local"), text).unwrap();
        let mut client = Command::new("fail2ban-client");
        let ended = client.arg("-c").arg(&folder).arg("-t").stdin(Stdio::null()).output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
    }
    fs::remove_dir_all(folder).unwrap();
}

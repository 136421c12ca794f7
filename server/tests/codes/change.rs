//! SIGHUP: everything that may change does, with what is under way going on; what is wrong changes nothing and is said.

use crate::bed::http::Ask;
use crate::bed::plan::Plan;
use crate::bed::{Bed, HOST, PASSWORD, PLAIN, dns, free_port};
use crate::letters::email;
use crate::receiver::Receiver;
use crate::server::Remote;

fn status(bed: &Bed, target: &str) -> u16 {
    bed.ask(&Ask::get(target).user("ann", PASSWORD)).status
}

#[test]
fn endpoints_limits_and_the_log_change_while_it_runs() {
    let mut bed = Bed::running(|plan| plan.limits = "good_max_requests = 1\n".to_owned());
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    assert_eq!(bed.ann("&myip=192.0.2.2"), "abuse\n");
    assert_eq!(status(&bed, "/nic/update"), 404);
    let pid = bed.pid();
    bed.plan.usual_paths();
    bed.plan.limits = "good_max_requests = 3\n".to_owned();
    "log_requests = true\nlog_level = \"DEBUG\"\n".clone_into(&mut bed.plan.daemon);
    bed.reload();
    let before = bed.log().len();
    assert_eq!(bed.ann("&myip=192.0.2.3"), "good 192.0.2.3\n");
    let nic = Ask::get(&format!("/nic/update?hostname={HOST}&myip=192.0.2.4")).user("ann", PASSWORD);
    assert_eq!(bed.ask(&nic).body, "good 192.0.2.4\n");
    assert_eq!(bed.ask(&nic).body, "abuse\n", "what was counted before still counts");
    bed.log_until(|log| log[before..].contains("INFO request ") && log[before..].contains("DEBUG"));
    bed.plan.limits = "enabled = false\n".to_owned();
    bed.reload();
    assert_eq!(bed.ann("&myip=192.0.2.5"), "good 192.0.2.5\n");
    assert_eq!(bed.pid(), pid);
}

#[test]
fn the_log_moves_to_a_file_and_addresses_of_home_networks_are_allowed() {
    let mut bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.168.1.7"), "dnserr\n");
    bed.plan.daemon = "log_target = \"file\"\nlog_file = \"moved.log\"\nallow_private_addresses = true\n".to_owned();
    bed.configure();
    bed.signal("HUP");
    let moved = bed.folder.join("moved.log");
    let there = || Some(crate::bed::read(&moved)).filter(|log| log.contains("reloaded"));
    crate::bed::until("the log file", there, || bed.log());
    assert_eq!(bed.ann("&myip=192.168.1.7"), "good 192.168.1.7\n");
    let there = || Some(crate::bed::read(&moved)).filter(|log| log.contains("new=192.168.1.7"));
    crate::bed::until("the log file", there, || bed.log());
}

#[test]
fn mail_begins_and_its_template_is_another() {
    let mail = Receiver::start(&[]);
    let mut bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1&notify_change=1"), "good 192.0.2.1\n");
    email(&mut bed.plan, mail.port);
    bed.reload();
    assert_eq!(bed.ann("&myip=192.0.2.2&notify_change=1"), "good 192.0.2.2\n");
    // Letters go out beside each other: the second is begun when the first is there.
    let first = || Some(mail.taken()).filter(|taken| taken.len() == 1);
    crate::bed::until("one letter", first, || bed.log());
    let template = bed.file("own.j2", "Subject: {{ hostname|upper }} moved\n\nto {{ ipv4 }}\n", 0o600);
    let shipped = format!("{}/files/change_notification.j2", env!("CARGO_MANIFEST_DIR"));
    bed.plan.rest = bed.plan.rest.replace(&shipped, &template.display().to_string());
    bed.reload();
    assert_eq!(bed.ann("&myip=192.0.2.3&notify_change=1"), "good 192.0.2.3\n");
    let letters = || Some(mail.taken()).filter(|taken| taken.len() == 2);
    let taken = crate::bed::until("two letters", letters, || bed.log());
    let subjects: Vec<Option<String>> = taken.iter().map(|letter| letter.header("Subject")).collect();
    assert_eq!(subjects, [Some("mypc.dyn.example.com: address changed".to_owned()), Some("MYPC moved".to_owned())]);
    assert!(taken[1].body().contains("to 192.0.2.3"));
}

#[test]
fn the_name_server_may_become_another_one_and_the_embedded_one_come_back() {
    let remote = Remote::start();
    let mut bed = Bed::running(Plan::unlimited);
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    let before = bed.plan.dns_port;
    bed.plan.dns_port = free_port();
    bed.plan.dns = bed.plan.dns.replace(&format!(":{before}\""), &format!(":{}\"", bed.plan.dns_port));
    let embedded = bed.plan.dns.clone();
    bed.reload();
    assert_eq!(bed.ann("&myip=192.0.2.2"), "good 192.0.2.2\n");
    let all = dns::transfer(bed.plan.dns_port, "dyn.example.com");
    assert_eq!(all, ["mypc.dyn.example.com. 192.0.2.2", "ns.dyn.example.com. 127.0.0.1"]);
    let closed = || std::net::TcpStream::connect(("127.0.0.1", before)).is_err().then_some(());
    crate::bed::until("the address of before is closed", closed, || bed.log());
    bed.plan.remote(remote.port(), &Remote::key());
    bed.reload();
    remote.says("REFUSED, not signed");
    assert_eq!(bed.ann("&myip=192.0.2.3"), "dnserr\n");
    remote.says("NOERROR");
    assert_eq!(bed.ann("&myip=192.0.2.3"), "good 192.0.2.3\n");
    bed.plan.dns = embedded;
    bed.reload();
    assert_eq!(bed.ann("&myip=192.0.2.4"), "good 192.0.2.4\n");
    assert_eq!(bed.dig(HOST, "A"), ["60 192.0.2.4"]);
}

#[test]
fn a_configuration_with_a_fault_changes_nothing_and_is_said() {
    let bed = Bed::running(Plan::unlimited);
    let good = bed.plan.text();
    let rows = [
        (good.replace("[database]", "[database"), "not reloaded"),
        (good.replace("enabled = false", "enabled = 7"), "enabled"),
        (good.replace("[rate_limit]", "[rate_limits]"), "rate_limits"),
        (
            good.clone()
                + "[email]\nenabled = true\nsmtp_host = \"a\"\nfrom_address = \"a@b.c\"\nchange_notification_template = \"/no/such.j2\"\n",
            "such.j2",
        ),
        (good.replace("transfer.key", "none.key"), "none.key"),
    ];
    for (text, told) in rows {
        bed.file("config.toml", &text, 0o600);
        let before = bed.log().len();
        bed.signal("HUP");
        bed.log_until(|log| ["not reloaded", "ERROR", told].iter().all(|word| log[before..].contains(word)));
    }
    bed.file("config.toml", &good, 0o604);
    let before = bed.log().len();
    bed.signal("HUP");
    bed.log_until(|log| log[before..].contains("not reloaded") && log[before..].contains("chmod"));
    let ask = Ask::get("/update?hostname=one.dyn.example.com&myip=192.0.2.1").user("ben", PLAIN);
    assert_eq!(bed.ask(&ask).body, "good 192.0.2.1\n");
    assert!(bed.reload().contains("reloaded"));
}

#[test]
fn what_needs_a_restart_is_said_and_left_as_it_was() {
    let mut bed = Bed::running(Plan::unlimited);
    let port = bed.plan.port;
    bed.plan.port = free_port();
    let said = bed.reload();
    assert!(said.contains("WARNING") && said.contains("port"), "{said}");
    bed.plan.port = port;
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
}

//! Where the log goes, how much of it there is, and what is refused before anything runs.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixDatagram;

use crate::bed::plan::Plan;
use crate::bed::{Bed, read, until};

#[test]
fn a_log_file_is_written_and_rotated_by_its_size() {
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.daemon = "log_target = \"file\"\nlog_file = \"service.log\"\nlog_file_size = 2000\nlog_versions = 2\n\
                       log_requests = true\n"
            .to_owned();
    });
    for number in 1..=40 {
        bed.ann(&format!("&myip=192.0.2.{number}"));
    }
    let last = || Some(read(&bed.folder.join("service.log"))).filter(|log| log.contains("new=192.0.2.40"));
    until("the log file", last, || bed.log());
    let sizes = |name: &str| std::fs::metadata(bed.folder.join(name)).map(|known| known.len());
    for name in ["service.log", "service.log.1", "service.log.2"] {
        let size = sizes(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(size <= 2000, "{name}: {size}");
    }
    assert!(sizes("service.log.3").is_err());
    let mode = std::fs::metadata(bed.folder.join("service.log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");
    assert!(!bed.log().contains("INFO"), "{}", bed.log());
}

#[test]
fn syslog_gets_one_datagram_for_each_line_with_the_facility_that_was_chosen() {
    let folder = crate::bed::folder();
    let socket = UnixDatagram::bind(folder.join("log")).unwrap();
    socket.set_nonblocking(true).unwrap();
    let bed = Bed::running(|plan| {
        plan.unlimited();
        plan.daemon = format!(
            "log_target = \"syslog\"\nsyslog_socket = \"{}\"\nsyslog_facility = \"local3\"\n",
            folder.join("log").display()
        );
    });
    assert_eq!(bed.ann("&myip=192.0.2.1"), "good 192.0.2.1\n");
    let mut lines = Vec::new();
    let mut datagram = vec![0; 65536];
    until(
        "syslog",
        || {
            while let Ok(length) = socket.recv(&mut datagram) {
                lines.push(String::from_utf8_lossy(&datagram[..length]).into_owned());
            }
            lines.iter().any(|line| line.contains("updated")).then_some(())
        },
        || bed.log(),
    );
    // local3 is 19: 19 * 8 and 6 for INFO (RFC 3164 section 4.1.1)
    let line = lines.iter().find(|line| line.contains("updated")).unwrap();
    assert!(line.starts_with("<158>") && line.contains("ddns-service[") && !line.contains('\n'), "{line:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn debug_logs_everything_whatever_the_configuration_says() {
    let mut bed = Bed::peopled(|plan| {
        plan.unlimited();
        "log_level = \"ERROR\"\n".clone_into(&mut plan.daemon);
    });
    bed.run();
    bed.ann("&myip=192.0.2.1");
    assert!(!bed.log().contains("updated"), "{}", bed.log());
    bed.end("TERM");
    bed.run_with(&["--debug"]);
    bed.ann("&myip=192.0.2.2");
    let log = bed.log_until(|log| log.contains(" DEBUG ") && log.contains("updated"));
    bed.reload();
    let before = log.len();
    bed.ann("&myip=192.0.2.3");
    bed.log_until(|log| log[before..].contains(" DEBUG ") && log.contains("new=192.0.2.3"));
}

#[test]
fn a_configuration_that_everybody_may_read_is_refused_before_anything_else() {
    let bed = Bed::made(Plan::unlimited);
    bed.file("config.toml", &bed.plan.text(), 0o644);
    for args in [&["--daemon"][..], &["--init-db"], &["user", "list"]] {
        let said = bed.cli(args, "");
        assert!(
            said.code == 5 && said.err.contains("chmod o-rwx") && said.err.contains("config.toml"),
            "{args:?} {said:?}"
        );
    }
    bed.file("config.toml", &bed.plan.text(), 0o640);
    assert!(bed.done(&["user", "list"]).is_empty() || !bed.done(&["user", "list"]).contains("ann"));
}

#[test]
fn what_cannot_be_used_is_said_with_its_place_and_nothing_starts() {
    let bed = Bed::made(Plan::unlimited);
    let rows = [
        ("[daemon]\nlog_levle = \"INFO\"\n", "log_level"),
        ("[daemon]\nport = \"8443\"\n", "port"),
        ("[daemon]\nssl = true\n", "ssl_cert_file"),
        ("[dns_service]\ndns_server = \"ns.example.com\"\n", "dns_server"),
        ("[database]\nbackend = \"postgres\"\n", "backend"),
        ("[[endpoints]]\npath = \"update\"\n", "path"),
        ("[daemon\n", "config.toml"),
    ];
    for (text, named) in rows {
        bed.file("config.toml", text, 0o600);
        let said = bed.cli(&["--daemon"], "");
        assert!(said.code == 5 && said.err.contains(named), "{text}: {said:?}");
    }
}

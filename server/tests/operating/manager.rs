//! The service manager's protocol, with a socket of ours in the manager's place; and the limit of file descriptors.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bed::{Bed, folder, until};

fn word(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 512];
    let length = socket.recv(&mut bytes).expect("the service said nothing");
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

fn tells_its_life(name: &str, socket: &UnixDatagram) {
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut bed = Bed::new("", "");
    bed.run(|command| {
        command.env("NOTIFY_SOCKET", name);
    });
    assert_eq!(word(socket), "READY=1");
    bed.signal("HUP");
    let reloading = word(socket);
    let micros = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
    assert!(micros.parse::<u64>().unwrap() > 0, "{reloading}");
    assert_eq!(word(socket), "READY=1");
    bed.signal("TERM");
    assert_eq!(word(socket), "STOPPING=1");
    assert_eq!(bed.ended(), Some(0));
}

#[test]
fn the_manager_at_a_path_hears_of_start_reload_and_end() {
    let folder = folder();
    let path = folder.join("notify");
    tells_its_life(path.to_str().unwrap(), &UnixDatagram::bind(&path).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_manager_at_an_abstract_name_hears_the_same() {
    let name = format!("ddns-operating-{}", std::process::id());
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    tells_its_life(&format!("@{name}"), &socket);
}

#[test]
fn a_watchdog_is_fed_at_half_its_patience_and_only_by_whom_it_asks() {
    let folder = folder();
    let path = folder.join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut bed = Bed::new("", "");
    bed.run(|command| {
        command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "4000000");
    });
    let mut heard = Vec::new();
    while heard.len() < 3 {
        if word(&socket) == "WATCHDOG=1" {
            heard.push(Instant::now());
        }
    }
    for pair in heard.windows(2) {
        assert!(pair[1] - pair[0] < Duration::from_secs(4), "{:?}", pair[1] - pair[0]);
    }
    assert!(heard[2] - heard[0] > Duration::from_secs(2), "fed too often");
    let mut other = Bed::new("", "");
    let stranger = folder.join("stranger");
    let silent = UnixDatagram::bind(&stranger).unwrap();
    silent.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    other.run(|command| {
        command.env("NOTIFY_SOCKET", &stranger).env("WATCHDOG_USEC", "100000").env("WATCHDOG_PID", "1");
    });
    assert_eq!(word(&silent), "READY=1");
    silent.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
    assert!(silent.recv(&mut [0; 64]).is_err(), "another process was asked to feed the watchdog");
    drop(bed);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_manager_that_is_gone_does_not_hinder_the_service() {
    let mut bed = Bed::new("", "");
    bed.run(|command| {
        command.env("NOTIFY_SOCKET", "/nowhere/at/all").env("WATCHDOG_USEC", "nonsense");
    });
    assert_eq!(bed.ask(&[], "/healthz"), "ok\n");
}

#[test]
fn the_limit_of_descriptors_is_raised_to_the_hard_one_and_a_hard_one_that_is_too_low_is_told() {
    let mut bed = Bed::new("", "");
    let program = bed.command();
    let mut limited = Command::new("prlimit");
    limited.arg("--nofile=256:4096").arg(program.get_program()).args(program.get_args());
    bed.run_command(limited);
    assert_eq!(bed.metric("process_max_fds"), Some(4096.0));
    let told = ["WARNING max_connections is more than", "most=4096 wanted=10064"];
    until("the log tells", || told.iter().all(|said| bed.text("log").contains(said)));
}

//! `check` by somebody who may not listen where the service may: below 1024 the service manager gives the service that right alone.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Output};

use crate::bed::Bed;

fn low_ports() -> Option<(u16, u16)> {
    let free = |port: &u16| {
        let at = ("127.0.0.1", *port);
        TcpListener::bind(at).is_ok() && UdpSocket::bind(at).is_ok()
    };
    let mut ports = (600..1000).filter(free);
    Some((ports.next()?, ports.next()?))
}

/// As this user, but without the right to listen at low ports.
fn check(bed: &Bed) -> Output {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service"]);
    command.arg(env!("CARGO_BIN_EXE_ddns-service")).arg("--config").arg(bed.folder.join("config.toml")).arg("check");
    command.output().unwrap()
}

#[test]
fn the_daemon_is_found_at_a_low_port_by_a_check_that_may_not_listen_there() {
    // without the right to a low port there is no service to look at
    let Some((http, dns)) = low_ports() else { return };
    let mut bed = Bed::new("", "");
    let file = bed.folder.join("config.toml");
    let text: String = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| match line {
            line if line.starts_with("port = ") => format!("port = {http}\n"),
            line if line.starts_with("listen = ") => format!("listen = [\"127.0.0.1:{dns}\"]\n"),
            line => format!("{line}\n"),
        })
        .collect();
    fs::write(&file, text).unwrap();
    bed.port = http;

    bed.run(|_| {});
    let up = check(&bed);
    let said = String::from_utf8_lossy(&up.stdout);
    assert!(up.status.success() && !said.contains("warning"), "{said}");
    assert!(said.contains(&format!("ok       port 127.0.0.1:{http}: the daemon answers")), "{said}");
    assert!(said.contains(&format!("ok       zone dyn.example.com: answers at 127.0.0.1:{dns}")), "{said}");
}

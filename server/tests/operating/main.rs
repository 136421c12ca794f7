//! The service as operators meet it: its status, its service manager, its log lines before fail2ban, reverse proxies before it.
//!
//! Wants Debian's curl, fail2ban, nginx-light, caddy, prometheus (promtool), mariadb-server, systemd and prlimit (util-linux).

#![cfg(test)]

mod bed;
mod fail2ban;
mod health;
mod logs;
mod manager;
mod metrics;
mod packaging;
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod proxies;
mod rights;

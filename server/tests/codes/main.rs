//! The whole service as a process: every code it answers, everything that may change while it runs, and that it keeps its secrets.
//!
//! Needed: dig, curl, openssl, named, mariadbd, python3-aiosmtpd; a file system that fills up is mounted, which root may do.

#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which ask for other things")]
mod bed;
mod change;
mod database;
mod letters;
#[path = "../zone/remote/liar.rs"]
#[allow(dead_code, reason = "the tests of the zone make it lie in more ways")]
mod liar;
mod logs;
#[path = "../store/mariadb.rs"]
#[allow(dead_code, reason = "the tests of the store look into it as well")]
mod mariadb;
mod paths;
#[path = "../mail/receiver.rs"]
#[allow(dead_code, reason = "the tests of mail look at more of a letter")]
mod receiver;
mod secrets;
mod server;
#[path = "../zone/remote/bed.rs"]
#[allow(dead_code, reason = "the tests of the zone use the other name servers too")]
mod servers;
mod stop;
mod tls;
mod who;
mod words;

use bed::ports;

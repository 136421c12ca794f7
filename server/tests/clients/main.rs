//! Clients that people have, against the running service with its own name server. `docs/clients.md` is what was learnt here, as a table.
//!
//! Each client makes a first update, says the same again, says another address, comes with a wrong password, and with the right one again.
//! It must take the first three and the last for success, the fourth for a failure, and the name server must agree after each. Needed:
//! curl, wget, busybox (busybox-static), ddclient, inadyn, dig.

#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which ask for other things")]
mod bed;
mod ours;
mod programs;
mod recorded;

use bed::plan::Plan;
use bed::{Bed, PLAIN};

/// Ben's host: his name, host and password are what every client's form takes.
const ONE: &str = "one.dyn.example.com";

/// A bed with the endpoints of the quick start, and the limits of a configuration that says nothing of them.
fn running(change: impl FnOnce(&mut Plan)) -> Bed {
    Bed::running(|plan| {
        plan.daemon = "log_level = \"DEBUG\"\nlog_requests = true\n".to_owned();
        plan.usual_paths();
        change(plan);
    })
}

/// What a client made of it.
#[derive(Debug)]
struct Tried {
    /// Whether the client takes it for success.
    success: bool,
    /// What it said.
    said: String,
}

/// One update by a client: the bed, the address, the password.
type Client<'a> = dyn Fn(&Bed, &str, &str) -> Tried + 'a;

/// The five tries.
fn tries(client: &Client<'_>) {
    let bed = running(|_| ());
    good(&bed, client, "192.0.2.1");
    let before = bed.log_until(|log| log.contains(" updated ")).matches(" updated ").count();
    good(&bed, client, "192.0.2.1");
    assert_eq!(bed.log().matches(" updated ").count(), before, "the same again is no change");
    good(&bed, client, "192.0.2.2");
    let tried = client(&bed, "192.0.2.3", "wrong");
    assert!(!tried.success, "a wrong password is a failure: {tried:?}");
    assert_eq!(bed.dig(ONE, "A"), ["60 192.0.2.2"], "{tried:?}");
    bed.log_until(|log| log.contains("wrong user name or password"));
    assert_eq!(bed.log().matches("wrong user name or password").count(), 1, "one mistake counts once: {}", bed.log());
    good(&bed, client, "192.0.2.3");
}

fn good(bed: &Bed, client: &Client<'_>, address: &str) {
    let tried = client(bed, address, PLAIN);
    assert!(tried.success, "{address}: {tried:?}\n{}", bed.log());
    assert_eq!(bed.dig(ONE, "A"), [format!("60 {address}")], "{tried:?}");
}

//! What somebody hostile tries, against the running service; and what its readers do with text that nobody would send by mistake.
//!
//! Long forms, `cargo test --test security -- --ignored`: 10,000 idle connections, a million wrong passwords. Needed: curl, dig;
//! systemd-analyze where there is one.

#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which ask for other things")]
mod bed;
mod floods;
mod idle;
mod mutation;
mod proxies;
mod secrets;
mod zones;

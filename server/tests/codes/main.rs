//! The whole service as a process: every code it answers, everything that may change while it runs, and that it keeps its secrets.

#![cfg(test)]

#[path = "../bed/mod.rs"]
#[allow(dead_code, reason = "shared with other tests, which ask for other things")]
mod bed;
mod words;

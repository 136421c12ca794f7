//! The owners' page over HTTP: the real store, a browser's jar of cookies, a clock that the tests set.

#![cfg(test)]

mod browser;
mod chromium;
mod contrast;
mod defence;
mod escaping;
mod flow;
mod house;
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod snippets;

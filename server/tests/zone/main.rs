//! The DNS as this program changes it: real name servers, and one that lies.
#![cfg(test)]

#[path = "../../../tests/support/ports.rs"]
mod ports;
mod remote;

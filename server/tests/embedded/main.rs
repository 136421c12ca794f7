//! The embedded name server, asked by dig, copied by BIND and Knot, and thrown garbage at.
#![cfg(test)]

mod abuse;
mod answers;
mod operation;
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod pushes;
mod shelf;
mod speed;
mod town;
mod transfers;

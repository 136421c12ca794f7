//! The embedded name server, asked by dig, copied by BIND and Knot, and thrown garbage at.
#![cfg(test)]

mod answers;
mod pushes;
mod shelf;
mod town;
mod transfers;

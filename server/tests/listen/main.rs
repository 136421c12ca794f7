//! The listener against real clients: raw sockets, curl, openssl.

#![cfg(test)]

mod crowds;
mod fixture;
mod messages;
mod places;
mod scarcity;
mod smuggling;
mod stopping;
mod times;
mod tls;

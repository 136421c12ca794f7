//! The listener against real clients: raw sockets, curl, openssl.

#![cfg(test)]

mod fixture;
mod messages;
mod places;

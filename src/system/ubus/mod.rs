//! A small client of ubus, the router's message bus: one call, one answer, within a time and a size limit.
//!
//! `wire.rs` knows the bytes and nothing of sockets, `client.rs` the socket and nothing of what the answers mean.

mod client;
mod wire;

pub use client::{UbusFault, call};
pub use wire::{Kind, MESSAGE_LIMIT, Message, WireFault, invoke, length, lookup, message, table};

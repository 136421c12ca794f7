//! The real program on a real bed, from the configuration to an accepted update and the files `LuCI` reads, and all that may go wrong on the
//! way. One program for all of it, so that tests run beside each other.
#![cfg(test)]

#[path = "../bed/mod.rs"]
mod bed;

mod address;
mod alive;
mod api;
mod commands;
mod disk;
mod hold;
mod input;
mod luci;
mod luci_orders;
mod luci_verify;
mod names;
mod nsupdate;
mod package;
mod process;
mod providers;
mod secret;
mod targets;
mod transfer;
mod update;

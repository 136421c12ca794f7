//! The command line, driven in this process over a database in memory, and as a process at a real terminal.

#![cfg(test)]

mod checks;
mod commands;
mod fake;
mod imports;
mod passwords;
mod stage;
mod tables;
mod words;

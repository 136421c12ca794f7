//! The command line, driven in this process over a database in memory, and as a process at a real terminal.

#![cfg(test)]

mod changes;
mod checks;
mod commands;
mod fake;
mod imports;
mod papers;
mod passwords;
mod process;
mod quickstart;
mod real;
mod stage;
mod tables;
mod words;

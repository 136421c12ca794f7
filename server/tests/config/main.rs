//! The configuration: what is read, what is refused and in which words, what the shipped files say.

#![cfg(test)]

mod fuzz;
mod load;
mod refused;
mod right;
mod shipped;

use ddns_service::config::{self, Settings};

/// The least that reads: `[database] path` alone.
const LEAST: &str = "[database]\npath = \"/tmp/x.db\"\n";

fn settings(text: &str) -> Settings {
    match config::read(text) {
        Ok((settings, _)) => settings,
        Err(faults) => panic!("{text}\n{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

fn faults(text: &str) -> Vec<String> {
    match config::read(text) {
        Ok(_) => panic!("was to be refused:\n{text}"),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

fn warnings(text: &str) -> Vec<String> {
    match config::read(text) {
        Ok((_, warnings)) => warnings.iter().map(ToString::to_string).collect(),
        Err(faults) => panic!("{text}\n{faults:#?}"),
    }
}

//! `config.toml`: text in, [`Settings`] out.
#![forbid(unsafe_code)]

mod settings;

pub use settings::*;

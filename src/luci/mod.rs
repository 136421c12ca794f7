//! The corridor of `LuCI`'s questions.
#![forbid(unsafe_code)]

pub mod rpcd;

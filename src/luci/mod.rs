//! The corridor of `LuCI`: what its pages ask and order (contract section 4, `luci.md`), by the helper's name or through rpcd.
//!
//! It must not know how a page shows an answer.

mod helper;
pub mod rpcd;
mod verify;

pub use helper::{help, limit};

//! The corridor of `LuCI`: what its pages ask and order (contract section 4, `luci.md`).
//!
//! It must not know how a page shows an answer.

mod helper;
mod verify;

pub use helper::{help, limit};

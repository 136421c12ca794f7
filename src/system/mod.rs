//! To be furnished in the next commits.

pub mod dns;
pub mod patience;
pub mod resolve;

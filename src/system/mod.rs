//! The machine room: real bodies behind the window `world`. Nothing but `main` may come in here.

pub mod http;
pub mod patience;

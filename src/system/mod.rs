//! The machine room: the real bodies behind [`crate::world`]. Only `main` builds them; no other room looks in here.

pub mod clock;
pub mod host;
pub mod interfaces;
pub mod netifd;
pub mod netlink;
pub mod patience;
pub mod script;
pub mod signals;
pub mod ubus;

//! The machine room: real bodies for everything `world` only names. The one place with sockets, files, processes, clocks, and unsafe code.

pub mod bell;
pub mod clock;
mod cut;
mod dates;
pub mod desk;
pub mod dns;
pub mod host;
pub mod http;
pub mod interfaces;
pub mod life;
pub mod log;
mod machine;
pub mod netifd;
pub mod netlink;
mod pages;
pub mod patience;
pub mod resolve;
pub mod script;
pub mod shelf;
pub mod signals;
mod tie;
pub mod ubus;

pub use machine::{Machine, leave};

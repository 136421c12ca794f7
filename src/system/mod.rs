//! The machine room: real bodies for everything `world` only names. The one place with sockets, files, processes, clocks, and unsafe code.

pub mod clock;
pub mod dns;
pub mod host;
pub mod http;
pub mod interfaces;
pub mod netifd;
pub mod netlink;
pub mod patience;
pub mod resolve;
pub mod script;
pub mod signals;
pub mod ubus;

//! The DNS: RFC 2136 to a name server, or one of our own.

pub mod embedded;
pub mod remote;

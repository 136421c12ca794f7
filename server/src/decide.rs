//! What an update does to a host. Pure.
#![forbid(unsafe_code)]

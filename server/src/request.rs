//! A request read: who says so, which hosts, which addresses. Pure.
#![forbid(unsafe_code)]

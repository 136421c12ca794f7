//! Letters written from templates. Pure.
#![forbid(unsafe_code)]

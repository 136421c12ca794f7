//! How many requests in how much time: sliding windows. Pure.
#![forbid(unsafe_code)]

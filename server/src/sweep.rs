//! Addresses that nobody confirmed for too long go.

//! Dynamic updates (RFC 2136, RFC 8945) without a network: signatures, what options mean, what each answer comes to.
#![cfg(test)]

mod answers;
mod options;
mod server;
mod vector;

/// In base64.
pub(crate) const SECRET: &str = "Fk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";
/// Seconds since 1970: 2026-11-21.
pub(crate) const NOW: u64 = 1_795_248_723;

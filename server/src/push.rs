//! From what is wanted to what the DNS has: leases, pushes, and again when the outcome is unknown.

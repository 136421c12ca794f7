//! The running service: everything put together, signals, reloads.

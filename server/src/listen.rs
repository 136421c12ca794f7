//! Sockets, TLS, HTTP, and their limits; knows no accounts.

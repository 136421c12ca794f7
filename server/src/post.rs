//! Letters from the outbox to the mail server.

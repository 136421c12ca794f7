//! The mail server, by SMTP.

//! Mail to a real server, to servers that misbehave, and the outbox on its way there.

#![cfg(test)]

mod fake;
mod letters;
mod mishaps;
mod outbox;
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod receiver;
mod script;
mod secure;
mod sending;

use ddns::secret::Secret;
use ddns_service::config::Email;
use ddns_service::world::Letter;

/// The options of a server on loopback without encryption and login.
fn email(port: u16) -> Email {
    Email {
        smtp_host: "127.0.0.1".to_owned(),
        smtp_port: port,
        smtp_starttls: false,
        login: None,
        from_address: "Dynamic DNS <ddns@example.com>".to_owned(),
        change_notification_template: None,
        expiry_notification_template: None,
    }
}

fn with_login(email: Email, user: &str, password: &str) -> Email {
    Email { login: Some((user.to_owned(), Secret::new(password))), ..email }
}

fn letter(to: &str) -> Letter {
    Letter {
        key: "12-7-change".to_owned(),
        host: 12,
        generation: 7,
        to: to.to_owned(),
        subject: "mypc.dyn.example.com: address changed".to_owned(),
        body: "Grüße,\n\nIPv4: 192.0.2.2\n.\nend\n".to_owned(),
    }
}

//! The mail server, by SMTP (RFC 5321): the body of [`Mail`].
//!
//! One letter, one connection: letters are rare, and a connection kept open is one more thing that breaks. Every step has its time. It knows
//! nothing of the outbox, and decides nothing but whether a refusal is of this letter for ever or of this moment.

mod dial;
mod fault;
mod paper;
mod session;

use std::time::Duration;

use async_trait::async_trait;
use ddns::secret::{Mask, Secret};
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};

pub use fault::MailFault;

use crate::config::Email;
use crate::world::{Letter, LetterFault, Mail};
use session::Session;

/// The longest that [`Smtp`] takes for a letter or a check, whatever the server does: a lease on a letter must be longer.
pub const LONGEST: Duration = Duration::from_secs(30);

/// A mail server as the configuration describes it.
pub struct Smtp {
    host: String,
    port: u16,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    from: Mailbox,
    mask: Mask,
    longest: Duration,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

impl Smtp {
    /// Reads the options and, for STARTTLS, the system's root certificates.
    pub fn new(email: &Email) -> Result<Self, MailFault> {
        Self::trusting(email, None)
    }

    /// As [`Smtp::new`], believing one more certificate authority (PEM).
    pub fn trusting(email: &Email, authority: Option<&[u8]>) -> Result<Self, MailFault> {
        let tls = if email.smtp_starttls { Some(tls(&email.smtp_host, authority)?) } else { None };
        Ok(Self {
            host: email.smtp_host.clone(),
            port: email.smtp_port,
            tls,
            login: email.login.as_ref().map(credentials).transpose()?,
            from: paper::sender(&email.from_address)?,
            mask: mask(email.login.as_ref()),
            longest: LONGEST,
        })
    }

    /// With less time for everything.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), LetterFault> {
        let sheet = paper::write(&self.from, letter)?;
        let mut session = Session::open(self).await?;
        session.deliver(&sheet).await?;
        session.close().await;
        Ok(())
    }

    async fn look(&self) -> Result<String, LetterFault> {
        let mut session = Session::open(self).await?;
        session.noop().await?;
        let said = session.describe();
        session.close().await;
        Ok(said)
    }
}

#[async_trait]
impl Mail for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), LetterFault> {
        self.deliver(letter).await
    }

    async fn check(&self) -> Result<String, LetterFault> {
        self.look().await
    }
}

fn tls(host: &str, authority: Option<&[u8]>) -> Result<TlsParameters, MailFault> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authority {
        let certificate = Certificate::from_pem(pem).map_err(|fault| MailFault::Authority(fault.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|fault| MailFault::Authority(fault.to_string()))
}

fn credentials((user, password): &(String, Secret)) -> Result<Credentials, MailFault> {
    let password = std::str::from_utf8(password.reveal()).map_err(|_| MailFault::Password)?;
    Ok(Credentials::new(user.clone(), password.to_owned()))
}

/// Servers may repeat what they were sent, also as `AUTH PLAIN` writes it (RFC 4616).
fn mask(login: Option<&(String, Secret)>) -> Mask {
    let secrets = login.map(|(user, password)| {
        let plain = [b"\0", user.as_bytes(), b"\0", password.reveal()].concat();
        [password.clone(), Secret::new(plain)]
    });
    Mask::new(secrets.iter().flatten(), [])
}

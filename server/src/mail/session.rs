//! One exchange with the server, step by step. Each step is said by name, because "timed out" alone helps nobody.

use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use tokio::time::{Instant, timeout, timeout_at};

use super::Smtp;
use super::dial::{Line, dial, hello};
use super::fault::{Step, judge, late, refused};
use super::paper::Sheet;
use crate::world::LetterFault;

/// For one step; the server's last word on a letter may take all the time that is left.
const ONE_STEP: Duration = Duration::from_secs(10);
/// For a goodbye that nothing depends on.
const GOODBYE: Duration = Duration::from_secs(1);

/// Greeted, encrypted and logged in, as far as the configuration wants it.
pub(super) struct Session<'a> {
    smtp: &'a Smtp,
    server: String,
    until: Instant,
    connection: AsyncSmtpConnection,
}

impl<'a> Session<'a> {
    pub(super) async fn open(smtp: &'a Smtp) -> Result<Self, LetterFault> {
        let until = Instant::now() + smtp.longest;
        let server = format!("{}:{}", smtp.host, smtp.port);
        let Line { stream, local, peer } = timeout_at(until, dial(&smtp.host, smtp.port, &server))
            .await
            .map_err(|_| late(&server, Step::Connect))??;
        if smtp.login.is_some() && !may_say_password(smtp.tls.is_some(), peer.ip()) {
            let said = "a password is not sent unencrypted; set [email] smtp_starttls = true";
            return Err(refused(&server, Step::Login, said));
        }
        let name = hello(local.ip());
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name);
        let connection = step(smtp, &server, until, Step::Greeting, greeted).await?;
        let mut session = Self { smtp, server, until, connection };
        if let Some(tls) = &smtp.tls {
            if !session.connection.can_starttls() {
                let said = "the server does not offer it, and [email] smtp_starttls = true wants it";
                return Err(refused(&session.server, Step::Starttls, said));
            }
            let upgraded = session.connection.starttls(tls.clone(), &name);
            step(smtp, &session.server, until, Step::Starttls, upgraded).await?;
        }
        session.login().await?;
        Ok(session)
    }

    async fn login(&mut self) -> Result<(), LetterFault> {
        let Some(login) = &self.smtp.login else { return Ok(()) };
        let done = self.connection.auth(&[Mechanism::Plain, Mechanism::Login], login);
        step(self.smtp, &self.server, self.until, Step::Login, done).await.map(drop)
    }

    pub(super) async fn noop(&mut self) -> Result<(), LetterFault> {
        let done = self.connection.command(Noop);
        step(self.smtp, &self.server, self.until, Step::Noop, done).await.map(drop)
    }

    /// `Ok` when the server has said that it takes responsibility (RFC 5321 section 4.2.5).
    pub(super) async fn deliver(&mut self, sheet: &Sheet) -> Result<(), LetterFault> {
        let (smtp, server, until) = (self.smtp, &self.server, self.until);
        let mut parameters = Vec::new();
        if sheet.needs_utf8() {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(LetterFault::Never(format!(
                    "mail server {server} does not take addresses like {} (no SMTPUTF8)",
                    sheet.to
                )));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let line = &mut self.connection;
        step(smtp, server, until, Step::Sender, line.command(Mail::new(Some(sheet.from.clone()), parameters))).await?;
        step(smtp, server, until, Step::Recipient, line.command(Rcpt::new(sheet.to.clone(), Vec::new()))).await?;
        step(smtp, server, until, Step::Data, line.command(Data)).await?;
        match timeout_at(until, line.message(&sheet.text)).await {
            Ok(done) => done.map(drop).map_err(|fault| judge(server, Step::Text, &fault, &smtp.mask)),
            Err(_) => Err(late(server, Step::Text)),
        }
    }

    /// What `check` tells the operator.
    pub(super) fn describe(&self) -> String {
        let encrypted = if self.connection.is_encrypted() { "encrypted" } else { "not encrypted" };
        let login = if self.smtp.login.is_some() { "logged in" } else { "without login" };
        format!("mail server {} answers, {encrypted}, {login}", self.server)
    }

    pub(super) async fn close(mut self) {
        let _ = timeout(GOODBYE, self.connection.quit()).await;
    }
}

/// A password goes encrypted or not off this machine.
fn may_say_password(encrypted: bool, peer: IpAddr) -> bool {
    encrypted || peer.to_canonical().is_loopback()
}

/// Waits for a step within its time and within that of the whole.
async fn step<T>(
    smtp: &Smtp,
    server: &str,
    until: Instant,
    step: Step,
    done: impl Future<Output = Result<T, Error>>,
) -> Result<T, LetterFault> {
    match timeout_at(until.min(Instant::now() + ONE_STEP), done).await {
        Ok(done) => done.map_err(|fault| judge(server, step, &fault, &smtp.mask)),
        Err(_) => Err(late(server, step)),
    }
}

#[cfg(test)]
mod tests {
    use super::may_say_password;

    #[test]
    fn a_password_goes_encrypted_or_not_off_this_machine() {
        for (encrypted, peer, may) in [
            (true, "192.0.2.1", true),
            (false, "192.0.2.1", false),
            (false, "127.0.0.1", true),
            (false, "::1", true),
            (false, "::ffff:127.0.0.1", true),
            (false, "2001:db8::1", false),
            (false, "10.0.0.1", false),
        ] {
            assert_eq!(may_say_password(encrypted, peer.parse().unwrap()), may, "{peer}");
        }
    }
}

//! One host: its addresses, its history, its tokens, and what to write into routers.

use minijinja::context;
use tracing::info;

use super::session::Notice;
use super::snippets::Snippets;
use super::{Member, Page, PageFault, Visit, see_other, view};
use crate::account::Host;
use crate::proof::{self, HashFault};
use crate::world::{Rejected, Reply, StoreFault};

/// Lines of history that are shown.
const HISTORY: u32 = 50;
/// Letters of a note, as at the command line.
const NOTE: usize = 200;
/// Tokens of one host.
const TOKENS: usize = 20;

/// What is shown once, after a token was asked for.
#[derive(Default)]
struct Made<'a> {
    token: Option<&'a str>,
    note: &'a str,
    error: Option<&'static str>,
}

impl Page {
    pub(super) async fn host(&self, visit: &Visit<'_>, name: &str) -> Result<Reply, PageFault> {
        let (member, host) = match self.own_host(visit, name).await? {
            Ok(found) => found,
            Err(instead) => return Ok(instead),
        };
        self.host_page(visit, &member, &host, 200, &Made::default()).await
    }

    /// The member and the host of that name, or what is answered instead. Of a host that is another's it is said what is said of none.
    async fn own_host(&self, visit: &Visit<'_>, name: &str) -> Result<Result<(Member, Host), Reply>, PageFault> {
        let name = decoded(name).unwrap_or_default();
        let Some((member, mut hosts)) = self.member(visit, vec![name]).await? else {
            return Ok(Err(see_other("/".to_owned())));
        };
        Ok(match hosts.pop().flatten() {
            Some(host) => Ok((member, host)),
            None => Err(self.message(404, "Not found", "You have no host of that name.")),
        })
    }

    async fn host_page(
        &self,
        visit: &Visit<'_>,
        member: &Member,
        host: &Host,
        status: u16,
        made: &Made<'_>,
    ) -> Result<Reply, PageFault> {
        let store = self.desk.store();
        let now = self.clock.now();
        let tokens: Vec<_> = store.tokens(host.id).await?.iter().map(|token| view::token(token, now)).collect();
        let events = store.history(host.id, HISTORY).await?;
        let history: Vec<_> = events.iter().map(|event| view::event(event, now)).collect();
        let clients = Snippets::of(&visit.site, &visit.settings, &member.user.name, host, made.token);
        let notice = self.sessions.take_notice(&member.id).map(Notice::sentence);
        let facts = context! {
            host => view::host(host, now), tokens, history, clients, notice, most => TOKENS,
            token => made.token, note => made.note, error => made.error,
            user => &member.user.name, seal => &member.seal, here => "host",
        };
        Ok(self.paper.page(status, "host.html", facts))
    }

    /// A new token. It is in this answer and nowhere else, which is why the answer is the page itself and not the way to it.
    pub(super) async fn add_token(&self, visit: &Visit<'_>, name: &str) -> Result<Reply, PageFault> {
        let (member, host) = match self.own_host(visit, name).await? {
            Ok(found) => found,
            Err(instead) => return Ok(instead),
        };
        let form = match self.sealed_form(visit, &member) {
            Ok(form) => form,
            Err(refused) => return Ok(refused),
        };
        let note = form.value("note").trim();
        let error = if host.leaving {
            Some("This host is being deleted.")
        } else if note.chars().count() > NOTE {
            Some("Take at most 200 characters.")
        } else if note.chars().any(char::is_control) {
            Some("Take letters, digits and signs only.")
        } else if self.desk.store().tokens(host.id).await?.len() >= TOKENS {
            Some("This host has as many tokens as it may have. Revoke one that is not needed.")
        } else {
            None
        };
        if error.is_some() {
            return self.host_page(visit, &member, &host, 422, &Made { note, error, token: None }).await;
        }
        let token = proof::new_token()?;
        let digest = proof::digest(&ddns::secret::Secret::new(token.as_str())).ok_or(HashFault::Random)?;
        let id = match self.desk.store().add_token(host.id, &digest, note, self.clock.now()).await {
            Err(StoreFault::Rejected(Rejected::NoHost)) => return Ok(see_other("/".to_owned())),
            done => done?,
        };
        info!(client = %visit.client, host = %host.name, token = id, user = member.user.name, "token made");
        self.host_page(visit, &member, &host, 200, &Made { token: Some(&token), ..Made::default() }).await
    }

    pub(super) async fn revoke_token(&self, visit: &Visit<'_>, name: &str) -> Result<Reply, PageFault> {
        let (member, host) = match self.own_host(visit, name).await? {
            Ok(found) => found,
            Err(instead) => return Ok(instead),
        };
        let form = match self.sealed_form(visit, &member) {
            Ok(form) => form,
            Err(refused) => return Ok(refused),
        };
        let asked = form.value("token").parse::<i64>().ok();
        let tokens = self.desk.store().tokens(host.id).await?;
        let Some(token) = tokens.iter().find(|token| Some(token.id) == asked) else {
            return Ok(self.message(404, "Not found", "The host has no such token; it may have been revoked already."));
        };
        match self.desk.store().revoke_token(token.id).await {
            // somebody else was faster, and all is as it was asked for
            Err(StoreFault::Rejected(Rejected::NoToken)) => {}
            done => done?,
        }
        info!(client = %visit.client, host = %host.name, token = token.id, user = member.user.name, "token revoked");
        self.sessions.note(&member.id, Notice::Revoked);
        Ok(see_other(view::path(&host)))
    }
}

/// A part of a path as it was before its percent-encoding.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

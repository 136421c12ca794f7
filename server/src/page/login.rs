//! Logging in and out.

use minijinja::context;
use tracing::info;

use super::form::Form;
use super::session::new_id;
use super::{Page, PageFault, Visit, see_other};
use crate::auth::{Refused, Scope};
use crate::request::Login;
use crate::world::{Asked, Reply, Wish};

/// Bytes of a name, and of a password, that are looked at (as in credentials of updates).
const LONGEST: usize = 256;

/// What stands in the form already, and what is wrong with it.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry<'a> {
    user: &'a str,
    user_error: Option<&'static str>,
    password_error: Option<&'static str>,
    error: Option<&'static str>,
}

impl<'a> Entry<'a> {
    fn said(user: &'a str, error: &'static str) -> Self {
        Self { user, error: Some(error), ..Self::default() }
    }

    /// What can be seen without asking anybody.
    fn incomplete(user: &'a str, password: &str) -> Option<Self> {
        let user_error = match user {
            "" => Some("Enter your user name."),
            user if user.len() > LONGEST => Some("No user name is that long."),
            _ => None,
        };
        let password_error = match password {
            "" => Some("Enter your password."),
            password if password.len() > LONGEST => Some("No password is that long."),
            _ => None,
        };
        user_error.or(password_error)?;
        Some(Self { user, user_error, password_error, error: None })
    }
}

impl Page {
    /// The form to log in by, bound to an id of its own so that no other site can log its visitors in here as somebody else.
    pub(super) fn login_form(&self, visit: &Visit<'_>, status: u16, entry: Entry<'_>) -> Result<Reply, PageFault> {
        let known = visit.site.entry(visit.request);
        let id = match &known {
            Some(id) => id.clone(),
            None => new_id()?,
        };
        let query = visit.request.query.as_deref();
        let notice = match visit.site.session(visit.request) {
            _ if visit.request.method == "POST" => None,
            Some(_) => Some("Your session has ended. Log in to go on."),
            None => (query == Some("logged-out")).then_some("You have logged out."),
        };
        let Entry { user: name, user_error, password_error, error } = entry;
        let facts = context! { name, user_error, password_error, error, notice, seal => self.sessions.seal(&id) };
        let mut reply = self.paper.page(status, "login.html", facts);
        if known.is_none() {
            reply.headers.push(visit.site.set_entry(&id));
        }
        if visit.site.session(visit.request).is_some() {
            // that it ended is told once
            reply.headers.push(visit.site.end_session());
        }
        Ok(reply)
    }

    pub(super) async fn login(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let (form, entry) = (Form::of(visit.request), visit.site.entry(visit.request));
        let (Some(form), Some(entry)) = (form, entry) else { return self.stale(visit) };
        if !self.sessions.sealed(&entry, form.value("seal")) {
            return self.stale(visit);
        }
        let user = form.value("user").trim();
        if let Some(entry) = Entry::incomplete(user, form.value("password")) {
            return self.login_form(visit, 422, entry);
        }
        let login = Login { user: Some(user.to_owned()), password: form.secret("password") };
        // a token is good for updates of its host only: it is not even looked for
        let found = self.desk.look(Asked { user: login.user.clone(), token: None, hosts: Wish::Only }).await?;
        let limit = visit.settings.rate_limit.as_ref();
        let (status, said) = match (self.auth.proven(&login, &found, visit.client, limit).await, found.user) {
            (Ok(Scope::User), Some(user)) => {
                if let Some(old) = visit.site.session(visit.request) {
                    self.sessions.close(&old);
                }
                let id = self.sessions.open(&user, self.clock.now())?;
                info!(client = %visit.client, user = user.name, "logged in");
                let mut reply = see_other("/".to_owned());
                reply.headers.extend([visit.site.set_session(&id), visit.site.end_entry()]);
                return Ok(reply);
            }
            (Err(Refused::Network | Refused::User), _) => {
                (429, "Too many wrong passwords. Wait a minute, then try again.")
            }
            (Err(Refused::Busy), _) => (503, "The service is busy. Try again in a moment."),
            _ => (403, "Wrong user name or password. A token of a host does not log in here."),
        };
        let mut reply = self.login_form(visit, status, Entry::said(user, said))?;
        if status == 429 {
            reply.headers.push(("retry-after", "60".to_owned()));
        }
        Ok(reply)
    }

    fn stale(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let said = "The form was too old, or your browser keeps no cookies for this page. Try again.";
        self.login_form(visit, 403, Entry::said("", said))
    }

    pub(super) async fn logout(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let Some((member, _)) = self.member(visit, Vec::new()).await? else { return Ok(see_other("/".to_owned())) };
        if let Err(refused) = self.sealed_form(visit, &member) {
            return Ok(refused);
        }
        self.sessions.close(&member.id);
        info!(client = %visit.client, user = member.user.name, "logged out");
        let mut reply = see_other("/?logged-out".to_owned());
        reply.headers.push(visit.site.end_session());
        Ok(reply)
    }
}

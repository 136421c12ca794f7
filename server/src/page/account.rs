//! Another password.

use ddns::secret::Secret;
use minijinja::context;
use tracing::info;

use super::session::Notice;
use super::{Member, Page, PageFault, Visit, see_other};
use crate::account::User;
use crate::auth::{Refused, Scope};
use crate::request::Login;
use crate::world::{Asked, Rejected, Reply, StoreFault, Wish};

/// Bytes of a password: what a request may carry.
const LONGEST: usize = 256;
/// Characters of a new one.
const SHORTEST: usize = 8;

const BUSY: &str = "The service is busy. Try again in a moment.";

/// What is wrong with each field.
#[derive(Default)]
struct Errors {
    current: Option<&'static str>,
    new: Option<&'static str>,
    again: Option<&'static str>,
}

impl Errors {
    fn of(current: &str, new: &str, again: &str) -> Option<Self> {
        let errors = Self {
            current: match current {
                "" => Some("Enter the password that you have now."),
                current if current.len() > LONGEST => Some("This is not your password."),
                _ => None,
            },
            new: match new {
                "" => Some("Enter a new password."),
                new if new.chars().count() < SHORTEST => Some("Take at least 8 characters."),
                new if new.len() > LONGEST => Some("Take a shorter one: 256 bytes at most."),
                new if new.chars().any(char::is_control) => Some("Take letters, digits and signs only."),
                new if new == current => Some("This is the password that you have now."),
                _ => None,
            },
            again: (new != again).then_some("This is not the same as the new password."),
        };
        errors.any().then_some(errors)
    }

    fn any(&self) -> bool {
        self.current.or(self.new).or(self.again).is_some()
    }
}

impl Page {
    pub(super) async fn password(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let Some((member, _)) = self.member(visit, Vec::new()).await? else { return Ok(see_other("/".to_owned())) };
        Ok(self.password_form(&member, 200, &Errors::default()))
    }

    fn password_form(&self, member: &Member, status: u16, errors: &Errors) -> Reply {
        let Errors { current, new, again } = errors;
        let facts = context! {
            current, new, again, failed => errors.any(), user => &member.user.name, seal => &member.seal, here => "password",
        };
        self.paper.page(status, "password.html", facts)
    }

    pub(super) async fn change_password(&self, visit: &Visit<'_>) -> Result<Reply, PageFault> {
        let Some((member, _)) = self.member(visit, Vec::new()).await? else { return Ok(see_other("/".to_owned())) };
        let form = match self.sealed_form(visit, &member) {
            Ok(form) => form,
            Err(refused) => return Ok(refused),
        };
        if let Some(errors) = Errors::of(form.value("current"), form.value("new"), form.value("again")) {
            return Ok(self.password_form(&member, 422, &errors));
        }
        if let Err((status, said)) = self.is_owner(visit, &member, form.secret("current")).await? {
            return Ok(self.password_form(&member, status, &Errors { current: Some(said), ..Errors::default() }));
        }
        let Some(hash) = self.auth.proof().hashed(&form.secret("new")).await else {
            return Ok(self.password_form(&member, 503, &Errors { new: Some(BUSY), ..Errors::default() }));
        };
        let hash = hash?;
        match self.desk.store().set_password(&member.user.name, &hash).await {
            Err(StoreFault::Rejected(Rejected::NoUser)) => return Ok(see_other("/".to_owned())),
            done => done?,
        }
        info!(client = %visit.client, user = member.user.name, "password changed");
        self.sessions.close_all_of(&member.user);
        let user = User { password: hash, ..member.user };
        let id = self.sessions.open(&user, self.clock.now())?;
        self.sessions.note(&id, Notice::Password);
        let mut reply = see_other("/".to_owned());
        reply.headers.push(visit.site.set_session(&id));
        Ok(reply)
    }

    /// Whether the password is the user's: a session that was left open is not enough to take an account over. Counted as at logging in.
    async fn is_owner(
        &self,
        visit: &Visit<'_>,
        member: &Member,
        password: Secret,
    ) -> Result<Result<(), (u16, &'static str)>, PageFault> {
        let login = Login { user: Some(member.user.name.clone()), password };
        let found = self.desk.look(Asked { user: login.user.clone(), token: None, hosts: Wish::Only }).await?;
        let proven = self.auth.proven(&login, &found, visit.client, visit.settings.rate_limit.as_ref()).await;
        Ok(match proven {
            Ok(Scope::User) => Ok(()),
            Err(Refused::Network | Refused::User) => {
                Err((429, "Too many wrong passwords. Wait a minute, then try again."))
            }
            Err(Refused::Busy) => Err((503, BUSY)),
            _ => Err((403, "This is not your password.")),
        })
    }
}

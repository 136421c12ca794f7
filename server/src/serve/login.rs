//! What the protocol says to those whose credentials are looked at.

use std::net::IpAddr;

use super::{Rules, Service, Word};
use crate::auth::{Refused, Scope};
use crate::request::Login;
use crate::world::Found;

impl Service {
    /// What the credentials are good for, or the word that is said instead.
    pub(super) async fn proven(
        &self,
        login: &Login,
        found: &Found,
        client: IpAddr,
        rules: &Rules,
    ) -> Result<Scope, Word> {
        let proven = self.auth.proven(login, found, client, rules.settings.rate_limit.as_ref()).await;
        if let (Ok(Scope::User), Some(user)) = (&proven, &found.user) {
            self.renew(user, &login.password);
        }
        proven.map_err(|refused| match refused {
            Refused::Network | Refused::User => Word::Abuse,
            Refused::Busy => Word::Trouble,
            Refused::Wrong => Word::BadAuth,
        })
    }
}

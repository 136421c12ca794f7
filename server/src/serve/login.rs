//! What the protocol says to those whose credentials are looked at.

use std::net::IpAddr;

use super::{Rules, Service, Word};
use crate::auth::{Refused, Scope};
use crate::request::Login;
use crate::tally::Refused;
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
<<<<<<< HEAD
        if let (Some(token), Some(user)) = (&found.token, &found.user)
            && token.user == user.id
        {
            return Ok(Scope::Host(token.host));
        }
        let name = login.user.as_deref().unwrap_or_default();
        let refused = &self.pusher.tally().refused;
        let limit = rules.settings.rate_limit.as_ref();
        if let Some(limit) = limit {
            let now = Instant::now();
            let at_home = || {
                let home = network(client);
                found.hosts.iter().flatten().any(|host| {
                    found.user.as_ref().is_some_and(|user| user.id == host.user)
                        && host.source.map(network) == Some(home)
                })
            };
            if self.gate.network_full(client, limit, now) {
                warn!(%client, user = shortened(name), "too many wrong passwords from this network");
                refused.add(Refused::Network);
                return Err(Word::Abuse);
            }
            if self.gate.user_full(name, limit, now) && !at_home() && !self.remembered(login, found) {
                warn!(%client, user = shortened(name), "too many wrong passwords for this user");
                refused.add(Refused::User);
                return Err(Word::Abuse);
            }
        }
        if self.remembered(login, found) {
            return Ok(Scope::User);
        }
        let user = found.user.as_ref().filter(|_| login.user.is_some());
        match self.proof.password(user, &login.password).await {
            Proven::Yes => Ok(Scope::User),
            Proven::Busy => {
                warn!(%client, "too many passwords are being looked at");
                refused.add(Refused::Busy);
                Err(Word::Trouble)
            }
            Proven::No => {
                if let Some(limit) = limit {
                    self.gate.wrong(client, name, limit, Instant::now());
                }
                warn!(%client, user = shortened(name), "wrong user name or password");
                refused.add(Refused::Wrong);
                Err(Word::BadAuth)
            }
        }
    }

    fn remembered(&self, login: &Login, found: &Found) -> bool {
        login.user.is_some() && found.user.as_ref().is_some_and(|user| self.proof.remembered(user, &login.password))
=======
        let proven = self.auth.proven(login, found, client, rules.settings.rate_limit.as_ref()).await;
        proven.map_err(|refused| match refused {
            Refused::Network | Refused::User => Word::Abuse,
            Refused::Busy => Word::Trouble,
            Refused::Wrong => Word::BadAuth,
        })
>>>>>>> s-page
    }
}

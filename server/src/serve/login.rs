//! Whether who asks is who they say, before anything is said of their hosts.

use std::net::IpAddr;
use std::time::Instant;

use tracing::warn;

use super::gate::Wait;
use super::{Rules, Scope, Service, Word};
use crate::limit::network;
use crate::proof::Proven;
use crate::request::Login;
use crate::tally::Refused;
use crate::world::Found;

impl Service {
    /// What the credentials are good for, or the word that is said instead. The limits come before a password is hashed; a token needs none,
    /// for nobody guesses it, so whoever floods us from the same network does not lock its owner out.
    pub(super) async fn proven(
        &self,
        login: &Login,
        found: &Found,
        client: IpAddr,
        rules: &Rules,
    ) -> Result<Scope, Word> {
        if let (Some(token), Some(user)) = (&found.token, &found.user)
            && token.user == user.id
        {
            return Ok(Scope::Host(token.host));
        }
        let name = login.user.as_deref().unwrap_or_default();
        let refused = &self.pusher.tally().refused;
        let limit = rules.settings.rate_limit.as_ref();
        let home = at_home(found, client);
        let wait = limit.and_then(|limit| self.gate.wait(client, name, home, limit, Instant::now()));
        // before the memory of good passwords is asked as well: whoever may not guess at a hash may not guess at that either
        match wait {
            Some(Wait::Network) => {
                warn!(%client, user = shortened(name), "too many wrong passwords from this network");
                refused.add(Refused::Network);
                return Err(Word::Abuse);
            }
            Some(Wait::User) => {
                warn!(%client, user = shortened(name), "too many wrong passwords for this user");
                refused.add(Refused::User);
                return Err(Word::Abuse);
            }
            None => {}
        }
        if self.remembered(login, found) {
            return Ok(Scope::User);
        }
        let user = found.user.as_ref().filter(|_| login.user.is_some());
        match self.proof.password(user, &login.password, home).await {
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
    }
}

/// Whether one of the hosts asked for is this user's and was last updated from the client's network.
fn at_home(found: &Found, client: IpAddr) -> bool {
    let Some(user) = &found.user else { return false };
    let home = network(client);
    found.hosts.iter().flatten().any(|host| host.user == user.id && host.source.map(network) == Some(home))
}

/// What is sent as a user's name may be anything; a log line needs no more of it than this.
fn shortened(name: &str) -> &str {
    name.get(..name.floor_char_boundary(64)).unwrap_or_default()
}

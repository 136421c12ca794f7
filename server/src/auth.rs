//! Whether who asks is who they say, within the limits on wrong passwords. Updates and the owners' page ask here, so that what is guessed at
//! one of them counts at the other.

mod gate;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use tracing::warn;

use crate::account::Host;
use crate::config::RateLimit;
use crate::limit::network;
use crate::proof::{Proof, Proven};
use crate::request::Login;
use crate::tally::Tally;
use crate::world::Found;
use gate::{Gate, Wait};

pub use crate::tally::Refused;

/// What the credentials are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All hosts of the user.
    User,
    /// One host.
    Host(i64),
}

impl Scope {
    /// Whether this host is among them.
    #[must_use]
    pub fn holds(self, host: &Host) -> bool {
        self == Self::User || self == Self::Host(host.id)
    }
}

/// Looks at credentials.
pub struct Auth {
    proof: Proof,
    gate: Gate,
    tally: Arc<Tally>,
}

impl Auth {
    /// With nothing counted against anybody; who is not let in is added to this tally.
    #[must_use]
    pub fn new(proof: Proof, tally: Arc<Tally>) -> Self {
        Self { proof, gate: Gate::default(), tally }
    }

    /// Where passwords are hashed.
    #[must_use]
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// Forgets counters whose windows are over.
    pub fn clean(&self, limit: &RateLimit, now: Instant) {
        self.gate.clean(limit, now);
    }

    /// What the credentials are good for.
    pub async fn proven(
        &self,
        login: &Login,
        found: &Found,
        client: IpAddr,
        limit: Option<&RateLimit>,
    ) -> Result<Scope, Refused> {
        let proven = self.looked_at(login, found, client, limit).await;
        proven.inspect_err(|refused| self.tally.refused.add(*refused))
    }

    /// The limits come before a password is hashed; a token needs none, for nobody guesses it, so whoever
    /// floods us from the same network does not lock its owner out.
    async fn looked_at(
        &self,
        login: &Login,
        found: &Found,
        client: IpAddr,
        limit: Option<&RateLimit>,
    ) -> Result<Scope, Refused> {
        if let (Some(token), Some(user)) = (&found.token, &found.user)
            && token.user == user.id
        {
            return Ok(Scope::Host(token.host));
        }
        let name = login.user.as_deref().unwrap_or_default();
        let home = at_home(client, found);
        // before the memory of good passwords is asked as well: whoever may not guess at a hash may not guess at that either
        match limit.and_then(|limit| self.gate.wait(client, name, home, limit, Instant::now())) {
            Some(Wait::Network) => {
                warn!(%client, user = shortened(name), "too many wrong passwords from this network");
                return Err(Refused::Network);
            }
            Some(Wait::User) => {
                warn!(%client, user = shortened(name), "too many wrong passwords for this user");
                return Err(Refused::User);
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
                Err(Refused::Busy)
            }
            Proven::No => {
                if let Some(limit) = limit {
                    self.gate.wrong(client, name, limit, Instant::now());
                }
                warn!(%client, user = shortened(name), "wrong user name or password");
                Err(Refused::Wrong)
            }
        }
    }

    fn remembered(&self, login: &Login, found: &Found) -> bool {
        login.user.is_some() && found.user.as_ref().is_some_and(|user| self.proof.remembered(user, &login.password))
    }
}

/// Whether one of the user's hosts was last updated from this network.
fn at_home(client: IpAddr, found: &Found) -> bool {
    let home = network(client);
    found.hosts.iter().flatten().any(|host| {
        found.user.as_ref().is_some_and(|user| user.id == host.user) && host.source.map(network) == Some(home)
    })
}

/// What is sent as a user's name may be anything; a log line needs no more of it than this.
pub(crate) fn shortened(name: &str) -> &str {
    name.get(..name.floor_char_boundary(64)).unwrap_or_default()
}

//! Requests of known users that are too many: what is said to them, and one line of the log for each flood, not for each of its requests.

use std::time::Instant;

use tracing::{info, warn};

use super::gate::Flood;
use super::{Rules, Service, Word};
use crate::account::{Host, User};
use crate::auth::shortened;
use crate::request::Update;

impl Service {
    /// A user's request that cannot be done, and why: counted by user and name, so that one wrong setting does not stop the user's other
    /// routers.
    pub(super) fn bad(
        &self,
        update: &Update,
        user: &User,
        name: &str,
        (word, why): (Word, &str),
        rules: &Rules,
    ) -> Word {
        // what is no name may be a password in the wrong field
        let host = if word == Word::NotFqdn { "" } else { shortened(name) };
        let now = Instant::now();
        let limit =
            rules.settings.rate_limit.as_ref().filter(|limit| self.gate.fruitless(&user.name, name, limit, now));
        let Some(limit) = limit else {
            info!(client = %update.client, user = shortened(&user.name), host, word = word.text(), why, "cannot be done");
            return word;
        };
        if self.gate.telling(Flood::User(&user.name), limit, now) {
            let (user, word) = (shortened(&user.name), word.text());
            warn!(client = %update.client, user, host, word, "too many requests that cannot be done");
        }
        Word::Abuse
    }

    /// A host that is updated or confirmed too often.
    pub(super) fn flooded(&self, update: &Update, host: &Host, rules: &Rules) -> Word {
        let limit = rules.settings.rate_limit.as_ref();
        if limit.is_some_and(|limit| self.gate.telling(Flood::Host(host.id), limit, Instant::now())) {
            warn!(client = %update.client, host = %host.name, "too many requests for one host");
        }
        Word::Abuse
    }
}

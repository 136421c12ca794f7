//! Passwords whose hashes another program made: at the first good login they get one of our own, so that the time of an answer does not tell
//! such a user from one there is none of.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use ddns::secret::Secret;
use tracing::{debug, info};

use super::Service;
use crate::account::User;

/// Users for whom one is being made.
pub(super) type Renewing = Arc<Mutex<HashSet<i64>>>;

impl Service {
    /// Of a password that was just proven. Nobody waits for it, and where it fails the next login tries again.
    pub(super) fn renew(&self, user: &User, password: &Secret) {
        if self.auth.proof().is_own(&user.password) || !begun(&self.renewing, user.id) {
            return;
        }
        let (auth, desk, renewing) = (Arc::clone(&self.auth), Arc::clone(&self.desk), Arc::clone(&self.renewing));
        let (user, password) = (user.clone(), password.clone());
        tokio::spawn(async move {
            if let Some(Ok(hash)) = auth.proof().hashed(&password).await {
                match desk.store().renew_password(&user, &hash).await {
                    Ok(true) => info!(user = user.name, "a hash of our own in the place of another program's"),
                    Ok(false) => {}
                    Err(fault) => debug!(user = user.name, %fault, "no hash of our own yet"),
                }
            }
            renewing.lock().unwrap_or_else(PoisonError::into_inner).remove(&user.id);
        });
    }
}

fn begun(renewing: &Renewing, user: i64) -> bool {
    renewing.lock().unwrap_or_else(PoisonError::into_inner).insert(user)
}

//! The trait `world::Store`, each call led to its file. Nothing else.

use std::path::Path;
use std::time::Duration;

use ddns::secret::Secret;
use sqlx::mysql::MySqlSslMode;

use super::fault::away;
use super::transact::transact;
use super::trust::{LIMIT, UNLIMITED};
use super::{Sql, backup, events, hosts, lease, letters, look, scheme, tokens, users, want};
use crate::account::{Digest, Host, Token, User};
use crate::moment::Moment;
use crate::world::{
    Asked, Event, Found, HostFilter, Lease, NewHost, NewUser, Posted, Settled, Store, StoreFault, Touch, Undone,
    Waiting, Want, Wanted,
};

/// Asks outside of a transaction.
macro_rules! ask {
    ($sql:expr, $link:ident => $body:expr) => {{
        let mut loan = $sql.reader().await?;
        let $link = &mut loan.link();
        $sql.within(LIMIT, $body).await.map_err(|error| away(&error))
    }};
}

#[async_trait::async_trait]
impl Store for Sql {
    async fn look(&self, asked: &[Asked]) -> Result<Vec<Found>, StoreFault> {
        ask!(self, link => look::look(link, asked))
    }

    async fn want(&self, wants: &[Want]) -> Result<Vec<Wanted>, StoreFault> {
        transact!(self, link => want::want(link, wants))
    }

    async fn touch(&self, touches: &[Touch]) -> Result<Vec<bool>, StoreFault> {
        transact!(self, link => want::touch(link, touches))
    }

    async fn applied(&self, done: &[(i64, i64)], lease: &Lease) -> Result<Vec<Settled>, StoreFault> {
        transact!(self, link => lease::applied(link, done, lease))
    }

    async fn released(&self, undone: &[Undone], owner: &str) -> Result<(), StoreFault> {
        transact!(self, link => lease::released(link, undone, owner))
    }

    async fn claim(&self, lease: &Lease, limit: u32) -> Result<Vec<Host>, StoreFault> {
        transact!(self, link => lease::claim(link, lease, limit))
    }

    async fn expired(&self, now: Moment, limit: u32) -> Result<Vec<(Host, User)>, StoreFault> {
        ask!(self, link => hosts::expired(link, now, limit))
    }

    async fn host(&self, id: i64) -> Result<Option<Host>, StoreFault> {
        ask!(self, link => hosts::one(link, id))
    }

    async fn letters(&self, lease: &Lease, limit: u32) -> Result<Vec<Posted>, StoreFault> {
        transact!(self, link => letters::take(link, lease, limit))
    }

    async fn posted(&self, id: i64) -> Result<(), StoreFault> {
        transact!(self, link => letters::posted(link, id))
    }

    async fn postponed(&self, id: i64, after: Duration) -> Result<(), StoreFault> {
        transact!(self, link => letters::postponed(link, id, after))
    }

    async fn users(&self) -> Result<Vec<(User, u32)>, StoreFault> {
        ask!(self, link => users::all(link))
    }

    async fn add_user(&self, user: &NewUser) -> Result<(), StoreFault> {
        transact!(self, link => users::add(link, user))
    }

    async fn delete_user(&self, name: &str) -> Result<(), StoreFault> {
        transact!(self, link => users::delete(link, name))
    }

    async fn set_password(&self, name: &str, password: &Secret) -> Result<(), StoreFault> {
        transact!(self, link => users::set_password(link, name, password))
    }

    async fn renew_password(&self, user: &User, hash: &Secret) -> Result<bool, StoreFault> {
        transact!(self, link => users::renew_password(link, user, hash))
    }

    async fn set_email(&self, name: &str, email: &str) -> Result<(), StoreFault> {
        transact!(self, link => users::set_email(link, name, email))
    }

    async fn set_host_limit(&self, name: &str, limit: Option<u32>) -> Result<(), StoreFault> {
        transact!(self, link => users::set_host_limit(link, name, limit))
    }

    async fn hosts(&self, filter: &HostFilter) -> Result<Vec<(Host, String)>, StoreFault> {
        ask!(self, link => hosts::list(link, filter))
    }

    async fn add_host(&self, host: &NewHost) -> Result<(), StoreFault> {
        transact!(self, link => hosts::add(link, host))
    }

    async fn delete_host(&self, id: i64) -> Result<(), StoreFault> {
        transact!(self, link => hosts::delete(link, id))
    }

    async fn history(&self, host: i64, limit: u32) -> Result<Vec<Event>, StoreFault> {
        ask!(self, link => events::of_host(link, host, limit))
    }

    async fn trim_history(&self, keep: u32) -> Result<(), StoreFault> {
        while transact!(self, UNLIMITED, link => events::trim(link, keep))? > 0 {}
        transact!(self, UNLIMITED, link => letters::trim(link))
    }

    async fn add_token(&self, host: i64, digest: &Digest, note: &str, now: Moment) -> Result<i64, StoreFault> {
        transact!(self, link => tokens::add(link, host, digest, note, now))
    }

    async fn tokens(&self, host: i64) -> Result<Vec<Token>, StoreFault> {
        ask!(self, link => tokens::of_host(link, host))
    }

    async fn revoke_token(&self, id: i64) -> Result<(), StoreFault> {
        transact!(self, link => tokens::revoke(link, id))
    }

    async fn check(&self) -> Result<String, StoreFault> {
        ask!(self, link => self.version(link))
    }

    async fn waiting(&self) -> Result<Waiting, StoreFault> {
        ask!(self, link => lease::waiting(link))
    }

    async fn backup(&self, path: &Path) -> Result<(), StoreFault> {
        backup::backup(self, path).await
    }
}

impl Sql {
    async fn version(&self, link: &mut super::link::Link<'_>) -> Result<String, sqlx::Error> {
        let row = link.one(link.dialect().version, Vec::new()).await?.ok_or(sqlx::Error::RowNotFound)?;
        Ok(format!("{}, scheme {}{}", row.text(0)?, scheme::number(link).await?, self.way(link).await?))
    }

    /// How what goes over a net is kept from others; nothing where TLS is not asked for.
    async fn way(&self, link: &mut super::link::Link<'_>) -> Result<String, sqlx::Error> {
        let super::Pools::Mariadb(pool) = &self.pools else { return Ok(String::new()) };
        if matches!(pool.connect_options().get_ssl_mode(), MySqlSslMode::Disabled) {
            return Ok(String::new());
        }
        let row = link.one("SHOW SESSION STATUS LIKE 'Ssl_version'", Vec::new()).await?;
        let version = row.as_ref().map(|row| row.text(1)).transpose()?.unwrap_or_default();
        Ok(if version.is_empty() { ", not encrypted".to_owned() } else { format!(", {version}") })
    }
}

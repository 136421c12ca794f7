//! `hostname ...`: names in the DNS and whose they are.

use crate::account::Host;
use crate::world::{Asked, HostFilter, NewHost, Rejected, Wish};

use super::Office;
use super::args::{Hostname, HostnameAdd, HostnameList, Place};
use super::naming::{self, shown};
use super::outcome::{Fault, rejected};
use super::user::of_user;

mod advice;
mod change;
mod view;

impl Office<'_, '_> {
    pub(super) async fn hostname(&mut self, word: &Hostname) -> Result<(), Fault> {
        match word {
            Hostname::List(list) => self.hostname_list(list).await,
            Hostname::Show { place, history, json } => self.hostname_show(place, *history, json.json).await,
            Hostname::Add(add) => self.hostname_add(add).await,
            Hostname::Modify(modify) => self.hostname_modify(modify).await,
            Hostname::Delete { place, keep_dns } => self.hostname_delete(place, *keep_dns).await,
        }
    }

    async fn hostname_list(&mut self, list: &HostnameList) -> Result<(), Fault> {
        let filter = match &list.user {
            None => HostFilter::All,
            Some(user) => {
                let user = naming::user(user)?;
                if self.find_user(&user).await?.is_none() {
                    return Err(Fault::NoUser(user));
                }
                HostFilter::Of(user)
            }
        };
        let hosts = self.store.hosts(&filter).await?;
        if list.json.json {
            return self.printer().json(&hosts.iter().map(|(host, user)| view::value(host, user)).collect());
        }
        self.printer().table(&view::table(&hosts))
    }

    async fn hostname_show(&mut self, place: &Place, history: u32, json: bool) -> Result<(), Fault> {
        let host = self.find_host(place).await?;
        let users = self.store.users().await?;
        let user =
            users.into_iter().find(|(user, _)| user.id == host.user).map_or_else(String::new, |(user, _)| user.name);
        let tokens = self.store.tokens(host.id).await?;
        let events = self.store.history(host.id, history).await?;
        let whole = view::Whole { host: &host, user: &user, tokens: &tokens, events: &events };
        if json {
            return self.printer().json(&whole.value());
        }
        let text = whole.text(self.desk.width);
        self.printer().raw(&text)
    }

    async fn hostname_add(&mut self, add: &HostnameAdd) -> Result<(), Fault> {
        let user = naming::user(&add.user)?;
        let name = naming::fresh(&add.place, self.settings)?;
        let defaults = &self.settings.defaults;
        let host = NewHost {
            user: user.clone(),
            name: name.clone(),
            dns_ttl: add.ttls.dns_ttl.unwrap_or(defaults.dns_ttl),
            expiry_ttl: add.ttls.expiry_ttl.unwrap_or(defaults.expiry_ttl),
        };
        let fqdn = name.fqdn();
        if let Err(fault) = self.store.add_host(&host).await {
            return Err(match rejected(&fault) {
                Some(Rejected::Exists) => self.exists(fqdn).await?,
                Some(Rejected::TooMany(most)) => Fault::HostLimit(user, most),
                _ => of_user(fault, &user),
            });
        }
        self.printer().line(&format!("hostname {} is made for '{user}'", shown(&fqdn)))?;
        for said in advice::warnings(&host, self.settings) {
            self.printer().warn(said);
        }
        let example = advice::example(&user, &fqdn, self.settings);
        self.printer().line(&format!("to try it: {example}"))
    }

    /// The host that label and zone name, or the full name alone.
    pub(super) async fn find_host(&self, place: &Place) -> Result<Host, Fault> {
        let fqdn = naming::full(place)?;
        self.host_named(&fqdn).await?.ok_or(Fault::NoHost(fqdn))
    }

    async fn host_named(&self, fqdn: &str) -> Result<Option<Host>, Fault> {
        let asked = Asked { user: None, token: None, hosts: Wish::Named(vec![fqdn.to_owned()]) };
        let found = self.store.look(&[asked]).await?;
        Ok(found.into_iter().next().and_then(|found| found.hosts.into_iter().next()).flatten())
    }

    /// There is one of this name: whose it is, or that it is on its way out.
    async fn exists(&self, fqdn: String) -> Result<Fault, Fault> {
        let Some(host) = self.host_named(&fqdn).await? else { return Ok(Fault::HostExists(fqdn, None)) };
        if host.leaving {
            return Ok(Fault::Leaving(fqdn));
        }
        let owner = self.store.users().await?.into_iter().find(|(user, _)| user.id == host.user);
        Ok(Fault::HostExists(fqdn, owner.map(|(user, _)| user.name)))
    }
}

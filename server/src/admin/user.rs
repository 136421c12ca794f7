//! `user ...`: who may log in.

use serde_json::json;

use crate::account::User;
use crate::proof;
use crate::world::{NewUser, Rejected, StoreFault};

use super::Office;
use super::args::{Source, UserWord};
use super::outcome::{Fault, rejected};
use super::table::Table;
use super::{naming, password};

impl Office<'_, '_> {
    pub(super) async fn user(&mut self, word: &UserWord) -> Result<(), Fault> {
        match word {
            UserWord::List(form) => self.user_list(form.json).await,
            UserWord::Add { name, email, source } => self.user_add(name, email, *source).await,
            UserWord::Delete { name } => self.user_delete(&naming::user(name)?).await,
            UserWord::Passwd { name, source } => self.user_passwd(&naming::user(name)?, *source).await,
            UserWord::Email { name, email } => self.user_email(&naming::user(name)?, email).await,
            UserWord::Limit { name, limit } => self.user_limit(&naming::user(name)?, limit.0).await,
        }
    }

    async fn user_list(&mut self, json: bool) -> Result<(), Fault> {
        let users = self.store.users().await?;
        if json {
            return self.printer().json(&users.iter().map(|(user, hosts)| value(user, *hosts)).collect());
        }
        let mut table =
            Table::new(&["user", "mail", "hostnames", "limit"], "no users yet; 'user add NAME EMAIL' makes one");
        for (user, hosts) in &users {
            table.row(&[user.name.clone(), user.email.clone(), hosts.to_string(), limit(user.host_limit)]);
        }
        self.printer().table(&table)
    }

    async fn user_add(&mut self, name: &str, email: &str, source: Source) -> Result<(), Fault> {
        let name = naming::user(name)?;
        let email = naming::email(email)?;
        if self.find_user(&name).await?.is_some() {
            return Err(Fault::UserExists(name));
        }
        let chosen = password::chosen(source, &name, self.desk)?;
        let user = NewUser {
            name: name.clone(),
            email,
            password: proof::hash(&chosen.password)?,
            host_limit: self.settings.defaults.host_limit,
        };
        self.store.add_user(&user).await.map_err(|fault| of_user(fault, &name))?;
        self.told(&format!("user '{name}' is made"), &chosen)
    }

    async fn user_delete(&mut self, name: &str) -> Result<(), Fault> {
        match self.store.delete_user(name).await {
            Err(StoreFault::Rejected(Rejected::HasHosts)) => {
                let hosts = self.find_user(name).await?.map_or(0, |(_, hosts)| hosts);
                return Err(Fault::UserHasHosts(name.to_owned(), hosts));
            }
            end => end.map_err(|fault| of_user(fault, name))?,
        }
        self.printer().line(&format!("user '{name}' is deleted"))
    }

    async fn user_passwd(&mut self, name: &str, source: Source) -> Result<(), Fault> {
        if self.find_user(name).await?.is_none() {
            return Err(Fault::NoUser(name.to_owned()));
        }
        let chosen = password::chosen(source, name, self.desk)?;
        let hash = proof::hash(&chosen.password)?;
        self.store.set_password(name, &hash).await.map_err(|fault| of_user(fault, name))?;
        self.told(&format!("the password of '{name}' is changed"), &chosen)
    }

    async fn user_email(&mut self, name: &str, email: &str) -> Result<(), Fault> {
        let email = naming::email(email)?;
        self.store.set_email(name, &email).await.map_err(|fault| of_user(fault, name))?;
        self.printer().line(&format!("mail of '{name}' goes to {email}"))
    }

    async fn user_limit(&mut self, name: &str, most: Option<u32>) -> Result<(), Fault> {
        self.store.set_host_limit(name, most).await.map_err(|fault| of_user(fault, name))?;
        let said = match most {
            None => "any number of hostnames".to_owned(),
            Some(0) => "no hostnames".to_owned(),
            Some(1) => "one hostname".to_owned(),
            Some(most) => format!("up to {most} hostnames"),
        };
        self.printer().line(&format!("'{name}' may have {said}"))?;
        if let (Some(most), Some((_, hosts))) = (most, self.find_user(name).await?)
            && hosts > most
        {
            self.printer().warn(format!("'{name}' has {hosts} already; they stay, but no more can be added"));
        }
        Ok(())
    }

    /// The user of that name and the number of their hosts.
    pub(super) async fn find_user(&self, name: &str) -> Result<Option<(User, u32)>, Fault> {
        Ok(self.store.users().await?.into_iter().find(|(user, _)| user.name == name))
    }

    /// Says that it is done; a password made here is shown this once.
    fn told(&mut self, said: &str, chosen: &password::Chosen) -> Result<(), Fault> {
        let mut printer = self.printer();
        printer.line(said)?;
        if chosen.generated {
            let password = String::from_utf8_lossy(chosen.password.reveal()).into_owned();
            printer.line(&format!("password: {password}"))?;
            printer.line("it is kept nowhere and not shown again")?;
        }
        Ok(())
    }
}

/// The database's refusal, told with the name it is about.
pub(super) fn of_user(fault: StoreFault, name: &str) -> Fault {
    match rejected(&fault) {
        Some(Rejected::NoUser) => Fault::NoUser(name.to_owned()),
        Some(Rejected::Exists) => Fault::UserExists(name.to_owned()),
        _ => Fault::Store(fault),
    }
}

fn limit(most: Option<u32>) -> String {
    most.map_or_else(|| "none".to_owned(), |most| most.to_string())
}

fn value(user: &User, hosts: u32) -> serde_json::Value {
    json!({ "name": user.name, "email": user.email, "hostnames": hosts, "host_limit": user.host_limit })
}

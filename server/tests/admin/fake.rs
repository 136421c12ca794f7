//! A database in memory that takes and refuses what `world::Store` says, and the house around it.

mod rows;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use ddns::secret::Secret;
use ddns_service::account::{Digest, Host, Name, Token, User};
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{
    Asked, Event, Found, HostFilter, Lease, NewHost, NewUser, Posted, Rejected, Settled, Store, StoreFault, Touch,
    Undone, Waiting, Want, Wanted, Wish,
};

pub(crate) use rows::Rows;

/// 2026-11-21 12:00:00 UTC.
pub(crate) const NOW: Moment = Moment(1_795_262_400_000);

#[derive(Default)]
pub(crate) struct Fake {
    rows: Mutex<Rows>,
    /// No call is answered.
    pub(crate) away: AtomicBool,
    /// So many wants find that somebody was faster.
    pub(crate) rivals: Mutex<u32>,
    pub(crate) copies: Mutex<BTreeSet<PathBuf>>,
}

impl Fake {
    pub(crate) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn open(&self) -> Result<MutexGuard<'_, Rows>, StoreFault> {
        if self.away.load(Ordering::Relaxed) {
            return Err(StoreFault::Away("connection refused".to_owned()));
        }
        Ok(self.rows())
    }

    /// Everything but times, ids and hashes: one line for each row.
    pub(crate) fn dump(&self) -> String {
        let rows = self.rows();
        let mut lines = Vec::new();
        for user in rows.users.values() {
            let limit = user.host_limit.map_or("-".to_owned(), |n| n.to_string());
            lines.push(format!("user {} {} {limit}\n", user.name, user.email));
        }
        for host in rows.hosts.values() {
            let user = rows.users.values().find(|user| user.id == host.user).unwrap();
            let address = |held: Option<IpAddr>| held.map_or("-".to_owned(), |address| address.to_string());
            let (v4, v6) = (address(host.held.v4.address), address(host.held.v6.address));
            let leaving = if host.leaving { " leaving" } else { "" };
            let (Name { label, zone }, Host { dns_ttl, expiry_ttl, applied, generation, .. }) = (&host.name, host);
            let user = &user.name;
            lines.push(format!(
                "host {label}|{zone} {user} {dns_ttl} {expiry_ttl} {v4} {v6} {applied}/{generation}{leaving}\n"
            ));
        }
        for (token, _) in rows.tokens.values() {
            lines.push(format!("token {} of {} '{}'\n", token.id, rows.hosts[&token.host].name, token.note));
        }
        lines.concat()
    }
}

fn no(why: Rejected) -> StoreFault {
    StoreFault::Rejected(why)
}

#[async_trait]
impl Store for Fake {
    async fn look(&self, asked: &[Asked]) -> Result<Vec<Found>, StoreFault> {
        let rows = self.open()?;
        let one = |asked: &Asked| {
            let Wish::Named(names) = &asked.hosts else { panic!("Only") };
            let host = |full: &String| rows.hosts.values().find(|host| host.name.fqdn() == *full).cloned();
            Found { user: None, token: None, hosts: names.iter().map(host).collect() }
        };
        Ok(asked.iter().map(one).collect())
    }

    async fn want(&self, wants: &[Want]) -> Result<Vec<Wanted>, StoreFault> {
        let mut rows = self.open()?;
        let mut rivals = self.rivals.lock().unwrap();
        let mut done = Vec::new();
        for want in wants {
            if *rivals > 0 {
                *rivals -= 1;
                rows.hosts.get_mut(&want.host.id).unwrap().generation += 1;
            }
            done.push(rows.want(want));
        }
        Ok(done)
    }

    async fn applied(&self, done: &[(i64, i64)], lease: &Lease) -> Result<Vec<Settled>, StoreFault> {
        let mut rows = self.open()?;
        Ok(done.iter().map(|(id, generation)| rows.settle(*id, *generation, lease)).collect())
    }

    async fn released(&self, undone: &[Undone], owner: &str) -> Result<(), StoreFault> {
        let mut rows = self.open()?;
        for Undone { host: id, .. } in undone {
            if rows.leases.get(id).is_some_and(|(is, _)| is == owner) {
                rows.leases.remove(id);
            }
        }
        Ok(())
    }

    async fn host(&self, id: i64) -> Result<Option<Host>, StoreFault> {
        Ok(self.open()?.hosts.get(&id).cloned())
    }

    async fn touch(&self, _touches: &[Touch]) -> Result<Vec<bool>, StoreFault> {
        panic!("no command asks this")
    }

    async fn claim(&self, _lease: &Lease, _limit: u32) -> Result<Vec<Host>, StoreFault> {
        panic!("no command asks this")
    }

    async fn expired(&self, _now: Moment, _limit: u32) -> Result<Vec<(Host, User)>, StoreFault> {
        panic!("no command asks this")
    }

    async fn letters(&self, _lease: &Lease, _limit: u32) -> Result<Vec<Posted>, StoreFault> {
        panic!("no command asks this")
    }

    async fn posted(&self, _id: i64) -> Result<(), StoreFault> {
        panic!("no command asks this")
    }

    async fn postponed(&self, _id: i64, _after: Duration) -> Result<(), StoreFault> {
        panic!("no command asks this")
    }

    async fn trim_history(&self, _keep: u32) -> Result<(), StoreFault> {
        panic!("no command asks this")
    }

    async fn users(&self) -> Result<Vec<(User, u32)>, StoreFault> {
        let rows = self.open()?;
        Ok(rows.users.values().map(|user| (user.clone(), rows.count(user.id))).collect())
    }

    async fn add_user(&self, user: &NewUser) -> Result<(), StoreFault> {
        let mut rows = self.open()?;
        if rows.users.contains_key(&user.name) {
            return Err(no(Rejected::Exists));
        }
        let row = User {
            id: rows.next(),
            name: user.name.clone(),
            email: user.email.clone(),
            password: user.password.clone(),
            host_limit: user.host_limit,
        };
        rows.users.insert(user.name.clone(), row);
        Ok(())
    }

    async fn delete_user(&self, name: &str) -> Result<(), StoreFault> {
        let mut rows = self.open()?;
        let id = rows.user(name)?.id;
        if rows.count(id) > 0 {
            return Err(no(Rejected::HasHosts));
        }
        rows.users.remove(name);
        Ok(())
    }

    async fn set_password(&self, name: &str, password: &Secret) -> Result<(), StoreFault> {
        self.open()?.user(name)?.password = password.clone();
        Ok(())
    }

    async fn renew_password(&self, _user: &User, _hash: &Secret) -> Result<bool, StoreFault> {
        panic!("no command asks this")
    }

    async fn set_email(&self, name: &str, email: &str) -> Result<(), StoreFault> {
        email.clone_into(&mut self.open()?.user(name)?.email);
        Ok(())
    }

    async fn set_host_limit(&self, name: &str, limit: Option<u32>) -> Result<(), StoreFault> {
        self.open()?.user(name)?.host_limit = limit;
        Ok(())
    }

    async fn hosts(&self, filter: &HostFilter) -> Result<Vec<(Host, String)>, StoreFault> {
        let rows = self.open()?;
        let owner = |host: &Host| rows.users.values().find(|user| user.id == host.user).unwrap().name.clone();
        let mut hosts: Vec<(Host, String)> = rows.hosts.values().map(|host| (host.clone(), owner(host))).collect();
        if let HostFilter::Of(user) = filter {
            hosts.retain(|(_, owner)| owner == user);
        }
        hosts.sort_by_key(|(host, _)| host.name.fqdn());
        Ok(hosts)
    }

    async fn add_host(&self, host: &NewHost) -> Result<(), StoreFault> {
        let mut rows = self.open()?;
        let user = rows.user(&host.user)?.clone();
        if rows.hosts.values().any(|row| row.name.fqdn() == host.name.fqdn()) {
            return Err(no(Rejected::Exists));
        }
        if let Some(limit) = user.host_limit.filter(|limit| rows.count(user.id) >= *limit) {
            return Err(no(Rejected::TooMany(limit)));
        }
        let id = rows.next();
        let row = Host {
            id,
            user: user.id,
            name: host.name.clone(),
            dns_ttl: host.dns_ttl,
            expiry_ttl: host.expiry_ttl,
            held: Pair::default(),
            generation: 0,
            applied: 0,
            source: None,
            recent: Vec::new(),
            leaving: false,
        };
        rows.hosts.insert(id, row);
        Ok(())
    }

    async fn delete_host(&self, id: i64) -> Result<(), StoreFault> {
        let mut rows = self.open()?;
        rows.delete(id);
        Ok(())
    }

    async fn history(&self, host: i64, limit: u32) -> Result<Vec<Event>, StoreFault> {
        let rows = self.open()?;
        let of_host = rows.events.iter().rev().filter(|(id, _)| *id == host).map(|(_, event)| event.clone());
        Ok(of_host.take(limit as usize).collect())
    }

    async fn add_token(&self, host: i64, digest: &Digest, note: &str, now: Moment) -> Result<i64, StoreFault> {
        let mut rows = self.open()?;
        let user = rows.hosts.get(&host).ok_or(no(Rejected::NoHost))?.user;
        let id = rows.next();
        rows.tokens.insert(id, (Token { id, user, host, note: note.to_owned(), made: now }, *digest));
        Ok(id)
    }

    async fn tokens(&self, host: i64) -> Result<Vec<Token>, StoreFault> {
        Ok(self.open()?.tokens.values().map(|(token, _)| token.clone()).filter(|token| token.host == host).collect())
    }

    async fn revoke_token(&self, id: i64) -> Result<(), StoreFault> {
        self.open()?.tokens.remove(&id).map(|_| ()).ok_or(no(Rejected::NoToken))
    }

    async fn check(&self) -> Result<String, StoreFault> {
        drop(self.open()?);
        Ok("a table in memory, scheme 1".to_owned())
    }

    async fn waiting(&self) -> Result<Waiting, StoreFault> {
        let pending = self.open()?.hosts.values().filter(|host| host.applied < host.generation).count();
        Ok(Waiting { hosts: pending as u64, letters: 0 })
    }

    async fn backup(&self, path: &Path) -> Result<(), StoreFault> {
        drop(self.open()?);
        self.copies.lock().unwrap().insert(path.to_owned());
        Ok(())
    }
}

/// A host with both addresses, as updates leave one.
pub(crate) fn updated(store: &Arc<Fake>, fqdn: &str, v4: &str, v6: &str) {
    let mut rows = store.rows();
    let host = rows.hosts.values_mut().find(|host| host.name.fqdn() == fqdn).unwrap();
    for (held, text) in [(&mut host.held.v4, v4), (&mut host.held.v6, v6)] {
        let Ok(address) = text.parse::<IpAddr>() else { continue };
        let seen = NOW.minus(Duration::from_mins(10));
        held.address = Some(address);
        held.last = Some(address);
        (held.changed, held.seen) = (Some(seen), Some(seen));
        held.expires = (host.expiry_ttl > 0).then(|| seen.plus(Duration::from_secs(u64::from(host.expiry_ttl))));
    }
    host.generation += 1;
    host.applied = host.generation;
    host.source = Some([192, 0, 2, 99].into());
}

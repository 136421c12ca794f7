//! `hostname modify` and `hostname delete`: the wanted state first, in the database; then the DNS; then, for a delete, the row. Stopped
//! between any two steps, the daemon or the same command goes on from there.

use std::time::Duration;

use crate::account::Host;
use crate::decide;
use crate::pair::{FAMILIES, Pair};
use crate::world::{Event, Rejected, Want, Wanted};

use super::super::Office;
use super::super::args::{HostnameModify, Place};
use super::super::house::{WorkFault, Works};
use super::super::naming::shown;
use super::super::outcome::{Fault, rejected};

/// How often a change is tried against updates that come in between.
const TRIES: usize = 5;
/// How long another process's lease is waited for: looks, and time between two of them.
const LOOKS: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(200);

impl Office<'_, '_> {
    pub(super) async fn hostname_modify(&mut self, modify: &HostnameModify) -> Result<(), Fault> {
        let ttls = modify.ttls;
        if ttls.dns_ttl.is_none() && ttls.expiry_ttl.is_none() {
            return Err(Fault::Nothing("--dns-ttl, --expiry-ttl or both"));
        }
        let host = self.find_host(&modify.place).await?;
        if host.leaving {
            return Err(Fault::Leaving(host.name.fqdn()));
        }
        let works = self.works()?;
        let change = |host: &Host| {
            let dns_ttl = ttls.dns_ttl.unwrap_or(host.dns_ttl);
            (decide::retime(host, dns_ttl, ttls.expiry_ttl.unwrap_or(host.expiry_ttl)), Vec::new())
        };
        let (before, after, ours) = self.changed(host, &*works, change).await?;
        // what the DNS does not have yet, the end of a record among it, must not count as applied by this
        let done = before.generation == before.applied;
        if ours && done && (before.dns_ttl == after.dns_ttl || !shows(&after)) {
            self.store.applied(&[(after.id, after.generation)], &works.lease()).await?;
        } else if ours {
            let next = "the change is kept; the daemon tries again by itself";
            pushed(&*works, &after, next).await?;
        }
        self.printer().line(&format!(
            "hostname {} has dns_ttl {} and expiry_ttl {}",
            shown(&after.name.fqdn()),
            after.dns_ttl,
            after.expiry_ttl
        ))?;
        self.expired_already(&after);
        Ok(())
    }

    pub(super) async fn hostname_delete(&mut self, place: &Place, keep_dns: bool) -> Result<(), Fault> {
        let host = self.find_host(place).await?;
        let works = self.works()?;
        let now = self.house.now();
        let (_, host, ours) = self.changed(host, &*works, |host| decide::leave(host, now)).await?;
        if !ours {
            self.awaited(&host).await?;
        } else if keep_dns || !touched(&host) {
            self.store.applied(&[(host.id, host.generation)], &works.lease()).await?;
        } else {
            let next = "it stays until its records are gone: mend the cause and delete it again, or add --keep-dns to leave them";
            pushed(&*works, &host, next).await?;
        }
        match self.store.delete_host(host.id).await {
            Err(fault) if rejected(&fault) != Some(Rejected::NoHost) => return Err(fault.into()),
            _ => {}
        }
        self.printer().line(&format!("hostname {} is deleted", shown(&host.name.fqdn())))
    }

    /// The ways into the DNS.
    pub(in super::super) fn works(&self) -> Result<std::sync::Arc<dyn Works>, Fault> {
        self.house.works(self.settings, &self.store).map_err(Fault::Setup)
    }

    /// Writes what the host is to become, again and again where updates come in between: what it was, what it is now, whether it is ours
    /// to push.
    async fn changed(
        &self,
        host: Host,
        works: &dyn Works,
        change: impl Fn(&Host) -> (Host, Vec<Event>),
    ) -> Result<(Host, Host, bool), Fault> {
        let mut before = host;
        for _ in 0..TRIES {
            let (next, events) = change(&before);
            let seen = Pair::of(|family| before.held.get(family).seen);
            let want = Want { host: next.clone(), seen, lease: works.lease(), letter: None, events };
            match self.store.want(&[want]).await?.into_iter().next() {
                Some(Wanted::Ours) => return Ok((before, next, true)),
                Some(Wanted::Others) => return Ok((before, next, false)),
                Some(Wanted::Stale(newer)) => before = *newer,
                Some(Wanted::Gone) | None => return Err(Fault::NoHost(before.name.fqdn())),
            }
        }
        Err(Fault::Busy(before.name.fqdn()))
    }

    /// Another process has the lease and pushes this generation when it sees it.
    async fn awaited(&self, host: &Host) -> Result<(), Fault> {
        for _ in 0..LOOKS {
            match self.store.host(host.id).await? {
                Some(now) if now.applied < host.generation => tokio::time::sleep(BETWEEN).await,
                _ => return Ok(()),
            }
        }
        Err(Fault::Others(host.name.fqdn()))
    }

    fn expired_already(&mut self, host: &Host) {
        let now = self.house.now();
        let past = |family| host.held.get(family).expires.is_some_and(|expires| expires <= now);
        if FAMILIES.into_iter().any(past) {
            self.printer().warn(format!(
                "{} has not been updated for longer than that: it expires at the next cleanup",
                host.name
            ));
        }
    }
}

async fn pushed(works: &dyn Works, host: &Host, next: &'static str) -> Result<(), Fault> {
    works.push(host.clone()).await.map_err(|fault| match fault {
        WorkFault::Store(fault) => Fault::Store(fault),
        WorkFault::Zone(fault) => Fault::Dns(host.name.clone(), fault, next),
    })
}

/// Whether records stand in the DNS that have a TTL.
fn shows(host: &Host) -> bool {
    FAMILIES.into_iter().any(|family| host.held.get(family).address.is_some())
}

/// Whether this program ever set a record of it.
fn touched(host: &Host) -> bool {
    FAMILIES.into_iter().any(|family| host.held.get(family).ours())
}

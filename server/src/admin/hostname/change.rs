//! `hostname modify` and `hostname delete`: the wanted state first, in the database; then the DNS; then, for a delete, the row. Stopped
//! between any two steps, the daemon goes on from there.

use crate::account::Host;
use crate::decide;
use crate::pair::{FAMILIES, Pair};
use crate::push::{PushFault, Pushed, Step};
use crate::world::{Want, Wanted};

use super::super::Office;
use super::super::args::{HostnameModify, Place};
use super::super::house::Unwanted;
use super::super::naming::shown;
use super::super::outcome::Fault;

/// How often a change is tried against updates that come in between.
const TRIES: usize = 16;

impl Office<'_, '_> {
    pub(super) async fn hostname_modify(&mut self, modify: &HostnameModify) -> Result<(), Fault> {
        let ttls = modify.ttls;
        if ttls.dns_ttl.is_none() && ttls.expiry_ttl.is_none() {
            return Err(Fault::Nothing("--dns-ttl, --expiry-ttl or both"));
        }
        let host = self.find_host(&modify.place).await?;
        let next = |host: &Host| {
            decide::retime(host, ttls.dns_ttl.unwrap_or(host.dns_ttl), ttls.expiry_ttl.unwrap_or(host.expiry_ttl))
        };
        let after = match self.noted(host, next).await? {
            Noted::Done(after) => after,
            Noted::ConcernsDns(host) => self.retimed(host, next).await?,
        };
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
        let fqdn = host.name.fqdn();
        if keep_dns {
            self.store.delete_host(host.id).await?;
        } else {
            let (id, now) = (host.id, self.house.now());
            let leave = |row: &Host| {
                let (host, events) = decide::leave(row, now);
                Ok(Step { host, events, letter: None })
            };
            let next = "it stays until its records are gone, and the daemon tries again by itself; add --keep-dns to leave them";
            if self.changed(host, leave, next).await?.is_some() && self.store.host(id).await?.is_some() {
                self.printer().warn(format!(
                    "the name server left messages about {} unanswered; while one could still come, ten minutes at most, the name stays \
                     taken and the daemon removes what comes back",
                    shown(&fqdn)
                ));
            }
        }
        self.printer().line(&format!("hostname {} is deleted", shown(&fqdn)))
    }

    /// Writes what does not concern the DNS, again and again where updates come in between.
    async fn noted(&self, host: Host, next: impl Fn(&Host) -> Host) -> Result<Noted, Fault> {
        let mut before = host;
        for _ in 0..TRIES {
            if before.leaving {
                return Err(Fault::Leaving(before.name.fqdn()));
            }
            let after = next(&before);
            if after.generation != before.generation {
                return Ok(Noted::ConcernsDns(before));
            }
            let seen = Pair::of(|family| before.held.get(family).seen);
            let want = Want { host: after.clone(), seen, lease: None, letter: None, events: Vec::new() };
            match self.store.want(&[want]).await?.into_iter().next() {
                Some(Wanted::Stale(newer)) => before = *newer,
                Some(Wanted::Gone) | None => return Err(Fault::NoHost(before.name.fqdn())),
                Some(Wanted::Noted | Wanted::Ours | Wanted::Others) => return Ok(Noted::Done(after)),
            }
        }
        Err(Fault::Busy(before.name.fqdn()))
    }

    async fn retimed(&self, host: Host, next: impl Fn(&Host) -> Host + Sync) -> Result<Host, Fault> {
        let fqdn = host.name.fqdn();
        let step = |row: &Host| {
            if row.leaving {
                return Err(Unwanted);
            }
            Ok(Step { host: Host { generation: row.generation + 1, ..next(row) }, events: Vec::new(), letter: None })
        };
        let after = self.changed(host, step, "the change is kept; the daemon tries again by itself").await?;
        after.ok_or(Fault::NoHost(fqdn))
    }

    /// Changes a host to the end; `next` says what becomes of it where the DNS does not follow. `None` when it is gone.
    async fn changed(
        &self,
        host: Host,
        mut step: impl FnMut(&Host) -> Result<Step, Unwanted> + Send,
        next: &'static str,
    ) -> Result<Option<Host>, Fault> {
        let name = host.name.clone();
        let works = self.house.works(self.settings, &self.store).map_err(Fault::Setup)?;
        match works.change(host, &mut step).await {
            Ok(Pushed::Applied(after)) => Ok(Some(*after)),
            Ok(Pushed::Gone) => Ok(None),
            Ok(Pushed::Nothing(Unwanted)) => Err(Fault::Leaving(name.fqdn())),
            Ok(Pushed::Pending(fault)) => Err(Fault::Dns(name, fault, next)),
            Err(PushFault::Crowded) => Err(Fault::Busy(name.fqdn())),
            Err(PushFault::Store(fault)) => Err(fault.into()),
        }
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

/// What came of a change that may not concern the DNS.
enum Noted {
    /// It did not, and is written.
    Done(Host),
    /// It does; the row as it is.
    ConcernsDns(Host),
}

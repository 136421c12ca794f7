//! What the daemon talks to: database, name servers, mail server; and the clock that signatures depend on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Settings;
use crate::moment::Moment;
use crate::world::{Checked, HostFilter, LetterFault, Store, Zone};

use super::super::house::House;
use super::super::{naming, when};
use super::Finding;

/// 2026-01-01: this program is younger.
const EARLIEST: Moment = Moment(1_767_225_600_000);
/// 2100-01-01.
const LATEST: Moment = Moment(4_102_444_800_000);
/// What TSIG allows between two clocks (RFC 8945 section 10, recommended fudge).
const FUDGE: Duration = Duration::from_mins(5);
/// Name servers asked at once.
const AT_ONCE: usize = 8;

pub(super) async fn database(settings: &Settings, house: &dyn House) -> (Finding, Option<Arc<dyn Store>>) {
    let next = "see [database] in the configuration: path and its owner, or host, name, user and password";
    let store = match house.store(&settings.database).await {
        Ok(store) => store,
        Err(fault) => return (Finding::fault("database", fault.to_string(), next), None),
    };
    match store.check().await {
        Ok(said) => (Finding::well("database", said), Some(store)),
        Err(fault) => (Finding::fault("database", fault.to_string(), next), None),
    }
}

/// Whether the time can be right: signatures are refused where it is not, and addresses would expire at once or never.
pub(super) async fn clock(now: Moment, store: Option<&Arc<dyn Store>>) -> Vec<Finding> {
    let next = "set the clock, and keep it right with NTP (chrony, systemd-timesyncd)";
    let said = format!("it is {}", when::shown(now));
    if !(EARLIEST..LATEST).contains(&now) {
        return vec![Finding::fault("clock", format!("{said}, which cannot be"), next)];
    }
    let Some(store) = store else { return vec![Finding::well("clock", said)] };
    let hosts = store.hosts(&HostFilter::All).await.unwrap_or_default();
    let newest = hosts.iter().flat_map(|(host, _)| [host.held.v4.seen, host.held.v6.seen]).flatten().max();
    match newest.filter(|newest| newest.since(now) > FUDGE) {
        Some(newest) => {
            let said =
                format!("{said}, but the newest update came at {}: it runs late, or ran early", when::shown(newest));
            vec![Finding::warning("clock", said, next)]
        }
        None => vec![Finding::well("clock", said)],
    }
}

/// One round trip to the server of each zone that is configured or holds hosts.
pub(super) async fn zones(settings: &Settings, store: &Arc<dyn Store>, house: &dyn House) -> Vec<Finding> {
    let zone = match house.zone(settings, store) {
        Ok(zone) => zone,
        Err(said) => return vec![Finding::fault("name server", said, "mend [dns_service] in the configuration")],
    };
    let mut names: BTreeSet<String> = naming::zones(settings).into_iter().collect();
    match store.hosts(&HostFilter::All).await {
        Ok(hosts) => names.extend(hosts.into_iter().map(|(host, _)| host.name.zone)),
        Err(fault) => return vec![Finding::fault("name server", fault.to_string(), "mend the database first")],
    }
    if names.is_empty() {
        let next = "name one in [dns_service.zone_keys], or add a hostname; then check again";
        return vec![Finding::warning("name server", "no zone is known that it could be asked about", next)];
    }
    let names: Vec<String> = names.into_iter().collect();
    let mut found = Vec::new();
    for some in names.chunks(AT_ONCE) {
        found.extend(asked(&zone, some).await);
    }
    found
}

async fn asked(zone: &Arc<dyn Zone>, names: &[String]) -> Vec<Finding> {
    let asking: Vec<_> = names
        .iter()
        .map(|name| {
            let (zone, name) = (zone.clone(), name.clone());
            (name.clone(), tokio::spawn(async move { zone.check(&name).await }))
        })
        .collect();
    let mut found = Vec::new();
    for (name, task) in asking {
        let about = format!("zone {}", naming::shown(&name));
        found.push(match task.await {
            Ok(Checked { said: Ok(said), .. }) => Finding::well(about, said),
            Ok(Checked { said: Err(said), .. }) => Finding::fault(
                about,
                said,
                "mend it at the zone's name server (does it run, has it the zone, the key, an update policy?), or in [dns_service] here",
            ),
            Err(fault) => Finding::fault(about, fault.to_string(), "tell the makers of this program"),
        });
    }
    found
}

/// Whether the mail server would take letters.
pub(super) async fn mail(settings: &Settings, house: &dyn House) -> Finding {
    let next = "see [email] in the configuration";
    match house.mail(settings) {
        Ok(None) => Finding::well("mail", "switched off"),
        Err(said) => Finding::fault("mail", said, next),
        Ok(Some(mail)) => match mail.check().await {
            Ok(said) => Finding::well("mail", said),
            Err(fault @ LetterFault::Later(_)) => {
                Finding::fault("mail", fault.to_string(), "see whether the server runs and [email] names it rightly")
            }
            Err(fault) => Finding::fault("mail", fault.to_string(), next),
        },
    }
}

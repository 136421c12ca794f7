//! From a row to the DNS: who writes it down, who pushes it, and what is left when somebody goes away in between. The database is a real one,
//! the name server one that can be watched.

#![cfg(test)]

mod sweeps;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ddns::secret::Secret;
use ddns_service::account::{Host, Name};
use ddns_service::config::Database;
use ddns_service::decide::{self, Said, Verdict};
use ddns_service::desk::Desk;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::push::{Pushed, Pusher, Step};
use ddns_service::store;
use ddns_service::world::{Checked, HostFilter, Lease, NewHost, NewUser, Records, Set, Store, Zone, ZoneFault};
use tokio::time::{Instant, sleep, timeout};

/// A name server that takes its time, and sees when two updates of its one name are under way at once.
#[derive(Default)]
struct Watched {
    taken: Mutex<Vec<Set>>,
    /// What the next ones come to, instead of being taken.
    faults: Mutex<Vec<ZoneFault>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait::async_trait]
impl Zone for Watched {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(Duration::from_millis(5)).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if let Some(fault) = self.faults.lock().unwrap().pop() {
            return Err(fault);
        }
        self.taken.lock().unwrap().push(records.set.v4);
        Ok(())
    }

    async fn check(&self, _: &str) -> Checked {
        panic!("no push asks this")
    }
}

struct Bed {
    folder: PathBuf,
    store: Arc<dyn Store>,
    zone: Arc<Watched>,
    pusher: Arc<Pusher>,
}

impl Drop for Bed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Bed {
    async fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let folder = std::env::temp_dir().join(format!("ddns-push-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = store::open(&Database::Sqlite { path: folder.join("ddns.db") }).await.unwrap();
        let ann =
            NewUser { name: "ann".into(), email: "a@example.org".into(), password: Secret::new("x"), host_limit: None };
        store.add_user(&ann).await.unwrap();
        let name = Name { label: "pc".into(), zone: "dyn.example.org".into() };
        store.add_host(&NewHost { user: "ann".into(), name, dns_ttl: 60, expiry_ttl: 0 }).await.unwrap();
        // longer than any test waits: what only the lease's end would mend stays broken
        let lease = Lease { owner: "this run".into(), span: Duration::from_mins(1) };
        let (store, zone): (Arc<dyn Store>, _) = (store, Arc::new(Watched::default()));
        let desk = Arc::new(Desk::new(Arc::clone(&store), &lease));
        let pusher = Pusher::new(desk, Arc::clone(&zone) as Arc<dyn Zone>, lease);
        Self { folder, store, zone, pusher }
    }

    async fn host(&self) -> Host {
        self.store.hosts(&HostFilter::All).await.unwrap().remove(0).0
    }
}

fn to(address: &str) -> impl FnMut(&Host) -> Result<Step, ()> + use<> {
    let address: IpAddr = address.parse().unwrap();
    move |row| {
        let addresses = Pair { v4: Some(address), v6: None };
        match decide::update(row, &Said { addresses, source: address, now: Moment(1_000) }, None) {
            Verdict::Change(host, events) => Ok(Step { host: *host, events, letter: None }),
            _ => Err(()),
        }
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_at_once_has_its_address_in_the_dns_all_the_same() {
    let bed = Bed::new().await;
    let host = bed.host().await;
    // polled once, then dropped: what it asked of the database is on its way
    assert!(timeout(Duration::ZERO, bed.pusher.change(host, to("192.0.2.1"))).await.is_err());
    let begun = Instant::now();
    while bed.host().await.applied < 1 {
        assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", bed.host().await);
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(*bed.zone.taken.lock().unwrap(), [Set::To("192.0.2.1".parse().unwrap())]);
}

#[tokio::test]
async fn updates_of_one_name_are_never_under_way_together_and_the_newest_is_the_last() {
    let bed = Bed::new().await;
    let host = bed.host().await;
    let addresses: Vec<String> = (1..=8).map(|number| format!("192.0.2.{number}")).collect();
    let changes = addresses.iter().map(|address| bed.pusher.change(host.clone(), to(address)));
    for pushed in futures_util::future::join_all(changes).await {
        assert!(matches!(pushed, Ok(Pushed::Applied(_))), "{pushed:?}");
    }
    let row = bed.host().await;
    assert_eq!((row.applied, bed.zone.most.load(Ordering::SeqCst)), (row.generation, 1));
    assert_eq!(bed.zone.taken.lock().unwrap().last().copied(), row.held.v4.address.map(Set::To));
}

#[expect(clippy::unnecessary_wraps, reason = "as `Pusher::change` asks for it")]
fn leave(row: &Host) -> Result<Step, ()> {
    let (host, events) = decide::leave(row, Moment(2_000));
    Ok(Step { host, events, letter: None })
}

/// Whether anybody would push it within this time.
async fn looked_after(bed: &Bed, within: Duration) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < within {
        let lease = Lease { owner: "another run".into(), span: Duration::from_millis(1) };
        if !bed.store.claim(&lease, 10).await.unwrap().is_empty() {
            return true;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
async fn an_update_that_read_the_host_before_it_was_deleted_does_not_bring_its_record_back() {
    let bed = Bed::new().await;
    let host = bed.host().await;
    assert!(matches!(bed.pusher.change(host.clone(), to("192.0.2.1")).await, Ok(Pushed::Applied(_))));
    let read = bed.host().await;
    // the delete waits in vain: its row is to be there when the update comes
    *bed.zone.faults.lock().unwrap() = vec![ZoneFault::Refused("REFUSED".into())];
    assert!(matches!(bed.pusher.change(read.clone(), leave).await, Ok(Pushed::Pending(_))));
    assert!(matches!(bed.pusher.change(read, to("192.0.2.2")).await, Ok(Pushed::Nothing(()))));
    assert!(matches!(bed.pusher.change(bed.host().await, leave).await, Ok(Pushed::Applied(_))));
    assert_eq!(bed.store.host(host.id).await.unwrap(), None);
    assert_eq!(*bed.zone.taken.lock().unwrap(), [Set::To("192.0.2.1".parse().unwrap()), Set::Remove]);
}

#[tokio::test]
async fn what_may_come_late_is_looked_after_and_what_was_answered_or_never_left_is_not() {
    let said = || "said".to_owned();
    let rows = [
        (ZoneFault::Unknown(said()), true),
        (ZoneFault::Unproven(said()), true),
        (ZoneFault::NotSent(said()), false),
        (ZoneFault::Refused(said()), false),
        (ZoneFault::Alias, false),
        (ZoneFault::Signature(said()), false),
        (ZoneFault::NotAsked(said()), false),
    ];
    let looks = rows.map(|(fault, wanted)| async move {
        let bed = Bed::new().await;
        *bed.zone.faults.lock().unwrap() = vec![fault.clone()];
        let host = bed.host().await;
        assert!(matches!(bed.pusher.change(host.clone(), to("192.0.2.1")).await, Ok(Pushed::Pending(_))));
        bed.pusher.rest().await;
        assert!(matches!(bed.pusher.change(host, to("192.0.2.2")).await, Ok(Pushed::Applied(_))));
        let within = Duration::from_secs(if wanted { 60 } else { 3 });
        assert_eq!(looked_after(&bed, within).await, wanted, "{fault:?}");
    });
    futures_util::future::join_all(looks).await;
}

#[tokio::test]
async fn a_deleted_host_of_which_a_message_may_come_late_is_removed_once_more() {
    let bed = Bed::new().await;
    let host = bed.host().await;
    *bed.zone.faults.lock().unwrap() = vec![ZoneFault::Unknown("no answer".into())];
    assert!(matches!(bed.pusher.change(host, to("192.0.2.1")).await, Ok(Pushed::Pending(_))));
    bed.pusher.rest().await;
    assert!(matches!(bed.pusher.change(bed.host().await, leave).await, Ok(Pushed::Applied(_))));
    let again = tokio::spawn(ddns_service::push::again(Arc::clone(&bed.pusher)));
    let begun = Instant::now();
    while bed.zone.taken.lock().unwrap().len() < 2 {
        assert!(begun.elapsed() < Duration::from_mins(1));
        sleep(Duration::from_millis(20)).await;
    }
    again.abort();
    assert_eq!(*bed.zone.taken.lock().unwrap(), [Set::Remove, Set::Remove]);
    assert!(bed.host().await.leaving, "until no message can come any more");
}

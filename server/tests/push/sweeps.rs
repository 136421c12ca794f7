//! Many hosts at once: what expired goes together, and who is in the way of one host hinders no other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ddns::secret::Secret;
use ddns_service::account::{Host, Name, User};
use ddns_service::config::Database;
use ddns_service::decide::{self, Said, Verdict};
use ddns_service::desk::Desk;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::push::{Pusher, Step};
use ddns_service::store;
use ddns_service::sweep::{self, Swept};
use ddns_service::world::{
    Checked, Clock, EventKind, HostFilter, Lease, Letter, NewHost, NewUser, Records, Set, Store, Touch, Want, Zone,
    ZoneFault,
};
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

const HOSTS: usize = 200;
/// When they all have expired.
const NOW: Moment = Moment(1_000_000);

struct Late;

impl Clock for Late {
    fn now(&self) -> Moment {
        NOW
    }
}

/// A name server that takes everything but one name.
#[derive(Default)]
struct Picky {
    taken: Mutex<BTreeMap<String, Vec<Set>>>,
}

#[async_trait::async_trait]
impl Zone for Picky {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        sleep(Duration::from_millis(2)).await;
        if records.name.label == "refused" {
            return Err(ZoneFault::Refused("REFUSED".into()));
        }
        self.taken.lock().unwrap().entry(records.name.label.clone()).or_default().push(records.set.v4);
        Ok(())
    }

    async fn check(&self, _: &str) -> Checked {
        panic!("no push asks this")
    }
}

struct Town {
    folder: std::path::PathBuf,
    store: Arc<dyn Store>,
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Town {
    /// Hosts with an address each that the DNS has and nobody confirms; some have names of their own.
    async fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ddns-push-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = store::open(&Database::Sqlite { path: folder.join("ddns.db") }).await.unwrap();
        let ann =
            NewUser { name: "ann".into(), email: "a@example.org".into(), password: Secret::new("x"), host_limit: None };
        store.add_user(&ann).await.unwrap();
        let own = ["confirmed", "deleted", "leaving", "elsewhere", "refused"].map(str::to_owned);
        let labels = own.into_iter().chain((own_count()..HOSTS).map(|number| format!("h{number}")));
        for label in labels {
            let name = Name { label, zone: "dyn.example.org".into() };
            store.add_host(&NewHost { user: "ann".into(), name, dns_ttl: 60, expiry_ttl: 1 }).await.unwrap();
        }
        let town = Self { folder, store };
        let address = [192, 0, 2, 1].into();
        let said = Said { addresses: Pair { v4: Some(address), v6: None }, source: address, now: Moment(1_000) };
        town.written("setup", Duration::from_mins(1), |row| match decide::update(row, &said, None) {
            Verdict::Change(host, events) => Step { host: *host, events, letter: None },
            other => panic!("{other:?}"),
        })
        .await;
        let done: Vec<_> = town.hosts().await.iter().map(|host| (host.id, 1)).collect();
        town.store.applied(&done, &lease("setup", Duration::from_mins(1))).await.unwrap();
        town
    }

    async fn hosts(&self) -> Vec<Host> {
        self.store.hosts(&HostFilter::All).await.unwrap().into_iter().map(|(host, _)| host).collect()
    }

    async fn named(&self, label: &str) -> Host {
        self.hosts().await.into_iter().find(|host| host.name.label == label).unwrap()
    }

    async fn written(&self, owner: &str, span: Duration, step: impl Fn(&Host) -> Step) {
        let wants: Vec<Want> = self.hosts().await.iter().map(|row| want(row, step(row), owner, span)).collect();
        self.store.want(&wants).await.unwrap();
    }

    fn pusher(&self, zone: &Arc<Picky>) -> (Arc<Desk>, Arc<Pusher>) {
        let lease = lease("this run", Duration::from_mins(1));
        let desk = Arc::new(Desk::new(Arc::clone(&self.store), &lease));
        (Arc::clone(&desk), Pusher::new(desk, Arc::clone(zone) as Arc<dyn Zone>, lease))
    }

    /// Keys of the letters that may leave, sorted.
    async fn letters(&self) -> Vec<String> {
        let found = self.store.letters(&lease("post", Duration::from_mins(1)), 1_000).await.unwrap();
        let mut keys: Vec<String> = found.into_iter().map(|posted| posted.letter.key).collect();
        keys.sort();
        keys
    }

    /// What others do between the look for expired hosts and what is written about them.
    async fn meanwhile(&self) {
        let (touched, seen) = (self.named("confirmed").await, NOW);
        let times = Pair { v4: Some((seen, Some(seen.plus(Duration::from_hours(1))))), v6: None };
        let touch = Touch { host: touched.id, generation: touched.generation, times, source: None };
        assert_eq!(self.store.touch(&[touch]).await.unwrap(), [true]);
        self.store.delete_host(self.named("deleted").await.id).await.unwrap();
        let leaving = self.named("leaving").await;
        let (host, events) = decide::leave(&leaving, NOW);
        let leave = want(&leaving, Step { host, events, letter: None }, "another run", Duration::from_mins(1));
        let elsewhere = self.named("elsewhere").await;
        let anew = want(&elsewhere, Step::anew(&elsewhere), "another run", Duration::from_mins(1));
        self.store.want(&[leave, anew]).await.unwrap();
        let (store, id) = (Arc::clone(&self.store), elsewhere.id);
        tokio::spawn(async move {
            // the other run is done when it has come as far as the expiry, which it finds when it says what it did
            let other = lease("another run", Duration::from_mins(1));
            loop {
                sleep(Duration::from_millis(20)).await;
                let row = store.host(id).await.unwrap().unwrap();
                store.applied(&[(id, row.generation)], &other).await.unwrap();
                if row.held.v4.address.is_none() {
                    return;
                }
            }
        });
    }
}

fn own_count() -> usize {
    5
}

fn lease(owner: &str, span: Duration) -> Lease {
    Lease { owner: owner.into(), span }
}

fn want(row: &Host, step: Step, owner: &str, span: Duration) -> Want {
    let seen = Pair::of(|family| row.held.get(family).seen);
    Want { host: step.host, seen, lease: Some(lease(owner, span)), letter: step.letter, events: step.events }
}

#[expect(clippy::unnecessary_wraps, reason = "as `sweep::Letters` asks for it")]
fn letter(_: &User, _: &Host, next: &Host) -> Option<Letter> {
    let (key, to) = (next.name.label.clone(), "a@example.org".to_owned());
    Some(Letter { key, host: next.id, generation: next.generation, to, subject: String::new(), body: String::new() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_the_way_of_one_expired_host_hinders_no_other() {
    let town = Arc::new(Town::new("hindered").await);
    let zone = Arc::new(Picky::default());
    let (desk, pusher) = town.pusher(&zone);
    let (others, begun) = (Arc::clone(&town), Mutex::new(false));
    let letters = move |user: &User, before: &Host, next: &Host| {
        // the first host is being decided about: all of them were read, and none is written
        if !std::mem::replace(&mut *begun.lock().unwrap(), true) {
            block_in_place(|| Handle::current().block_on(others.meanwhile()));
        }
        letter(user, before, next)
    };
    let swept = sweep::once(&desk, &pusher, &Late, &letters).await.unwrap();
    let refused = vec![("refused.dyn.example.org".to_owned(), "the name server refused: REFUSED".to_owned())];
    assert_eq!(swept, Swept { removed: HOSTS - 4, failed: refused, failures: 1 });
    pusher.rest().await;
    let rows = town.hosts().await;
    assert_eq!(rows.len(), HOSTS - 1);
    for row in &rows {
        let label = row.name.label.as_str();
        let expired = town.store.history(row.id, 10).await.unwrap();
        let expired = expired.iter().filter(|event| event.kind == EventKind::Expiry).count();
        assert_eq!(expired, usize::from(!["confirmed", "leaving"].contains(&label)), "{label}");
        assert_eq!(row.held.v4.address.is_some(), label == "confirmed", "{label}");
        assert_eq!(row.applied == row.generation, !["refused", "leaving"].contains(&label), "{label}");
    }
    let taken = zone.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), HOSTS - 5, "{taken:?}");
    assert!(taken.iter().all(|(label, sets)| label.starts_with('h') && *sets == [Set::Remove]), "{taken:?}");
    let mut letters: Vec<String> = taken.into_keys().chain(["elsewhere".to_owned()]).collect();
    letters.sort();
    assert_eq!(town.letters().await, letters);
    assert_eq!(sweep::once(&desk, &pusher, &Late, &letter).await.unwrap(), Swept::default());
}

#[tokio::test]
async fn what_a_sweep_wrote_before_it_was_killed_is_carried_out_by_another_run() {
    let town = Town::new("killed").await;
    town.written("killed run", Duration::from_millis(1), |row| {
        let (next, events) = decide::expire(row, NOW).unwrap();
        let told = Letter {
            key: row.name.label.clone(),
            host: row.id,
            generation: next.generation,
            to: "a@example.org".into(),
            subject: String::new(),
            body: String::new(),
        };
        Step { host: next, events, letter: Some(told) }
    })
    .await;
    let zone = Arc::new(Picky::default());
    let (desk, pusher) = town.pusher(&zone);
    assert_eq!(sweep::once(&desk, &pusher, &Late, &letter).await.unwrap(), Swept::default(), "it is written down");
    let again = tokio::spawn(ddns_service::push::again(Arc::clone(&pusher)));
    let begun = Instant::now();
    while town.hosts().await.iter().filter(|host| host.applied == host.generation).count() < HOSTS - 1 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        sleep(Duration::from_millis(20)).await;
    }
    again.abort();
    let taken = zone.taken.lock().unwrap().clone();
    assert!(taken.values().all(|sets| *sets == [Set::Remove]), "{taken:?}");
    assert_eq!(town.letters().await, taken.into_keys().collect::<Vec<_>>());
}

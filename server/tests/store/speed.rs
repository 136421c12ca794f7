//! How fast the busy paths are, on a hundred thousand hosts. Long: run with `--ignored --nocapture`, optimised.

use std::time::Instant;

use ddns::address::Family;
use ddns_service::account::Host;
use ddns_service::config::Database;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::world::{Asked, Event, EventKind, HostFilter, Store, Touch, Want, Wish};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::bed::{Bed, ip, long, want};
use crate::mariadb::Server;

const HOSTS: usize = 100_000;
const ROUNDS: usize = 300;

const ROWS: &str = "INSERT INTO hosts (user_id, fqdn, label, zone, dns_ttl, expiry_ttl, address4, last4, changed4, seen4, expires4, generation, applied, recent, leaving)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long"]
async fn speed_on_sqlite() {
    let bed = Bed::sqlite();
    bed.with_ann().await.close().await;
    let Database::Sqlite { path } = &bed.database else { panic!() };
    let mut link = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let fill = format!(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {HOSTS}) {ROWS}
         SELECT 1, 'h' || x || '.dyn.example.com', 'h' || x, 'dyn.example.com', 60, 3600, '192.0.2.1', '192.0.2.1', 1, 1, 1000, 1, 1, '1,2,3', 0 FROM n"
    );
    link.execute(AssertSqlSafe(fill)).await.unwrap();
    link.close().await.unwrap();
    measured("SQLite", &bed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long"]
async fn speed_on_mariadb() {
    let server = Server::start(&[]);
    let bed = Bed { database: server.database().await, folder: crate::bed::folder() };
    bed.with_ann().await.close().await;
    let Database::Mariadb { name, .. } = &bed.database else { panic!() };
    let fill = format!(
        "{ROWS} SELECT (SELECT id FROM users), CONCAT('h', seq, '.dyn.example.com'), CONCAT('h', seq), 'dyn.example.com', 60, 3600, '192.0.2.1', '192.0.2.1', 1, 1, 1000, 1, 1, '1,2,3', 0 FROM seq_1_to_{HOSTS}"
    );
    server.root(name).await.execute(AssertSqlSafe(fill)).await.unwrap();
    measured("MariaDB", &bed).await;
}

fn say(what: &str, name: &str, rows: usize, begun: Instant) {
    let rate = rows as u128 * 1000 / begun.elapsed().as_millis().max(1);
    eprintln!("{name} {what}: {rate}/s");
}

fn some(hosts: &[Host], round: usize) -> impl Iterator<Item = &Host> {
    (0..64).map(move |at| &hosts[(round * 64 + at) * 7919 % hosts.len()])
}

async fn measured(name: &str, bed: &Bed) {
    let store = bed.open().await;
    let begun = Instant::now();
    let all: Vec<_> = store.hosts(&HostFilter::All).await.unwrap().into_iter().map(|(host, _)| host).collect();
    say("hosts listed", name, all.len(), begun);
    for run in 0..3 {
        looks(name, &*store, &all, run).await;
        writes(name, &*store, &all, run).await;
    }
    let begun = Instant::now();
    let mut count = 0;
    for _ in 0..100 {
        count += store.expired(Moment(i64::MAX), 64).await.unwrap().len();
    }
    say("expired, 64 together", name, count, begun);
    let begun = Instant::now();
    store.backup(&bed.folder.join("copy.db")).await.unwrap();
    say("backup, hosts", name, HOSTS, begun);
}

async fn looks(name: &str, store: &dyn Store, all: &[Host], run: usize) {
    let begun = Instant::now();
    for round in 0..ROUNDS {
        let asked: Vec<_> = some(all, round + run * 1000)
            .map(|host| Asked {
                user: Some("ann".to_owned()),
                token: Some([host.id.to_le_bytes()[0]; 32]),
                hosts: Wish::Named(vec![host.name.fqdn()]),
            })
            .collect();
        assert!(store.look(&asked).await.unwrap().iter().all(|found| found.hosts[0].is_some()));
    }
    say("looks, 64 together", name, ROUNDS * 64, begun);
}

async fn writes(name: &str, store: &dyn Store, all: &[Host], run: usize) {
    let batches: Vec<Vec<Want>> =
        (0..ROUNDS).map(|round| some(all, round + run * ROUNDS).map(changed).collect()).collect();
    let begun = Instant::now();
    for batch in &batches {
        store.want(batch).await.unwrap();
    }
    say("wants with history, 64 a commit", name, ROUNDS * 64, begun);
    let begun = Instant::now();
    for batch in &batches {
        let done: Vec<_> = batch.iter().map(|want| (want.host.id, want.host.generation)).collect();
        store.applied(&done, &long("one")).await.unwrap();
    }
    say("applied, 64 a commit", name, ROUNDS * 64, begun);
    let begun = Instant::now();
    for batch in &batches {
        let touches: Vec<_> = batch.iter().map(touched).collect();
        store.touch(&touches).await.unwrap();
    }
    say("touches, 64 a commit", name, ROUNDS * 64, begun);
    let begun = Instant::now();
    for batch in batches.iter().take(100) {
        store.want(&[changed(&batch[0].host)]).await.unwrap();
    }
    say("wants, one a commit", name, 100, begun);
}

fn changed(host: &Host) -> Want {
    let mut wanted = want(host, "198.51.100.1", "one");
    wanted.host.held.v4.expires = Some(Moment(5000 + host.id));
    let (at, kind, family) = (Moment(1), EventKind::Update, Family::V4);
    let source = Some(ip("198.51.100.1"));
    wanted.events.push(Event { at, kind, family, old: source, new: source, source });
    wanted
}

fn touched(want: &Want) -> Touch {
    let times = Pair { v4: Some((Moment(2), Some(Moment(6000)))), v6: None };
    Touch { host: want.host.id, generation: want.host.generation, times, source: None }
}

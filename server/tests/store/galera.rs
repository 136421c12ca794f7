//! A real Galera cluster of three nodes on loopback addresses: writers on two nodes at once, and a node that is killed.

use std::path::Path;
use std::sync::Arc;

use ddns::secret::Secret;
use ddns_service::config::{Database, SslMode};
use ddns_service::store::{self, Sql};
use ddns_service::world::{Settled, Store, StoreFault, Wanted};

use crate::bed::{Bed, folder, host, long, named, user, want};
use crate::cluster::{Cluster, Node, PASSWORD, USER};
use crate::ports::free_port;

pub(crate) fn database(node: &Node) -> Database {
    database_at(&node.socket(), 5)
}

pub(crate) fn database_at(socket: &Path, pool_size: u32) -> Database {
    Database::Mariadb {
        host: socket.display().to_string(),
        port: 3306,
        name: "ddns".to_owned(),
        user: USER.to_owned(),
        password: Secret::new(PASSWORD),
        ssl_mode: SslMode::Preferred,
        ssl_ca: None,
        pool_size,
    }
}

pub(crate) fn cluster() -> Cluster {
    Cluster::start(folder(), [free_port(), free_port(), free_port()])
}

const HOSTS: usize = 4;

/// Adds generations to hosts that another node changes too, until it is told to stop or its node is gone; each that was taken.
async fn write(store: Arc<Sql>, owner: &'static str, rounds: usize) -> (Vec<(i64, i64)>, u32) {
    let (mut taken, mut faults) = (Vec::new(), 0);
    for round in 0..rounds {
        let label = format!("pc{}", round % HOSTS);
        let Ok(hosts) = store.hosts(&ddns_service::world::HostFilter::All).await else {
            faults += 1;
            continue;
        };
        let row = hosts.into_iter().find(|(host, _)| host.name.label == label).unwrap().0;
        let wanted = want(&row, &format!("192.0.2.{}", round % 200), owner);
        match store.want(&[wanted]).await {
            Ok(done) if matches!(done[0], Wanted::Ours | Wanted::Others) => taken.push((row.id, row.generation + 1)),
            Ok(_) => {}
            Err(StoreFault::Away(_) | StoreFault::Unknown(_)) => faults += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    (taken, faults)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn writers_on_two_nodes_lose_nothing_and_a_killed_node_ends_nobody_elses_work() {
    let mut cluster = cluster();
    let bed = Bed { database: database(&cluster.nodes[0]), folder: folder() };
    let one = bed.open().await;
    let two = store::open(&database(&cluster.nodes[1])).await.unwrap();
    one.add_user(&user("ann")).await.unwrap();
    let mut ids = Vec::new();
    for number in 0..HOSTS {
        ids.push(host(&*one, "ann", &format!("pc{number}")).await.id);
    }
    crate::bed::moment(1000).await;
    let (first, second) =
        tokio::join!(tokio::spawn(write(one.clone(), "one", 400)), tokio::spawn(write(two.clone(), "two", 400)));
    let (mut taken, faults) = first.unwrap();
    let (others, more) = second.unwrap();
    println!("{} and {} were taken; {faults} and {more} faults", taken.len(), others.len());
    assert_eq!(faults + more, 0, "a collision is tried again, not told");
    assert!(!taken.is_empty() && !others.is_empty());
    taken.extend(others);
    crate::bed::moment(1000).await;
    whole(&two, &taken, &ids).await;
    // the first node dies in the middle of its writers' work
    let (dying, living) = (tokio::spawn(write(one.clone(), "one", 400)), tokio::spawn(write(two.clone(), "two", 400)));
    crate::bed::moment(300).await;
    cluster.nodes[0].kill();
    dying.abort();
    let (after, _) = living.await.unwrap();
    assert!(after.len() > 50, "{}", after.len());
    // what is left of the cluster takes over what the dead one had leased
    let three = store::open(&database(&cluster.nodes[2])).await.unwrap();
    let row = named(&*two, "pc0").await;
    let said = three.applied(&[(row.id, row.generation)], &long("two")).await.unwrap();
    assert!(!matches!(said[0], Settled::Gone), "{said:?}");
    for store in [&two, &three] {
        store.close().await;
    }
}

/// No two writers were told that they made the same generation, and the newest is there.
async fn whole(store: &Sql, taken: &[(i64, i64)], ids: &[i64]) {
    let mut sorted = taken.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), taken.len(), "a generation was given twice");
    for id in ids {
        let newest = taken.iter().filter(|(host, _)| host == id).map(|(_, generation)| *generation).max().unwrap();
        assert_eq!(store.host(*id).await.unwrap().unwrap().generation, newest);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn programs_that_begin_at_once_at_an_empty_cluster_make_one_scheme() {
    let cluster = cluster();
    let databases: Vec<Database> = cluster.nodes.iter().map(database).collect();
    for round in 0..6 {
        cluster.empty();
        let (one, two, three) =
            tokio::join!(store::open(&databases[0]), store::open(&databases[1]), store::open(&databases[2]));
        for store in [one, two, three] {
            let store = store.unwrap_or_else(|fault| panic!("round {round}: {fault:?}"));
            assert!(store.check().await.unwrap().contains("scheme 2"));
            store.close().await;
        }
    }
}

/// The contract's functions, one after the other, on a node.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn a_node_keeps_the_contract() {
    use crate::contract::{leases, letters, rows, wants, zones};
    let cluster = cluster();
    macro_rules! each {
        ($($module:ident::$name:ident)*) => {$(
            cluster.empty();
            let bed = Bed { database: database(&cluster.nodes[0]), folder: folder() };
            $module::$name(&bed).await;
        )*};
    }
    each! {
        wants::a_want_is_written_whole_and_read_back
        wants::writers_that_race_from_two_stores_lose_nothing
        wants::hundreds_of_hosts_fit_into_one_want
        leases::applied_said_twice_is_done_twice
        leases::claims_give_no_host_to_two
        letters::a_letter_is_given_to_one_of_two_posts
        letters::a_key_that_was_ever_there_is_not_taken_again
        rows::users_are_made_changed_and_deleted
        rows::a_user_has_no_more_hosts_than_the_limit_even_when_made_at_once
        rows::a_host_that_leaves_is_gone_when_its_records_are
        zones::two_writers_never_share_a_serial
    }
}

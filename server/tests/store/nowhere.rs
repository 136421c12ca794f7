//! Nodes that are behind, alone or silent, and connections that lead nowhere.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns_service::account::Host;
use ddns_service::config::Database;
use ddns_service::moment::Moment;
use ddns_service::store::{self, Sql};
use ddns_service::world::{Asked, HostFilter, Settled, Store, StoreFault, Wanted, Wish};
use sqlx::{AssertSqlSafe, Executor};

use crate::balancer::Balancer;
use crate::bed::{Bed, folder, host, long, named, user, want};
use crate::cluster::Node;
use crate::galera::{cluster, database, database_at};
use crate::mariadb::{Server, root};

/// Holds back what others wrote, as a node does that gives its state to another.
fn lagging(node: &Node, seconds: u32) {
    let sql = format!("SET GLOBAL wsrep_desync = ON; FLUSH TABLES WITH READ LOCK; SELECT SLEEP({seconds})");
    assert!(node.ask("", &sql).is_some());
    node.ask("", "SET GLOBAL wsrep_desync = OFF");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn what_one_node_confirmed_another_knows_however_far_behind_it_is() {
    let cluster = Arc::new(cluster());
    let bed = Bed { database: database(&cluster.nodes[0]), folder: folder() };
    let one = bed.open().await;
    let other = store::open(&database(&cluster.nodes[2])).await.unwrap();
    one.add_user(&user("ann")).await.unwrap();
    let pc = host(&*one, "ann", "pc").await;
    let token = one.add_token(pc.id, &[7; 32], "", Moment(1)).await.unwrap();
    let asked = [Asked { user: None, token: Some([7; 32]), hosts: Wish::Named(vec!["pc.dyn.example.com".to_owned()]) }];
    assert!(other.look(&asked).await.unwrap()[0].token.is_some());
    let held = tokio::task::spawn_blocking({
        let cluster = Arc::clone(&cluster);
        move || lagging(&cluster.nodes[2], 4)
    });
    crate::bed::moment(1500).await;
    one.want(&[want(&pc, "192.0.2.1", "one")]).await.unwrap();
    one.revoke_token(token).await.unwrap();
    let stale = cluster.nodes[2].ask("ddns", "SELECT generation FROM hosts").unwrap();
    assert_eq!(stale, [["0"]], "it is behind");
    let (done, lease) = ([(pc.id, 1)], long("one"));
    let (found, row, settled) = tokio::join!(other.look(&asked), other.host(pc.id), other.applied(&done, &lease));
    let found = found.unwrap().remove(0);
    assert_eq!((found.token.is_some(), found.hosts[0].as_ref().unwrap().generation), (false, 1));
    assert_eq!(row.unwrap().unwrap().generation, 1);
    assert_eq!(settled.unwrap(), [Settled::Done], "its lease is known");
    held.await.unwrap();
    for store in [&one, &other] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn a_node_that_is_alone_takes_nothing_and_another_is_asked_by_who_can() {
    let mut cluster = cluster();
    let folder = folder();
    let balancer = Balancer::start(&folder.join("all"), cluster.nodes.iter().map(Node::socket).collect());
    let bed = Bed { database: database(&cluster.nodes[0]), folder };
    let one = bed.open().await;
    one.add_user(&user("ann")).await.unwrap();
    let pc = host(&*one, "ann", "pc").await;
    let any = database_at(&bed.folder.join("all"), 1);
    let any = store::open(&any).await.unwrap();
    cluster.nodes[0].isolate(true);
    let wanted = [want(&pc, "192.0.2.1", "one")];
    let asked = [Asked { user: Some("ann".to_owned()), token: None, hosts: Wish::Only }];
    let said = one.want(&wanted).await;
    assert!(matches!(said, Err(StoreFault::Away(_) | StoreFault::Unknown(_))), "{said:?}");
    let begun = Instant::now();
    while cluster.nodes[0].status("cluster_status").as_deref() == Some("Primary") {
        assert!(begun.elapsed() < Duration::from_secs(20));
        crate::bed::moment(200).await;
    }
    for _ in 0..3 {
        let said = one.want(&wanted).await;
        assert!(matches!(&said, Err(StoreFault::Away(said)) if said.contains("WSREP")), "{said:?}");
        assert!(matches!(one.look(&asked).await, Err(StoreFault::Away(_))));
        assert!(matches!(one.host(pc.id).await, Err(StoreFault::Away(_))));
    }
    // one connection, and each time that it leads to the node alone, the next one is another
    let mut worked = 0;
    for _ in 0..12 {
        worked += u32::from(any.host(pc.id).await.is_ok_and(|row| row.unwrap().generation == 0));
    }
    assert!(worked >= 10, "{worked} of 12");
    cluster.nodes[0].isolate(false);
    cluster.nodes[0].synced();
    assert_eq!(one.want(&wanted).await.unwrap(), [Wanted::Ours]);
    // one that hangs holds all up until the others give it up, and then nobody
    cluster.nodes[1].signal("STOP");
    let begun = Instant::now();
    while any.want(&[want(&any_row(&any).await, "192.0.2.2", "one")]).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(40));
    }
    cluster.nodes[1].signal("CONT");
    cluster.nodes[1].synced();
    drop(balancer);
    for store in [&one, &any] {
        store.close().await;
    }
}

async fn any_row(store: &Sql) -> Host {
    loop {
        if let Ok(hosts) = store.hosts(&HostFilter::All).await {
            return hosts.into_iter().next().unwrap().0;
        }
    }
}

/// As when the server's machine loses its power: nothing is closed, and nothing is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits as long as a server may take; in make long-server"]
async fn connections_that_lead_nowhere_are_given_up() {
    let Database::Mariadb { host: socket, name, user: whom, password, ssl_mode, ssl_ca, .. } =
        Server::shared().database().await
    else {
        panic!()
    };
    let folder = folder();
    let balancer = Balancer::start(&folder.join("way"), vec![socket.into()]);
    let host = folder.join("way").display().to_string();
    let database = Database::Mariadb { host, port: 3306, name, user: whom, password, ssl_mode, ssl_ca, pool_size: 3 };
    let bed = Bed { database, folder };
    let store = bed.with_ann().await;
    let pc = crate::bed::host(&*store, "ann", "pc").await;
    let wanted = [want(&pc, "192.0.2.1", "one")];
    // idle ones are found out when they are to be lent
    let (first, second) = tokio::join!(store.host(pc.id), store.users());
    assert!(first.is_ok() && second.is_ok());
    crate::bed::moment(300).await;
    balancer.lose_all();
    let begun = Instant::now();
    assert_eq!(store.want(&wanted).await.unwrap(), [Wanted::Ours]);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    // and one that is being asked, when it does not answer
    let mut other = root(&Server::shared().socket(), "mysql").await;
    let name = store_name(&bed);
    other.execute(AssertSqlSafe(format!("BEGIN; UPDATE {name}.hosts SET recent = recent"))).await.unwrap();
    let row = named(&*store, "pc").await;
    let again = [want(&row, "192.0.2.2", "one")];
    let waiting = tokio::spawn({
        let (store, again) = (Arc::clone(&store), again.clone());
        async move { store.want(&again).await }
    });
    crate::bed::moment(500).await;
    balancer.lose_all();
    other.execute("ROLLBACK").await.unwrap();
    let begun = Instant::now();
    let said = tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("it is waited for for ever").unwrap();
    assert!(matches!(&said, Err(StoreFault::Away(said)) if said.contains("does not answer")), "{said:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    for _ in 0..6 {
        assert!(store.host(pc.id).await.is_ok(), "the pool has places again");
    }
    // the server still has that transaction, until it has been idle for thirty seconds
    let begun = Instant::now();
    while store.want(&again).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(90));
    }
}

fn store_name(bed: &Bed) -> String {
    let Database::Mariadb { name, .. } = &bed.database else { panic!() };
    name.clone()
}

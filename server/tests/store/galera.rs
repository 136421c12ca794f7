//! A real Galera cluster of three nodes on loopback addresses: writers on two nodes at once, and a node that is killed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ddns::secret::Secret;
use ddns_service::config::{Database, SslMode};
use ddns_service::store::{self, Sql};
use ddns_service::world::{Settled, Store, StoreFault, Wanted};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Executor, Row};

use crate::bed::{Bed, folder, host, long, named, user, want};
use crate::mariadb::root;
use crate::ports::free_port;

/// The shell waits for its input to end and kills the node then. As another user than root: rsync, by which a node takes the state of another,
/// gives root's rights up and cannot write then.
const KEEPER: &str = r#""$@" & server=$!; read -r how; kill -9 $server; wait $server"#;

const PROVIDERS: [&str; 2] = ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"];

struct Node {
    folder: PathBuf,
    keeper: Option<Child>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Node {
    /// Each node has a loopback address of its own and the same ports there.
    fn start(cluster: &Path, number: usize, port: u16, first: bool) -> Self {
        let folder = cluster.join(format!("n{number}"));
        let at = |number: usize| format!("127.0.9.{number}:{port}");
        let to = format!("gcomm://{},{},{}", at(1), at(2), at(3));
        let provider = PROVIDERS.iter().find(|path| Path::new(path).exists()).expect("install the package galera-4");
        let show = folder.display();
        let log = fs::File::create(folder.join("log")).unwrap();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", "mariadbd", "--no-defaults", "--user=mysql", "--skip-networking"])
            .args(["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=32M", "--max-connections=300"])
            .args([format!("--datadir={show}/data"), format!("--socket={show}/socket")])
            .args([format!("--pid-file={show}/pid"), format!("--tmpdir={show}")])
            .args(["--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON"])
            .args([format!("--wsrep-provider={provider}"), format!("--wsrep-cluster-address={to}")])
            .args([format!("--wsrep-cluster-name=c{port}"), format!("--wsrep-node-address={}", at(number))])
            .args([format!("--wsrep-sst-receive-address=127.0.9.{number}:{}", port + 2)])
            .args(["--wsrep-sst-method=rsync".to_owned(), format!("--wsrep-node-name=n{number}")])
            .arg(format!(
                "--wsrep-provider-options=gmcast.listen_addr=tcp://{};ist.recv_addr=127.0.9.{number}:{};gcache.size=16M",
                at(number),
                port + 1
            ))
            .args(first.then_some("--wsrep-new-cluster"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { folder, keeper: Some(keeper) }
    }

    fn kill(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            let _ = keeper.stdin.take().unwrap().write_all(b"end\n");
            let _ = keeper.wait();
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    async fn synced(&self) {
        let begun = Instant::now();
        loop {
            // one that takes another's state breaks connections off
            let options = MySqlConnectOptions::new().socket(self.socket()).username("root").database("mysql");
            if let Ok(mut root) = options.connect().await {
                let row = root.fetch_one("SHOW STATUS LIKE 'wsrep_local_state_comment'").await;
                if row.is_ok_and(|row| row.get_unchecked::<String, _>(1) == "Synced") {
                    return;
                }
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_mins(1), "{}", log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn database(&self) -> Database {
        Database::Mariadb {
            host: self.socket().display().to_string(),
            port: 3306,
            name: "ddns".to_owned(),
            user: "ddns".to_owned(),
            password: Secret::new("pass"),
            ssl_mode: SslMode::Preferred,
            ssl_ca: None,
            pool_size: 5,
        }
    }
}

struct Cluster {
    folder: PathBuf,
    nodes: Vec<Node>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.nodes.clear();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn run(program: &str, words: &[&str]) {
    let done = Command::new(program).args(words).output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Cluster {
    async fn start() -> Self {
        let folder = folder();
        let port = free_port();
        for number in 1..=3 {
            let data = folder.join(format!("n{number}/data"));
            fs::create_dir_all(&data).unwrap();
            let data = format!("--datadir={}", data.display());
            let plain = "--auth-root-authentication-method=normal";
            run("mariadb-install-db", &["--no-defaults", plain, "--skip-test-db", "--innodb-log-file-size=16M", &data]);
        }
        run("chown", &["-R", "mysql", folder.to_str().unwrap()]);
        let mut cluster = Self { folder: folder.clone(), nodes: Vec::new() };
        for number in 1..=3 {
            cluster.nodes.push(Node::start(&folder, number, port, number == 1));
            cluster.nodes[number - 1].synced().await;
        }
        let mut root = root(&cluster.nodes[0].socket(), "mysql").await;
        for sql in [
            "CREATE USER ddns@localhost IDENTIFIED BY 'pass'",
            "GRANT ALL ON ddns.* TO ddns@localhost",
            "CREATE DATABASE ddns",
        ] {
            root.execute(sql).await.unwrap();
        }
        cluster
    }
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
    let mut cluster = Cluster::start().await;
    let bed = Bed { database: cluster.nodes[0].database(), folder: folder() };
    let one = bed.open().await;
    let two = store::open(&cluster.nodes[1].database()).await.unwrap();
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
    let three = store::open(&cluster.nodes[2].database()).await.unwrap();
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

/// The contract's functions, one after the other, on a node.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "three database servers; in make long-server"]
async fn a_node_keeps_the_contract() {
    use crate::contract::{leases, letters, rows, wants, zones};
    let cluster = Cluster::start().await;
    macro_rules! each {
        ($($module:ident::$name:ident)*) => {$(
            let mut link = root(&cluster.nodes[0].socket(), "mysql").await;
            link.execute("DROP DATABASE IF EXISTS ddns").await.unwrap();
            link.execute("CREATE DATABASE ddns").await.unwrap();
            let bed = Bed { database: cluster.nodes[0].database(), folder: folder() };
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

//! A real Galera cluster of three nodes, each at a loopback address of its own: begun, killed, stopped, cut off from the others, begun again.
//! Tests take it by `#[path]`. It knows nothing of what is in the database.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Nodes are numbered from zero.
pub(crate) const NODES: usize = 3;

/// Whom programs are to connect as.
pub(crate) const USER: &str = "ddns";
pub(crate) const PASSWORD: &str = "pass";

/// Signals the node, with all that it has started, by its input's lines, and kills it when the input ends: also when this program is killed.
const KEEPER: &str = r#"setsid "$@" & server=$!; while read -r how; do kill -s "$how" -- -$server; done; kill -s KILL -- -$server; wait $server"#;

const PROVIDERS: [&str; 2] = ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"];

/// A silent node is given up after two seconds instead of five; who waits for others' changes waits five seconds at most instead of thirty.
const TIMES: &str = "evs.keepalive_period=PT0.3S;evs.inactive_check_period=PT0.3S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT4S;\
                     evs.install_timeout=PT4S;repl.causal_read_timeout=PT5S;gcache.size=16M";

/// How long a node may take until it is one of the cluster.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ports that are free: of the group, of what a node has missed, and of whole states. All nodes have the same, at their own addresses.
pub(crate) type Ports = [u16; 3];

pub(crate) struct Node {
    folder: PathBuf,
    number: usize,
    ports: Ports,
    keeper: Option<Child>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn address(number: usize) -> String {
    format!("127.0.9.{}", number + 1)
}

impl Node {
    fn new(cluster: &Path, number: usize, ports: Ports) -> Self {
        Self { folder: cluster.join(format!("n{number}")), number, ports, keeper: None }
    }

    /// Begins; the first of a new cluster waits for no others. As another user than root: rsync, by which a node takes the state of another,
    /// gives root's rights up and cannot write then.
    pub(crate) fn run(&mut self, first: bool) {
        if self.keeper.is_some() {
            return;
        }
        let [group, missed, states] = self.ports;
        let provider = PROVIDERS.iter().find(|path| Path::new(path).exists()).expect("install the package galera-4");
        let all: Vec<String> = (0..NODES).map(|number| format!("{}:{group}", address(number))).collect();
        let (mine, show) = (address(self.number), self.folder.display());
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", "mariadbd", "--no-defaults", "--user=mysql", "--skip-networking"])
            .args(["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=24M", "--performance-schema=off"])
            .args([format!("--datadir={show}/data"), format!("--socket={show}/socket"), "--max-connections=300".into()])
            .args([format!("--pid-file={show}/pid"), format!("--tmpdir={show}")])
            .args(["--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", "--wsrep-on=ON", "--wsrep-sst-method=rsync"])
            .args([
                format!("--wsrep-provider={provider}"),
                format!("--wsrep-cluster-address=gcomm://{}", all.join(",")),
            ])
            .args([format!("--wsrep-cluster-name=c{group}"), format!("--wsrep-node-address={mine}:{group}")])
            .args([
                format!("--wsrep-sst-receive-address={mine}:{states}"),
                format!("--wsrep-node-name=n{}", self.number),
            ])
            .arg(format!(
                "--wsrep-provider-options=gmcast.listen_addr=tcp://{mine}:{group};ist.recv_addr={mine}:{missed};{TIMES}"
            ))
            .args(first.then_some("--wsrep-new-cluster"))
            .env("PATH", std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.keeper = Some(keeper);
    }

    /// Without a goodbye, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }

    /// `STOP` or `CONT`.
    pub(crate) fn signal(&mut self, name: &str) {
        if let Some(keeper) = &mut self.keeper {
            let _ = keeper.stdin.as_mut().unwrap().write_all(format!("{name}\n").as_bytes());
        }
    }

    /// The others are not heard any more, or are again. The node itself stays as it is, but it is not of the cluster's greater part then.
    pub(crate) fn isolate(&self, alone: bool) {
        self.ask("", &format!("SET GLOBAL wsrep_provider_options = 'gmcast.isolate={}'", i32::from(alone)));
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    /// Asks as root; `None` when it cannot be asked.
    pub(crate) fn ask(&self, database: &str, sql: &str) -> Option<Vec<Vec<String>>> {
        let mut command = Command::new("timeout");
        command.args(["-s", "KILL", "10", "mariadb", "--no-defaults", "-N", "-B", "--connect-timeout=2", "-u", "root"]);
        let done = command.arg("-S").arg(self.socket()).args(["-e", sql, database]).stdin(Stdio::null()).output();
        let done = done.ok().filter(|done| done.status.success())?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        Some(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
    }

    /// What `SHOW STATUS` has under this name, `wsrep_` left out.
    pub(crate) fn status(&self, name: &str) -> Option<String> {
        let rows = self.ask("", &format!("SHOW STATUS LIKE 'wsrep_{name}'"))?;
        rows.first()?.get(1).cloned()
    }

    /// Whether it has all that the cluster has, and takes changes.
    pub(crate) fn is_synced(&self) -> bool {
        self.status("local_state_comment").as_deref() == Some("Synced")
    }

    /// Waits for that.
    pub(crate) fn synced(&self) {
        let begun = Instant::now();
        while !self.is_synced() {
            assert!(begun.elapsed() < PATIENCE, "node {} does not join: {}", self.number, self.log());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// The end of it.
    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        text[text.ceil_char_boundary(text.len().saturating_sub(4000))..].to_owned()
    }
}

/// Ended, and its folder gone, with the value.
pub(crate) struct Cluster {
    folder: PathBuf,
    pub(crate) nodes: Vec<Node>,
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
    /// In a folder that is there and empty. The others than the first begin with nothing and take its state.
    pub(crate) fn start(folder: PathBuf, ports: Ports) -> Self {
        for number in 0..NODES {
            fs::create_dir_all(folder.join(format!("n{number}/data"))).unwrap();
        }
        let data = format!("--datadir={}", folder.join("n0/data").display());
        let plain = "--auth-root-authentication-method=normal";
        run("mariadb-install-db", &["--no-defaults", plain, "--skip-test-db", "--innodb-log-file-size=16M", &data]);
        run("chown", &["-R", "mysql", folder.to_str().unwrap()]);
        let nodes = (0..NODES).map(|number| Node::new(&folder, number, ports)).collect();
        let mut cluster = Self { folder, nodes };
        for number in 0..NODES {
            cluster.nodes[number].run(number == 0);
            cluster.nodes[number].synced();
        }
        let made = cluster.nodes[0].ask(
            "",
            &format!(
                "CREATE USER {USER}@localhost IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON *.* TO {USER}@localhost; CREATE DATABASE ddns"
            ),
        );
        assert!(made.is_some(), "{}", cluster.nodes[0].log());
        cluster
    }

    /// An empty database again.
    pub(crate) fn empty(&self) {
        let done = self.nodes[0].ask("", "DROP DATABASE IF EXISTS ddns; CREATE DATABASE ddns");
        assert!(done.is_some(), "{}", self.nodes[0].log());
        // who connects to it at another node finds it there
        for node in &self.nodes {
            assert!(node.ask("", "SET SESSION wsrep_sync_wait = 1; SHOW DATABASES").is_some(), "{}", node.log());
        }
    }
}

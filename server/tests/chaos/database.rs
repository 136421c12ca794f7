//! The database of a schedule, whatever it is: how instances find it, and how it is asked past them.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::balancer::Balancer;
use crate::cluster::{Cluster, NODES, PASSWORD, USER};
use crate::servers::{Maria, rows};
use crate::town::{Kind, Town};

/// Beside this, an SQLite file in the schedule's folder.
#[derive(Default)]
pub(crate) struct Database {
    pub(crate) maria: Option<Maria>,
    pub(crate) cluster: Option<Cluster>,
    pub(crate) balancer: Option<Balancer>,
    /// The node that is in trouble now.
    pub(crate) ill: Option<usize>,
    /// How many were so far.
    pub(crate) troubles: u32,
}

impl Town {
    /// The `[database]` of an instance.
    pub(crate) fn table(&self, number: usize) -> String {
        let (path, user, password) = match (&self.database.maria, &self.database.cluster) {
            (Some(maria), _) => (maria.socket(), "root", "x"),
            (None, Some(_)) if self.database.balancer.is_some() => (self.folder.join("balancer"), USER, PASSWORD),
            (None, Some(cluster)) => (cluster.nodes[number % NODES].socket(), USER, PASSWORD),
            (None, None) => return format!("path = \"{}/db/ddns.db\"", self.folder.display()),
        };
        let host = path.display();
        format!(
            "backend = \"mariadb\"\nhost = \"{host}\"\nname = \"ddns\"\nuser = \"{user}\"\npassword = \"{password}\""
        )
    }

    /// Asks the database itself; `None` while it cannot be asked.
    pub(crate) fn try_ask(&self, sql: &str) -> Option<Vec<Vec<String>>> {
        if let Some(maria) = &self.database.maria {
            return maria.ask("ddns", sql);
        }
        if let Some(cluster) = &self.database.cluster {
            let sql = format!("SET SESSION wsrep_sync_wait = 1; {sql}");
            return cluster.nodes.iter().find_map(|node| node.ask("ddns", &sql));
        }
        let mut command = Command::new("sqlite3");
        command.args(["-cmd", ".timeout 5000", "-nullvalue", "NULL"]).arg(self.folder.join("db/ddns.db")).arg(sql);
        rows(&command.stdin(Stdio::null()).output().unwrap(), '|')
    }

    pub(crate) fn ask(&self, sql: &str) -> Vec<Vec<String>> {
        let begun = Instant::now();
        loop {
            if let Some(rows) = self.try_ask(sql) {
                return rows;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "the database does not answer: {sql}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// The one number that a question has for an answer.
    pub(crate) fn count(&self, sql: &str) -> u64 {
        self.ask(sql)[0][0].parse().unwrap()
    }

    fn nodes(&mut self) -> &mut Cluster {
        self.database.cluster.as_mut().unwrap()
    }

    /// One node at a time is in trouble, and only in a cluster that is whole: of three, two must be left.
    fn falls_ill(&mut self, number: usize) -> bool {
        let whole = self.database.ill.is_none() && self.nodes().nodes.iter().all(crate::cluster::Node::is_synced);
        if whole {
            self.database.ill = Some(number);
            self.database.troubles += 1;
        } else {
            self.note("  no: the cluster is not whole");
        }
        whole
    }

    pub(crate) fn node_kill(&mut self, number: usize) {
        if self.falls_ill(number) {
            self.nodes().nodes[number].kill();
        }
    }

    pub(crate) fn node_stop(&mut self, number: usize) {
        if self.falls_ill(number) {
            self.nodes().nodes[number].signal("STOP");
        }
    }

    pub(crate) fn node_alone(&mut self, number: usize) {
        if self.falls_ill(number) {
            self.nodes().nodes[number].isolate(true);
        }
    }

    /// Whatever was wrong with it.
    pub(crate) fn node_well(&mut self, number: usize) {
        if self.database.ill.take_if(|ill| *ill == number).is_some() {
            let node = &mut self.nodes().nodes[number];
            node.run(false);
            node.signal("CONT");
            node.isolate(false);
        }
    }

    /// Every node runs, and has what all have.
    pub(crate) fn whole(&mut self) {
        if let Some(ill) = self.database.ill {
            self.node_well(ill);
        }
        self.synced();
    }

    fn synced(&mut self) {
        if let Some(cluster) = &self.database.cluster {
            for node in &cluster.nodes {
                // one that was alone, or hung, needs its time until it can be asked
                let begun = Instant::now();
                while !node.is_synced() && begun.elapsed() < Duration::from_mins(1) {
                    node.isolate(false);
                    thread::sleep(Duration::from_millis(100));
                }
                node.synced();
            }
        }
    }

    pub(crate) fn database_of(kind: Kind, folder: &std::path::Path, cluster: Option<Cluster>) -> Database {
        let mut database = Database { cluster, ..Database::default() };
        match kind {
            Kind::Maria(_) => database.maria = Some(Maria::start(folder)),
            Kind::Galera { balanced: true } => {
                let nodes = database.cluster.iter().flat_map(|cluster| &cluster.nodes);
                let sockets = nodes.map(crate::cluster::Node::socket).collect();
                database.balancer = Some(Balancer::start(&folder.join("balancer"), sockets));
            }
            _ => {}
        }
        database
    }
}

//! Everything of one schedule: instances of the real program on one database, a name server, a mail server, clients; and what they say.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::HOSTS;
use crate::cluster::{Cluster, NODES};
use crate::database::Database;
use crate::mailbox::Mailbox;
use crate::proxy::Proxy;
use crate::servers::{Bind, ZONE, kill, port, program, signal, spawn, transfer};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ddns-service");
pub(crate) const USER: &str = "ann";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Seconds; hosts whose number is divisible by [`EXPIRING`] have it.
pub(crate) const EXPIRY: u32 = 2;
pub(crate) const EXPIRING: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One instance, its own name server.
    Embedded,
    /// One instance and BIND.
    Sqlite,
    /// So many instances and BIND.
    Maria(usize),
    /// As many instances as a cluster has nodes, and BIND: each at a node of its own, or all at a balancer.
    Galera { balanced: bool },
}

impl Kind {
    pub(crate) fn instances(self) -> usize {
        match self {
            Self::Embedded | Self::Sqlite => 1,
            Self::Maria(count) => count,
            Self::Galera { .. } => NODES,
        }
    }

    pub(crate) fn has_server(self) -> bool {
        matches!(self, Self::Maria(_) | Self::Galera { .. })
    }
}

pub(crate) struct Instance {
    pub(crate) port: u16,
    pub(crate) config: PathBuf,
    pub(crate) child: Option<Child>,
    /// When it is to be started again.
    pub(crate) again: Option<Instant>,
    pub(crate) frozen: bool,
    pub(crate) ends: u32,
}

pub(crate) struct Town {
    pub(crate) folder: PathBuf,
    pub(crate) instances: Vec<Instance>,
    pub(crate) bind: Option<Bind>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) database: Database,
    pub(crate) mailbox: Mailbox,
    /// Where the zone is to be had.
    pub(crate) dns: u16,
    /// The database's own small disk.
    pub(crate) disk: Option<PathBuf>,
    begun: Instant,
    timeline: Mutex<Vec<String>>,
}

impl Town {
    pub(crate) fn start(kind: Kind, seed: u64, cluster: Option<Cluster>) -> Self {
        let folder = std::env::temp_dir().join(format!("ddns-chaos-{}-{seed}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("db")).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let disk = if kind.has_server() { None } else { small_disk(&folder.join("db")) };
        let bind = (kind != Kind::Embedded).then(|| Bind::start(&folder));
        let proxy = bind.as_ref().map(|bind| Proxy::start(port(), ([127, 0, 0, 1], bind.port).into()));
        let database = Self::database_of(kind, &folder, cluster);
        let mailbox = Mailbox::start();
        let dns = bind.as_ref().map_or_else(port, |bind| bind.port);
        fs::write(folder.join("expiry.j2"), "Subject: {{ fqdn }} expired\n\n{{ last_ipv4 }}\n").unwrap();
        fs::write(folder.join("change.j2"), "Subject: {{ fqdn }} changed\n\n{{ ipv4 }}\n").unwrap();
        let mut town = Self {
            folder,
            instances: Vec::new(),
            bind,
            proxy,
            database,
            mailbox,
            dns,
            disk,
            begun: Instant::now(),
            timeline: Mutex::default(),
        };
        let count = kind.instances();
        for number in 0..count {
            let (config, port) = (town.folder.join(format!("{number}.toml")), port());
            town.write_config(&config, number, port);
            town.instances.push(Instance { port, config, child: None, again: None, frozen: false, ends: 0 });
        }
        town.people();
        for number in 0..count {
            town.run(number);
        }
        town.ready();
        town.begun = Instant::now();
        town
    }

    fn write_config(&self, path: &Path, number: usize, port: u16) {
        let folder = self.folder.display();
        let database = self.table(number);
        let dns = match (&self.proxy, &self.bind) {
            (Some(proxy), Some(bind)) => format!(
                "dns_server = \"127.0.0.1\"\ndns_port = {}\nddns_default_key_file = \"{}\"",
                proxy.port,
                bind.key().display()
            ),
            _ => "dns_server = \"embedded\"".to_owned(),
        };
        let embedded = match &self.bind {
            Some(_) => String::new(),
            None => format!(
                "[dns_service.embedded]\nlisten = [\"127.0.0.1:{}\"]\nzones = [\"{ZONE}\"]\nsecondaries = [\"127.0.0.1:9\"]\n\
                 answers_per_second = 0\n[dns_service.embedded.addresses]\n\"ns.{ZONE}\" = [\"127.0.0.1\"]\n",
                self.dns
            ),
        };
        let text = format!(
            "[daemon]\nhost = \"127.0.0.1\"\nport = {port}\nmax_connections_per_address = 1000\n\n[database]\n{database}\n\n\
             [dns_service]\n{dns}\ndns_timeout = 1\ncleanup_interval = 1\n\n{embedded}\n[rate_limit]\nenabled = false\n\n\
             [email]\nenabled = true\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {}\nfrom_address = \"ddns@chaos.test\"\n\
             expiry_notification_template = \"{folder}/expiry.j2\"\nchange_notification_template = \"{folder}/change.j2\"\n",
            self.mailbox.port
        );
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
    }

    fn people(&self) {
        let mut sheet = String::from("user,email,password,label,zone,expiry_ttl\n");
        for number in 0..HOSTS {
            let expiry = if number % EXPIRING == 0 { EXPIRY } else { 0 };
            writeln!(sheet, "{USER},ann@chaos.test,{PASSWORD},h{number},{ZONE},{expiry}").unwrap();
        }
        let path = self.folder.join("people.csv");
        fs::write(&path, sheet).unwrap();
        let done = self.office(&["import", &path.display().to_string()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Runs a command of the command line.
    pub(crate) fn office(&self, words: &[&str]) -> Output {
        office(&self.instances[0].config, words)
    }

    pub(crate) fn run(&mut self, number: usize) {
        let instance = &mut self.instances[number];
        let mut command = program(PROGRAM);
        command.args(["--daemon", "--config"]).arg(&instance.config);
        instance.child = Some(spawn(command, &self.folder.join(format!("{number}.log"))));
        (instance.again, instance.frozen) = (None, false);
    }

    /// Waits until all listen.
    pub(crate) fn ready(&mut self) {
        let begun = Instant::now();
        for number in 0..self.instances.len() {
            while std::net::TcpStream::connect(("127.0.0.1", self.instances[number].port)).is_err() {
                self.supervise();
                assert!(
                    begun.elapsed() < Duration::from_secs(40),
                    "instance {number} does not come up: {}",
                    self.log(number)
                );
                thread::sleep(Duration::from_millis(30));
            }
        }
    }

    /// Starts those again that ended, as systemd would.
    pub(crate) fn supervise(&mut self) {
        for number in 0..self.instances.len() {
            let instance = &mut self.instances[number];
            if let Some(child) = &mut instance.child
                && child.try_wait().is_ok_and(|ended| ended.is_some())
            {
                (instance.child, instance.again) = (None, Some(Instant::now() + Duration::from_millis(300)));
                self.note(&format!("instance {number} ended by itself"));
            }
            if self.instances[number].again.is_some_and(|again| again <= Instant::now()) {
                self.note(&format!("instance {number} starts"));
                self.run(number);
            }
        }
    }

    pub(crate) fn kill(&mut self, number: usize, pause: Duration) {
        let instance = &mut self.instances[number];
        instance.ends += 1;
        kill(&mut instance.child);
        instance.again = Some(Instant::now() + pause);
    }

    pub(crate) fn tell(&self, number: usize, word: &str) {
        if let Some(child) = &self.instances[number].child {
            signal(child, word);
        }
    }

    /// SIGTERM to all; waits for their end.
    pub(crate) fn stop_all(&mut self) {
        for number in 0..self.instances.len() {
            self.tell(number, "TERM");
        }
        let begun = Instant::now();
        for instance in &mut self.instances {
            if let Some(mut child) = instance.child.take() {
                while child.try_wait().is_ok_and(|ended| ended.is_none()) {
                    assert!(begun.elapsed() < Duration::from_secs(8), "SIGTERM does not end an instance");
                    thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }

    pub(crate) fn log(&self, number: usize) -> String {
        fs::read_to_string(self.folder.join(format!("{number}.log"))).unwrap_or_default()
    }

    pub(crate) fn since(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) fn note(&self, said: &str) {
        self.timeline.lock().unwrap().push(format!("{:>6} ms  {said}", self.begun.elapsed().as_millis()));
    }

    pub(crate) fn timeline(&self) -> String {
        self.timeline.lock().unwrap().join("\n")
    }

    pub(crate) fn zone(&self) -> Vec<String> {
        let begun = Instant::now();
        loop {
            if let Some(zone) = transfer(self.dns) {
                return zone;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "the zone is not transferred");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for instance in &mut self.instances {
            kill(&mut instance.child);
        }
        self.bind = None;
        self.database = Database::default();
        if let Some(disk) = &self.disk {
            let _ = Command::new("umount").arg(disk).status();
        }
        if !thread::panicking() && std::env::var_os("CHAOS_KEEP").is_none() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

pub(crate) fn office(config: &Path, words: &[&str]) -> Output {
    let mut command = program("timeout");
    command.args(["-s", "KILL", "40", PROGRAM, "--config"]).arg(config).args(words);
    command.output().unwrap()
}

/// A disk that can be filled, where this may be done. A write-ahead log grows to sixteen megabytes before it is written back, and what the
/// disk lacks then is no trouble of ours.
fn small_disk(at: &Path) -> Option<PathBuf> {
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", "size=40m,mode=755", "none"]).arg(at).output().ok()?;
    done.status.success().then(|| at.to_owned())
}

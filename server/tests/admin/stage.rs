//! A house to run commands in, and how a run is told.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ddns::secret::Secret;
use ddns_service::account::Host;
use ddns_service::admin::{self, Decide, House, Swept, Terminal, TerminalFault, Unwanted, Works, run};
use ddns_service::config::{
    Daemon, Database, Defaults, DnsServer, DnsService, Endpoint, LogLevel, LogTarget, Params, Remote, Settings,
};
use ddns_service::desk::Desk;
use ddns_service::moment::Moment;
use ddns_service::pair::FAMILIES;
use ddns_service::push::{PushFault, Pushed, Pusher};
use ddns_service::store::Restored;
use ddns_service::world::{
    Checked, Lease, Letter, LetterFault, Mail, Records, Set, Store, StoreFault, Zone, ZoneFault,
};

use crate::fake::{Fake, NOW};

/// Everything that commands find around them.
pub(crate) struct Stage {
    pub(crate) store: Arc<Fake>,
    pub(crate) settings: Mutex<Result<Settings, Vec<String>>>,
    pub(crate) dns: Arc<Dns>,
    pub(crate) mail: Mutex<Option<Result<String, LetterFault>>>,
    pub(crate) swept: Mutex<Swept>,
    pub(crate) now: Mutex<Moment>,
    pub(crate) served: AtomicBool,
}

/// Addresses, TTL.
type Shown = (Vec<String>, u32);

/// What the name server was told.
#[derive(Default)]
pub(crate) struct Dns {
    pub(crate) fault: Mutex<Option<ZoneFault>>,
    /// By full name.
    pub(crate) pushed: Mutex<BTreeMap<String, Shown>>,
    /// What a check of a zone finds, where it is not well.
    pub(crate) ill: Mutex<BTreeMap<String, String>>,
}

pub(crate) fn stage() -> Stage {
    Stage {
        store: Arc::new(Fake::default()),
        settings: Mutex::new(Ok(settings())),
        dns: Arc::new(Dns::default()),
        mail: Mutex::new(None),
        swept: Mutex::new(Swept::default()),
        now: Mutex::new(NOW),
        served: AtomicBool::new(false),
    }
}

pub(crate) fn settings() -> Settings {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect();
    Settings {
        daemon: Daemon {
            host: "127.0.0.1".to_owned(),
            port: 0,
            log_level: LogLevel::Info,
            log_target: LogTarget::Stdout,
            log_requests: false,
            ssl: None,
            proxy: None,
            thread_pool_size: 10,
            request_timeout: Duration::from_secs(10),
            max_connections: 10_000,
            max_connections_per_address: 100,
            allow_private_addresses: false,
            status_listen: None,
            page: false,
        },
        database: Database::Sqlite { path: std::env::temp_dir().join("is-not-made/ddns.db") },
        dns_service: DnsService {
            server: DnsServer::Remote(Remote {
                at: ([127, 0, 0, 1], 53).into(),
                default_key_file: None,
                zone_keys: ["dyn.example.com", "example.com"].map(|zone| (zone.to_owned(), "none.key".into())).into(),
            }),
            timeout: Duration::from_secs(5),
            cleanup_interval: Duration::from_mins(1),
        },
        defaults: Defaults { dns_ttl: 60, expiry_ttl: 3600, host_limit: None },
        email: None,
        rate_limit: None,
        endpoints: vec![Endpoint {
            path: "/update".to_owned(),
            params: Params {
                hostname: words(&["hostname", "host"]),
                ipv4: words(&["myip"]),
                ipv6: words(&["myip6"]),
                username: words(&["username"]),
                password: words(&["password"]),
                notify_change: words(&["notify_change"]),
            },
        }],
    }
}

#[async_trait]
impl House for Stage {
    fn settings(&self, _file: &Path) -> Result<Settings, Vec<String>> {
        self.settings.lock().unwrap().clone()
    }

    async fn store(&self, _database: &Database) -> Result<Arc<dyn Store>, StoreFault> {
        self.store.check().await?;
        Ok(self.store.clone())
    }

    async fn restore(&self, _file: &Path) -> Result<Restored, StoreFault> {
        Ok(Restored { users: 1, hosts: 2, due: 2, letters: 1 })
    }

    fn works(&self, _settings: &Settings, store: &Arc<dyn Store>) -> Result<Arc<dyn Works>, String> {
        let swept = self.swept.lock().unwrap().clone();
        let lease = Lease { owner: "the command line".to_owned(), span: Duration::from_secs(30) };
        let desk = Arc::new(Desk::new(store.clone(), &lease));
        let pusher = Pusher::new(desk, Arc::new(Primary(self.dns.clone())), lease);
        Ok(Arc::new(Workers { pusher, swept }))
    }

    fn zone(&self, _settings: &Settings, _store: &Arc<dyn Store>) -> Result<Arc<dyn Zone>, String> {
        Ok(self.dns.clone())
    }

    fn mail(&self, _settings: &Settings) -> Result<Option<Arc<dyn Mail>>, String> {
        let said = self.mail.lock().unwrap().clone();
        Ok(said.map(|said| Arc::new(Postman(said)) as Arc<dyn Mail>))
    }

    fn now(&self) -> Moment {
        *self.now.lock().unwrap()
    }

    async fn daemon(&self, _file: &Path, _settings: Settings, debug: bool) -> u8 {
        self.served.store(true, Ordering::Relaxed);
        u8::from(debug)
    }
}

struct Workers {
    pusher: Arc<Pusher>,
    swept: Swept,
}

#[async_trait]
impl Works for Workers {
    async fn change(&self, host: Host, decide: Decide<'_>) -> Result<Pushed<Unwanted>, PushFault> {
        let done = self.pusher.change(host, decide).await;
        self.pusher.rest().await;
        done
    }

    async fn cleanup(&self) -> Result<Swept, StoreFault> {
        Ok(self.swept.clone())
    }
}

/// The name server as it is pushed to.
struct Primary(Arc<Dns>);

#[async_trait]
impl Zone for Primary {
    async fn push(&self, records: &Records) -> Result<(), ZoneFault> {
        if let Some(fault) = self.0.fault.lock().unwrap().clone() {
            return Err(fault);
        }
        let address = |set: &Set| match set {
            Set::To(address) => Some(address.to_string()),
            Set::Keep | Set::Remove => None,
        };
        let addresses = FAMILIES.into_iter().filter_map(|family| address(records.set.get(family))).collect();
        self.0.pushed.lock().unwrap().insert(records.name.fqdn(), (addresses, records.ttl));
        Ok(())
    }

    async fn check(&self, _zone: &str) -> Checked {
        panic!("a change checks nothing")
    }
}

#[async_trait]
impl Zone for Dns {
    async fn push(&self, _records: &Records) -> Result<(), ZoneFault> {
        panic!("a check changes nothing")
    }

    async fn check(&self, zone: &str) -> Checked {
        let said = self.ill.lock().unwrap().get(zone).cloned().map_or_else(|| Ok("signed answer".to_owned()), Err);
        Checked { zone: zone.to_owned(), said }
    }
}

struct Postman(Result<String, LetterFault>);

#[async_trait]
impl Mail for Postman {
    async fn send(&self, _letter: &Letter) -> Result<(), LetterFault> {
        panic!("a check sends nothing")
    }

    async fn check(&self) -> Result<String, LetterFault> {
        self.0.clone()
    }
}

/// A terminal with somebody who types these lines.
pub(crate) struct Typist {
    pub(crate) lines: VecDeque<String>,
    pub(crate) asked: Vec<String>,
}

impl Terminal for Typist {
    fn ask(&mut self, prompt: &str) -> Result<Secret, TerminalFault> {
        self.asked.push(prompt.to_owned());
        let line = self.lines.pop_front().ok_or(TerminalFault::None)?;
        if line == "^C" { Err(TerminalFault::Cancelled) } else { Ok(Secret::new(line)) }
    }
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) asked: Vec<String>,
}

/// One command, as it is to be run.
pub(crate) struct Order<'a> {
    words: Vec<OsString>,
    stdin: &'a [u8],
    typed: &'a [&'a str],
    width: Option<usize>,
}

/// Words apart by blanks; `_` stands for a blank inside a word.
pub(crate) fn order(line: &str) -> Order<'_> {
    let words = line.split_whitespace().map(|word| word.replace('_', " ").into());
    Order { words: std::iter::once("ddns-service".into()).chain(words).collect(), stdin: b"", typed: &[], width: None }
}

impl<'a> Order<'a> {
    pub(crate) fn stdin(mut self, bytes: &'a [u8]) -> Self {
        self.stdin = bytes;
        self
    }

    pub(crate) fn typed(mut self, lines: &'a [&'a str]) -> Self {
        self.typed = lines;
        self
    }

    pub(crate) fn width(mut self, columns: usize) -> Self {
        self.width = Some(columns);
        self
    }

    pub(crate) fn word(mut self, word: impl Into<OsString>) -> Self {
        self.words.push(word.into());
        self
    }

    pub(crate) fn run(self, stage: &Stage) -> Told {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut terminal =
            Typist { lines: self.typed.iter().map(|&line| line.to_owned()).collect(), asked: Vec::new() };
        let mut input = Cursor::new(self.stdin.to_vec());
        let desk =
            admin::Desk { input: &mut input, out: &mut out, err: &mut err, terminal: &mut terminal, width: self.width };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let code = runtime.block_on(run(self.words, desk, stage));
        let asked = terminal.asked;
        Told { code, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap(), asked }
    }
}

/// Runs a line that must end well; what it said.
pub(crate) fn well(stage: &Stage, line: &str) -> String {
    let told = order(line).run(stage);
    assert_eq!(told.code, 0, "{line}: {told:?}");
    told.out
}

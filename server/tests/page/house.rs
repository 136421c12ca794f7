//! A page that is served: SQLite in a folder of its own, the listener on a free port, a clock in the test's hand.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use ddns::address::Family;
use ddns::secret::Secret;
use ddns_service::account::{Host, Name};
use ddns_service::auth::Auth;
use ddns_service::config::{self, Certificate, Settings};
use ddns_service::desk::Desk;
use ddns_service::listen::{Limits, Listener, Serving, Tls};
use ddns_service::moment::Moment;
use ddns_service::page::Page;
use ddns_service::pair::Pair;
use ddns_service::proof::{self, Proof};
use ddns_service::store::{self, Sql};
use ddns_service::world::{Clock, Event, EventKind, Handler, HostFilter, Lease, NewHost, NewUser, Store, Want};

use crate::browser::Browser;

pub(crate) const PASSWORD: &str = "correct horse";

/// 2026-11-21 10:00:00 UTC.
const START: i64 = 1_795_255_200_000;

/// Shows what it was set to.
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn forward(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct House {
    pub(crate) store: Arc<Sql>,
    pub(crate) page: Arc<Page>,
    pub(crate) clock: Arc<Hand>,
    pub(crate) settings: Settings,
    pub(crate) at: SocketAddr,
    _serving: Serving,
    folder: PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ddns-page-{}-{number}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The page is on; `more` stands behind `[daemon]`.
pub(crate) fn settings(folder: &std::path::Path, more: &str) -> Settings {
    let file = folder.join("config.toml");
    let text = format!(
        "[daemon]\npage = true\n{more}\n[database]\npath = \"{}\"\n[dns_service]\ndns_server = \"embedded\"\n[dns_service.embedded]\n\
         listen = [\"127.0.0.1:5353\"]\nzones = [\"dyn.example.com\"]\n[dns_service.embedded.addresses]\n\
         \"ns.dyn.example.com\" = [\"127.0.0.1\"]\n",
        folder.join("ddns.db").display()
    );
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    config::load(&file).unwrap_or_else(|fault| panic!("{fault}")).0
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    pub(crate) async fn with(more: &str) -> Self {
        Self::made(more, None).await
    }

    /// With a certificate that nobody signed.
    pub(crate) async fn over_tls() -> Self {
        let folder = folder();
        let (chain, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let mut openssl = Command::new("openssl");
        openssl.args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ]);
        openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        let made = openssl.arg("-out").arg(&chain).arg("-keyout").arg(&key).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let tls = Tls::load(&Certificate { chain, key }).unwrap();
        let house = Self::made("", Some(tls)).await;
        let _ = fs::remove_dir_all(&folder);
        house
    }

    async fn made(more: &str, tls: Option<Tls>) -> Self {
        let folder = folder();
        let settings = settings(&folder, more);
        let store = store::open(&settings.database).await.unwrap();
        let lease = Lease { owner: "page".to_owned(), span: Duration::from_mins(1) };
        let desk = Arc::new(Desk::new(Arc::clone(&store) as Arc<dyn Store>, &lease));
        let auth = Arc::new(Auth::new(Proof::new().unwrap(), Arc::default()));
        let clock = Arc::new(Hand(AtomicI64::new(START)));
        let page =
            Page::new(desk, auth, Arc::clone(&clock) as Arc<dyn Clock>, tls.is_some(), settings.clone()).unwrap();
        let page = Arc::new(page);
        let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
        let serving = listener.serve(tls, Limits::from(&settings.daemon), Arc::clone(&page) as Arc<dyn Handler>);
        let at = serving.addresses()[0];
        Self { store, page, clock, settings, at, _serving: serving, folder }
    }

    /// With the users `ann` and `bob`, a host of each, and a browser in which Ann has logged in.
    pub(crate) async fn with_ann() -> (Self, Browser) {
        let house = Self::new().await;
        house.people().await;
        let mut browser = house.browser();
        let answer = browser.log_in("ann", PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.body);
        (house, browser)
    }

    pub(crate) async fn people(&self) {
        self.user("ann").await;
        self.user("bob").await;
        self.host("ann", "home").await;
        self.host("bob", "bobs").await;
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.at)
    }

    pub(crate) async fn user(&self, name: &str) {
        let password = proof::hash(&Secret::new(PASSWORD)).unwrap();
        let user = NewUser { name: name.to_owned(), email: String::new(), password, host_limit: None };
        self.store.add_user(&user).await.unwrap();
    }

    pub(crate) async fn host(&self, user: &str, label: &str) -> Host {
        let name = Name { label: label.to_owned(), zone: "dyn.example.com".to_owned() };
        let host = NewHost { user: user.to_owned(), name, dns_ttl: 60, expiry_ttl: 3_024_000 };
        self.store.add_host(&host).await.unwrap();
        self.named(label).await
    }

    pub(crate) async fn named(&self, label: &str) -> Host {
        let all = self.store.hosts(&HostFilter::All).await.unwrap();
        all.into_iter().find(|(host, _)| host.name.label == label).unwrap().0
    }

    /// The host has an address, which the DNS is not yet known to have; its history has a line.
    pub(crate) async fn updated(&self, label: &str) -> (Host, Lease) {
        let before = self.named(label).await;
        let seen = Pair::of(|family| before.held.get(family).seen);
        let (mut host, at) = (before, Moment(START));
        host.generation += 1;
        host.source = Some("2001:db8:ffff:ffff:ffff:ffff:ffff:fffe".parse().unwrap());
        host.held.v4.address = Some("192.0.2.33".parse().unwrap());
        host.held.v6.address = Some("2001:db8:1234:5678:9abc:def0:1234:5678".parse().unwrap());
        for held in [&mut host.held.v4, &mut host.held.v6] {
            held.last = held.address;
            (held.changed, held.seen) = (Some(at), Some(at));
        }
        let event = |family, old: &str| Event {
            at,
            kind: EventKind::Update,
            family,
            old: old.parse().ok(),
            new: host.held.get(family).address,
            source: host.source,
        };
        let events = vec![event(Family::V4, "192.0.2.1"), event(Family::V6, "")];
        let lease = Lease { owner: "test".to_owned(), span: Duration::from_mins(1) };
        let want = Want { host: host.clone(), seen, lease: Some(lease.clone()), letter: None, events };
        self.store.want(&[want]).await.unwrap();
        (host, lease)
    }
}

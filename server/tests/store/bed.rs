//! A database for one test, and hosts to put into it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ddns::secret::Secret;
use ddns_service::account::{Host, Name};
use ddns_service::config::Database;
use ddns_service::moment::Moment;
use ddns_service::pair::Pair;
use ddns_service::store::{self, Sql};
use ddns_service::world::{HostFilter, Lease, NewHost, NewUser, Store, Undone, Want};
use sqlx::ConnectOptions;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::mariadb::Server;

pub(crate) struct Bed {
    pub(crate) database: Database,
    pub(crate) folder: PathBuf,
}

impl Drop for Bed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ddns-store-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Bed {
    pub(crate) fn sqlite() -> Self {
        let folder = folder();
        Self { database: Database::Sqlite { path: folder.join("ddns.db") }, folder }
    }

    pub(crate) async fn mariadb() -> Self {
        Self { database: Server::shared().database().await, folder: folder() }
    }

    /// A second, empty database of the same kind.
    pub(crate) async fn another(&self) -> Database {
        match &self.database {
            Database::Sqlite { .. } => Database::Sqlite { path: self.folder.join("another.db") },
            Database::Mariadb { .. } => Server::shared().database().await,
        }
    }

    pub(crate) async fn open(&self) -> Arc<Sql> {
        store::open(&self.database).await.unwrap()
    }

    /// A store with a user `ann` who may have any number of hosts.
    pub(crate) async fn with_ann(&self) -> Arc<Sql> {
        let store = self.open().await;
        store.add_user(&user("ann")).await.unwrap();
        store
    }
}

impl Bed {
    /// A statement past the store; the first number that it finds.
    pub(crate) async fn raw(&self, sql: &'static str) -> Option<i64> {
        match &self.database {
            Database::Sqlite { path } => {
                let mut link = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_optional(&mut link).await.unwrap().flatten()
            }
            Database::Mariadb { host, name, user, password, .. } => {
                let password = String::from_utf8(password.reveal().to_vec()).unwrap();
                let options = MySqlConnectOptions::new().socket(host).username(user).password(&password).database(name);
                let mut link = options.connect().await.unwrap();
                sqlx::query_scalar(sql).fetch_optional(&mut link).await.unwrap().flatten()
            }
        }
    }
}

pub(crate) fn user(name: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: format!("{name}@example.com"),
        password: Secret::new("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"),
        host_limit: None,
    }
}

pub(crate) fn new_host(user: &str, label: &str) -> NewHost {
    NewHost {
        user: user.to_owned(),
        name: Name { label: label.to_owned(), zone: "dyn.example.com".to_owned() },
        dns_ttl: 60,
        expiry_ttl: 3600,
    }
}

pub(crate) async fn host(store: &dyn Store, user: &str, label: &str) -> Host {
    store.add_host(&new_host(user, label)).await.unwrap();
    named(store, label).await
}

pub(crate) async fn named(store: &dyn Store, label: &str) -> Host {
    let all = store.hosts(&HostFilter::All).await.unwrap();
    all.into_iter().find(|(host, _)| host.name.label == label).unwrap().0
}

pub(crate) fn lease(owner: &str, span: Duration) -> Lease {
    Lease { owner: owner.to_owned(), span }
}

pub(crate) fn long(owner: &str) -> Lease {
    lease(owner, Duration::from_mins(10))
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The next generation of a host with another IPv4 address.
pub(crate) fn next(host: &Host, address: &str) -> Host {
    let mut host = host.clone();
    host.generation += 1;
    host.held.v4.address = Some(ip(address));
    host.held.v4.last = Some(ip(address));
    host.held.v4.changed = Some(Moment(1_000));
    host
}

pub(crate) fn want(host: &Host, address: &str, owner: &str) -> Want {
    let seen = Pair::of(|family| host.held.get(family).seen);
    Want { host: next(host, address), seen, lease: Some(long(owner)), letter: None, events: Vec::new() }
}

pub(crate) fn undone(host: i64, after: Duration) -> Undone {
    Undone { host, after, late: false }
}

/// Longer than the time that a database's clock shows in steps.
pub(crate) async fn moment(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

//! What the configuration says, as types: after this, no option's name appears as a string.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ddns::secret::Secret;
use ipnet::IpNet;

/// The whole file; every key has the name it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `[daemon]`
    pub daemon: Daemon,
    /// `[database]`
    pub database: Database,
    /// `[dns_service]`
    pub dns_service: DnsService,
    /// `[defaults]`
    pub defaults: Defaults,
    /// `[email]`
    pub email: Option<Email>,
    /// `[rate_limit]`
    pub rate_limit: Option<RateLimit>,
    /// `[[endpoints]]`, never empty.
    pub endpoints: Vec<Endpoint>,
}

/// `[daemon]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Daemon {
    /// A name or an address to listen at.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The least that is logged.
    pub log_level: LogLevel,
    /// Where to.
    pub log_target: LogTarget,
    /// Request lines at INFO, credentials masked.
    pub log_requests: bool,
    /// Certificate chain and key, PEM; `None` is plain HTTP.
    pub ssl: Option<Certificate>,
    /// The header that holds the client's address, lower case; read only from these proxies.
    pub proxy: Option<Proxy>,
    /// `thread_pool_size`: threads that serve requests.
    pub thread_pool_size: usize,
    /// How long a request may take from its first byte to the end of its answer.
    pub request_timeout: Duration,
    /// `max_connections`: open at once in all.
    pub max_connections: usize,
    /// `max_connections_per_address`: open at once from one address (one /64), trusted proxies aside.
    pub max_connections_per_address: usize,
    /// `allow_private_addresses`: whether 10/8, 192.168/16, `fc00::/7` and their like are put into the DNS.
    pub allow_private_addresses: bool,
    /// `status_listen`: where `/healthz` and `/metrics` are; `None` is nowhere.
    pub status_listen: Option<SocketAddr>,
    /// `page`: whether `/` is the owners' page.
    pub page: bool,
}

/// `log_level`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What happens.
    Info,
    /// What should not.
    Warning,
    /// What must not.
    Error,
}

/// `log_target` with the options that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogTarget {
    /// Standard output.
    Stdout,
    /// A datagram socket.
    Syslog {
        /// `syslog_socket`
        socket: PathBuf,
        /// `syslog_facility`: its number (RFC 5424 section 6.2.1).
        facility: u8,
    },
    /// A file that is rotated.
    File {
        /// `log_file`
        path: PathBuf,
        /// `log_file_size`: bytes; 0 is never rotated.
        size: u64,
        /// `log_versions`: old files kept.
        versions: u32,
    },
}

/// `ssl_cert_file`, `ssl_key_file`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// PEM, the server's own first.
    pub chain: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

/// `proxy_header`, `trusted_proxies`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Lower case.
    pub header: String,
    /// Never empty.
    pub trusted: Vec<IpNet>,
}

/// `[database]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// One file.
    Sqlite {
        /// `path`
        path: PathBuf,
    },
    /// A server.
    Mariadb {
        /// `host`, or a socket's path.
        host: String,
        /// `port`
        port: u16,
        /// `name`
        name: String,
        /// `user`
        user: String,
        /// `password`
        password: Secret,
        /// `ssl_mode`
        ssl_mode: SslMode,
        /// `ssl_ca`: PEM, certificates of authorities that are trusted beside those of the web.
        ssl_ca: Option<PathBuf>,
        /// `pool_size`: connections.
        pool_size: u32,
    },
}

impl Database {
    /// Whether its words go over a net that others may listen to.
    #[must_use]
    pub fn is_far(&self) -> bool {
        match self {
            Self::Sqlite { .. } => false,
            Self::Mariadb { host, .. } => {
                !host.starts_with('/') && !matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1")
            }
        }
    }
}

/// `ssl_mode`: TLS to the database server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// Never.
    Disabled,
    /// Where the server is another machine and has it; whoever answers is believed to be the server.
    Preferred,
    /// Always, but whoever answers is believed to be the server.
    Required,
    /// Always, and the server's certificate is for `host` and by an authority that is trusted.
    VerifyFull,
}

/// `[dns_service]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsService {
    /// `dns_server`
    pub server: DnsServer,
    /// `dns_timeout`: for one exchange.
    pub timeout: Duration,
    /// `cleanup_interval`: between two sweeps for expired records.
    pub cleanup_interval: Duration,
}

/// `dns_server` with the options that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsServer {
    /// `"embedded"`: this program answers for its zones.
    Embedded(Embedded),
    /// RFC 2136 to another one.
    Remote(Remote),
}

/// `dns_server = "ADDRESS"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// `dns_server`, `dns_port`
    pub at: SocketAddr,
    /// `ddns_default_key_file`: the key of zones without one of their own.
    pub default_key_file: Option<PathBuf>,
    /// `zone_keys`: zone in lower-case A-labels, key file.
    pub zone_keys: BTreeMap<String, PathBuf>,
}

/// `[dns_service.embedded]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// `listen`: UDP and TCP at each; default 127.0.0.1:5353 and the like is the configuration's to say.
    pub listen: Vec<SocketAddr>,
    /// `zones`: lower-case A-labels.
    pub zones: Vec<String>,
    /// `name_servers`: NS records of every zone, the first is the SOA's MNAME.
    pub name_servers: Vec<String>,
    /// `hostmaster`: mail address of the SOA's RNAME.
    pub hostmaster: String,
    /// `addresses`: of the zones' own names and of name servers inside them (glue): full name, addresses.
    pub addresses: BTreeMap<String, Vec<IpAddr>>,
    /// `secondaries`: told by NOTIFY, and allowed to transfer.
    pub secondaries: Vec<SocketAddr>,
    /// `transfer_key_file`: a transfer must be signed by this key; without one, secondaries' addresses are enough.
    pub transfer_key_file: Option<PathBuf>,
    /// `answers_per_second`: to one address (one /24, one /56), more are dropped or answered by TC; 0 is no limit.
    pub answers_per_second: u32,
}

/// `[defaults]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// `dns_ttl`, seconds.
    pub dns_ttl: u32,
    /// `expiry_ttl`, seconds; 0 is never.
    pub expiry_ttl: u32,
    /// `host_limit`: hosts that a new user may have; `None` is any number.
    pub host_limit: Option<u32>,
}

/// `[email]`, when enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// `smtp_host`
    pub smtp_host: String,
    /// `smtp_port`
    pub smtp_port: u16,
    /// `smtp_starttls`: required, not tried.
    pub smtp_starttls: bool,
    /// `smtp_user` and `smtp_password`
    pub login: Option<(String, Secret)>,
    /// `from_address`
    pub from_address: String,
    /// `change_notification_template`; without one, no such mail.
    pub change_notification_template: Option<PathBuf>,
    /// `expiry_notification_template`
    pub expiry_notification_template: Option<PathBuf>,
}

/// `[rate_limit]`, when enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// `good_window_seconds`, `good_max_requests`: of one host.
    pub good: Window,
    /// `bad_window_seconds`, `bad_max_requests`: from one address (one /64).
    pub bad: Window,
    /// `cleanup_interval`: between two looks for counters that can be forgotten.
    pub cleanup_interval: Duration,
}

/// So many in so much time, sliding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Time.
    pub span: Duration,
    /// How many.
    pub most: u32,
}

/// `[[endpoints]]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `path`, begins with a slash.
    pub path: String,
    /// `[endpoints.params]`
    pub params: Params,
}

/// Names by which a value is asked for; the first that is there counts, an empty list switches the value off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Full names of hosts.
    pub hostname: Vec<String>,
    /// IPv4 address.
    pub ipv4: Vec<String>,
    /// IPv6 address.
    pub ipv6: Vec<String>,
    /// User.
    pub username: Vec<String>,
    /// Password or token.
    pub password: Vec<String>,
    /// Whether the user wants mail about a change.
    pub notify_change: Vec<String>,
}

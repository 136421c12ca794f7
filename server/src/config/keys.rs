//! The one table of tables and keys: names, what each may hold, defaults.
//!
//! Source: the specification for its own keys; `settings.rs` says what each means. Knows no file and no value.
#![forbid(unsafe_code)]

/// What a key may hold, and what holds when it is not there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number between the first two, both included.
    Number(u64, u64, u64),
    /// One of these words, in any case, and the one that is the default.
    Choice(&'static [&'static str], &'static str),
    /// One line of text; empty is none.
    Text(&'static str),
    /// The same, but never shown.
    Secret,
    /// Texts.
    List(&'static [&'static str]),
    /// A table with a row of its own here.
    Inside,
    /// A table whose keys are the owner's own.
    Free,
}

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// Another name it may have there.
    pub(super) alias: &'static [&'static str],
    /// What it may hold.
    pub(super) kind: Kind,
}

impl Key {
    /// Whether `word` names it.
    pub(super) fn is(&self, word: &str) -> bool {
        self.name == word || self.alias.contains(&word)
    }

    /// What holds when it is not there, as it would stand in the file; `None` for tables.
    pub(super) fn default(&self) -> Option<String> {
        match self.kind {
            Kind::Flag(flag) => Some(flag.to_string()),
            Kind::Number(_, _, number) => Some(number.to_string()),
            Kind::Choice(_, word) => Some(quoted(word)),
            Kind::Text(text) => Some(quoted(text)),
            Kind::Secret => Some(quoted("")),
            Kind::List(texts) => Some(format!("[{}]", texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", "))),
            Kind::Inside | Kind::Free => None,
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A table with its keys.
#[derive(Debug)]
pub(super) struct Table {
    /// Its full name, without brackets; the file's top has none.
    pub(super) name: &'static str,
    /// All its keys.
    pub(super) keys: &'static [&'static Key],
}

macro_rules! tables {
    ($($room:ident $table:literal { $($id:ident $name:literal $(/ $alias:literal)? $kind:expr;)* })*) => {
        $(
            pub(super) mod $room {
                use super::{Key, Kind::*, Table};
                $(
                    pub(in super::super) static $id: Key = Key {
                        name: $name,
                        alias: &[$($alias)?],
                        kind: $kind,
                    };
                )*
                pub(in super::super) static TABLE: Table = Table { name: $table, keys: &[$(&$id),*] };
            }
        )*
        /// All of them.
        pub(super) static ALL: &[&Table] = &[$(&$room::TABLE),*];
    };
}

tables! {
    top "" {
        DAEMON "daemon" Inside;
        DATABASE "database" Inside;
        DNS_SERVICE "dns_service" Inside;
        DEFAULTS "defaults" Inside;
        EMAIL "email" Inside;
        RATE_LIMIT "rate_limit" Inside;
        ENDPOINTS "endpoints" Inside;
    }
    daemon "daemon" {
        HOST "host" Text("localhost");
        PORT "port" Number(1, 65535, 8443);
        LOG_LEVEL "log_level" Choice(&["DEBUG", "INFO", "WARNING", "ERROR"], "INFO");
        LOG_TARGET "log_target" Choice(&["stdout", "syslog", "file"], "stdout");
        SYSLOG_SOCKET "syslog_socket" Text("/dev/log");
        SYSLOG_FACILITY "syslog_facility" Choice(&[
            "daemon", "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"], "daemon");
        LOG_FILE "log_file" Text("/var/log/ddns-service/ddns-service.log");
        LOG_FILE_SIZE "log_file_size" Number(0, 1 << 50, 52_428_800);
        LOG_VERSIONS "log_versions" Number(0, 999, 5);
        LOG_REQUESTS "log_requests" Flag(false);
        SSL "ssl" Flag(false);
        SSL_CERT_FILE "ssl_cert_file" Text("");
        SSL_KEY_FILE "ssl_key_file" Text("");
        PROXY_HEADER "proxy_header" Text("");
        TRUSTED_PROXIES "trusted_proxies" List(&[]);
        THREAD_POOL_SIZE "thread_pool_size" Number(1, 1024, 10);
        REQUEST_TIMEOUT "request_timeout" Number(1, 3600, 10);
        MAX_CONNECTIONS "max_connections" Number(1, 1_000_000, 10_000);
        MAX_CONNECTIONS_PER_ADDRESS "max_connections_per_address" Number(1, 1_000_000, 100);
        ALLOW_PRIVATE_ADDRESSES "allow_private_addresses" Flag(false);
        STATUS_LISTEN "status_listen" Text("");
        PAGE "page" Flag(false);
    }
    database "database" {
        BACKEND "backend" Choice(&["sqlite", "mariadb"], "sqlite");
        PATH "path" Text("");
        HOST "host" Text("");
        PORT "port" Number(1, 65535, 3306);
        NAME "name" / "database" Text("");
        USER "user" Text("");
        PASSWORD "password" Secret;
        PASSWORD_FILE "password_file" Text("");
        SSL_MODE "ssl_mode" Choice(&["disabled", "preferred", "required", "verify-full"], "preferred");
        SSL_CA "ssl_ca" Text("");
        POOL_SIZE "pool_size" Number(1, 1000, 5);
    }
    dns_service "dns_service" {
        DNS_SERVER "dns_server" Text("127.0.0.1");
        DNS_PORT "dns_port" Number(1, 65535, 53);
        DNS_TIMEOUT "dns_timeout" Number(1, 300, 5);
        DDNS_DEFAULT_KEY_FILE "ddns_default_key_file" Text("");
        CLEANUP_INTERVAL "cleanup_interval" Number(1, 86_400, 60);
        ZONE_KEYS "zone_keys" Free;
        EMBEDDED "embedded" Inside;
    }
    embedded "dns_service.embedded" {
        LISTEN "listen" List(&["127.0.0.1:5353"]);
        ZONES "zones" List(&[]);
        NAME_SERVERS "name_servers" List(&[]);
        HOSTMASTER "hostmaster" Text("");
        SECONDARIES "secondaries" List(&[]);
        TRANSFER_KEY_FILE "transfer_key_file" Text("");
        ANSWERS_PER_SECOND "answers_per_second" Number(0, 1_000_000, 50);
        ADDRESSES "addresses" Free;
    }
    defaults "defaults" {
        DNS_TTL "dns_ttl" Number(0, 2_147_483_647, 60);
        EXPIRY_TTL "expiry_ttl" Number(0, 4_294_967_295, 3600);
        HOST_LIMIT "host_limit" Number(0, 4_294_967_295, 0);
    }
    email "email" {
        ENABLED "enabled" Flag(false);
        SMTP_HOST "smtp_host" Text("");
        SMTP_PORT "smtp_port" Number(1, 65535, 25);
        SMTP_STARTTLS "smtp_starttls" Flag(false);
        SMTP_USER "smtp_user" Text("");
        SMTP_PASSWORD "smtp_password" Secret;
        FROM_ADDRESS "from_address" Text("");
        CHANGE_NOTIFICATION_TEMPLATE "change_notification_template" Text("");
        EXPIRY_NOTIFICATION_TEMPLATE "expiry_notification_template" Text("");
    }
    rate_limit "rate_limit" {
        ENABLED "enabled" Flag(true);
        GOOD_WINDOW_SECONDS "good_window_seconds" Number(1, 86_400, 60);
        GOOD_MAX_REQUESTS "good_max_requests" Number(1, 1000, 5);
        BAD_WINDOW_SECONDS "bad_window_seconds" Number(1, 86_400, 60);
        BAD_MAX_REQUESTS "bad_max_requests" Number(1, 1000, 3);
        CLEANUP_INTERVAL "cleanup_interval" Number(1, 86_400, 60);
    }
    endpoints "endpoints" {
        PATH "path" Text("");
        PARAMS "params" Inside;
    }
    params "endpoints.params" {
        HOSTNAME "hostname" List(&["hostname", "host"]);
        IPV4 "ipv4" List(&["myip", "ipv4", "ip4", "myipv4"]);
        IPV6 "ipv6" List(&["myip6", "ipv6", "ip6", "myipv6"]);
        USERNAME "username" List(&["username", "user"]);
        PASSWORD "password" List(&["password", "pass", "token"]);
        NOTIFY_CHANGE "notify_change" List(&["notify_change"]);
    }
}

//! What right files mean: defaults, aliases, spellings.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ddns_service::config::{
    Daemon, Database, Defaults, DnsServer, LogLevel, LogTarget, RateLimit, Remote, Settings, SslMode, Window,
    fixed_changes,
};

use crate::{LEAST, faults, settings, warnings};

#[test]
fn with_nothing_but_the_databases_path_all_is_as_the_specification_says() {
    let Settings { daemon, database, dns_service, defaults, email, rate_limit, endpoints } = settings(LEAST);
    assert_eq!(
        daemon,
        Daemon {
            host: "localhost".to_owned(),
            port: 8443,
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
        }
    );
    assert_eq!(database, Database::Sqlite { path: PathBuf::from("/tmp/x.db") });
    let at: SocketAddr = "127.0.0.1:53".parse().unwrap();
    let remote = Remote { at, default_key_file: None, zone_keys: [].into() };
    assert_eq!(dns_service.server, DnsServer::Remote(remote));
    assert_eq!((dns_service.timeout, dns_service.cleanup_interval), (Duration::from_secs(5), Duration::from_mins(1)));
    assert_eq!(defaults, Defaults { dns_ttl: 60, expiry_ttl: 3600, host_limit: None });
    assert_eq!(email, None);
    let span = Duration::from_mins(1);
    let (good, bad) = (Window { span, most: 5 }, Window { span, most: 3 });
    assert_eq!(rate_limit, Some(RateLimit { good, bad, cleanup_interval: span }));
    assert_eq!(endpoints.len(), 1);
    assert_eq!(endpoints[0].path, "/update");
    let params = &endpoints[0].params;
    assert_eq!(params.hostname, ["hostname", "host"]);
    assert_eq!(params.ipv4, ["myip", "ipv4", "ip4", "myipv4"]);
    assert_eq!(params.ipv6, ["myip6", "ipv6", "ip6", "myipv6"]);
    assert_eq!(params.username, ["username", "user"]);
    assert_eq!(params.password, ["password", "pass", "token"]);
    assert_eq!(params.notify_change, ["notify_change"]);
}

#[test]
fn defaults_of_the_log_targets_are_the_specifications() {
    let target = |extra: &str| settings(&format!("{LEAST}[daemon]\n{extra}")).daemon.log_target;
    assert_eq!(target("log_target = \"syslog\""), LogTarget::Syslog { socket: PathBuf::from("/dev/log"), facility: 3 });
    assert_eq!(
        target("log_target = \"file\""),
        LogTarget::File {
            path: PathBuf::from("/var/log/ddns-service/ddns-service.log"),
            size: 52_428_800,
            versions: 5
        }
    );
    for (word, number) in [("user", 1), ("daemon", 3), ("local0", 16), ("local7", 23), ("LOCAL3", 19)] {
        let LogTarget::Syslog { facility, .. } =
            target(&format!("log_target = \"syslog\"\nsyslog_facility = \"{word}\""))
        else {
            panic!("{word}")
        };
        assert_eq!(facility, number, "{word}");
    }
}

#[test]
fn levels_are_words_in_any_case() {
    let level = |word: &str| settings(&format!("{LEAST}[daemon]\nlog_level = \"{word}\"")).daemon.log_level;
    assert_eq!(level("DEBUG"), LogLevel::Debug);
    assert_eq!(level("info"), LogLevel::Info);
    assert_eq!(level("Warning"), LogLevel::Warning);
    assert_eq!(level("ERROR"), LogLevel::Error);
}

#[test]
fn the_specifications_own_endpoints_are_read_as_they_stand() {
    let text = format!(
        "{LEAST}[[endpoints]]\npath = \"/update\"\n[endpoints.params]\nhostname = [\"hostname\", \"host\"]\n\
         [[endpoints]]\npath = \"/nic/update\"\n[endpoints.params]\nhostname = [\"hostname\"]\nipv4 = [\"myip\"]\n\
         ipv6 = [\"myip6\"]\nusername = [\"username\"]\npassword = [\"password\"]\nnotify_change = []\n"
    );
    let endpoints = settings(&text).endpoints;
    assert_eq!(endpoints[0].params.ipv4, ["myip", "ipv4", "ip4", "myipv4"], "left out is the default");
    assert_eq!(endpoints[1].params.ipv4, ["myip"]);
    assert!(endpoints[1].params.notify_change.is_empty(), "an empty list switches off");
}

#[test]
fn mariadb_may_call_its_name_database() {
    for key in ["name", "database"] {
        let text = format!(
            "[database]\nbackend = \"mariadb\"\nhost = \"db\"\n{key} = \"ddns\"\nuser = \"u\"\npassword = \"geheim\"\n"
        );
        let Database::Mariadb { host, port, name, user, password, ssl_mode, ssl_ca, pool_size } =
            settings(&text).database
        else {
            panic!("no server")
        };
        assert_eq!((ssl_mode, ssl_ca), (SslMode::Preferred, None));
        assert_eq!((host.as_str(), port, name.as_str(), user.as_str(), pool_size), ("db", 3306, "ddns", "u", 5));
        assert_eq!(password.reveal(), b"geheim");
    }
}

#[test]
fn proxies_are_networks_or_addresses_and_their_header_is_lower_case() {
    let text = format!(
        "{LEAST}[daemon]\nproxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"127.0.0.1\", \"10.1.2.3/8\", \"::1\"]"
    );
    let proxy = settings(&text).daemon.proxy.unwrap();
    assert_eq!(proxy.header, "x-forwarded-for");
    let trusted: Vec<_> = proxy.trusted.iter().map(ToString::to_string).collect();
    assert_eq!(trusted, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
}

#[test]
fn zones_become_lower_case_a_labels() {
    let text = format!(
        "{LEAST}[dns_service.zone_keys]\n\"Dyn.Example.COM.\" = \"/k1\"\n\"dyn.m\u{fc}ller.example\" = \"/k2\"\n"
    );
    let DnsServer::Remote(remote) = settings(&text).dns_service.server else { panic!("is embedded") };
    let zones: Vec<_> = remote.zone_keys.into_keys().collect();
    assert_eq!(zones, ["dyn.example.com", "dyn.xn--mller-kva.example"]);
}

#[test]
fn the_embedded_server_names_itself_by_its_first_zone() {
    let text = format!(
        "{LEAST}[dns_service]\ndns_server = \"embedded\"\n[dns_service.embedded]\nzones = [\"dyn.example.com\"]\n\
         listen = [\"0.0.0.0\", \"[::]:5300\"]\nsecondaries = [\"192.0.2.7\"]\n\
         [dns_service.embedded.addresses]\n\"ns.dyn.example.com\" = [\"192.0.2.53\", \"2001:db8::53\"]\n"
    );
    let DnsServer::Embedded(embedded) = settings(&text).dns_service.server else { panic!("is remote") };
    assert_eq!(embedded.name_servers, ["ns.dyn.example.com"]);
    assert_eq!(embedded.hostmaster, "hostmaster@dyn.example.com");
    assert_eq!(embedded.listen, ["0.0.0.0:53".parse().unwrap(), "[::]:5300".parse::<SocketAddr>().unwrap()]);
    assert_eq!(embedded.secondaries, ["192.0.2.7:53".parse::<SocketAddr>().unwrap()]);
    let wanted: Vec<IpAddr> = vec!["192.0.2.53".parse().unwrap(), "2001:db8::53".parse().unwrap()];
    assert_eq!(embedded.addresses["ns.dyn.example.com"], wanted);
}

#[test]
fn what_is_foolish_is_a_warning_and_nothing_more() {
    let table = [
        (
            format!("{LEAST}[email]\nchange_notification_template = \"/x.j2\"\n"),
            "4:1: [email] change_notification_template: has no effect without enabled = true: no mail is sent",
        ),
        (format!("{LEAST}user = \"u\"\n"), "3:1: [database] user: has no effect with backend = \"sqlite\""),
        (
            format!("{LEAST}[rate_limit]\nenabled = false\n"),
            "4:1: [rate_limit] enabled = false: passwords can be guessed without a limit",
        ),
        (
            format!("{LEAST}[[endpoints]]\npath = \"/u\"\n[endpoints.params]\nipv4 = [\"IP\"]\nipv6 = [\"ip\"]\n"),
            "7:9: [endpoints.params] ipv6 = \"ip\": 'IP' and 'ip' differ by case only, and stand for ipv4 and ipv6",
        ),
        (
            format!("{LEAST}[daemon]\nstatus_listen = \"0.0.0.0:9180\"\n"),
            "4:1: [daemon] status_listen = \"0.0.0.0:9180\": /healthz and /metrics will be open to everybody who reaches this machine",
        ),
        (
            format!(
                "{LEAST}[email]\nenabled = true\nsmtp_host = \"mail.example\"\nfrom_address = \"a@b\"\nsmtp_user = \"u\"\nsmtp_password = \"geheim\"\n"
            ),
            "8:1: [email] smtp_password: travels in clear text: wanted smtp_starttls = true",
        ),
        (
            format!("{LEAST}[dns_service]\ndns_server = \"embedded\"\nembedded.zones = [\"dyn.example\"]\n"),
            "5:1: [dns_service.embedded] addresses: lacks name server 'ns.dyn.example': nobody can find it without an address here",
        ),
        (
            format!(
                "{LEAST}[dns_service]\ndns_server = \"embedded\"\n[dns_service.embedded]\nzones = [\"dyn.example\"]\n\
                 name_servers = [\"ns.other.example\"]\naddresses.\"xdyn.example\" = [\"192.0.2.1\"]\n"
            ),
            "8:11: [dns_service.embedded.addresses] xdyn.example = [\"192.0.2.1\"]: has no effect: it is in none of the zones",
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(warnings(&text), [wanted], "{text}");
    }
}

#[test]
fn a_reload_says_what_it_cannot_change_and_nothing_else() {
    let old = settings(LEAST);
    let other = "[database]\npath = \"/tmp/y.db\"\n[daemon]\nhost = \"::1\"\nport = 80\nthread_pool_size = 4\nrequest_timeout = 3\n";
    assert_eq!(
        fixed_changes(&old, &settings(other)),
        [
            "[daemon] host stays 'localhost' until a restart; the file now says '::1'",
            "[daemon] port stays 8443 until a restart; the file now says 80",
            "[daemon] thread_pool_size stays 10 until a restart; the file now says 4",
            "[database] stays '/tmp/x.db' until a restart; the file now says '/tmp/y.db'",
        ]
    );
    assert_eq!(fixed_changes(&old, &settings(&format!("{LEAST}[defaults]\ndns_ttl = 1\n"))), [""; 0]);
    let server = |password: &str| {
        settings(&format!(
            "[database]\nbackend = \"mariadb\"\nhost = \"db\"\nname = \"n\"\nuser = \"u\"\npassword = \"{password}\"\n"
        ))
    };
    assert_eq!(
        fixed_changes(&server("geheim1"), &server("geheim2")),
        ["[database] stays as it was until a restart, at 'n' at 'db', port 3306"]
    );
}

#[test]
fn a_database_on_another_machine_is_warned_about_until_its_ssl_mode_is_chosen() {
    let text = |host: &str, rest: &str| {
        format!("[database]\nbackend = \"mariadb\"\nhost = \"{host}\"\nname = \"d\"\nuser = \"u\"\n{rest}")
    };
    for near in ["localhost", "127.0.0.1", "::1", "/run/mysqld/mysqld.sock"] {
        assert_eq!(warnings(&text(near, "")), Vec::<String>::new());
    }
    let far = warnings(&text("db.example.org", ""));
    assert!(
        far.len() == 1 && far[0].contains("host = \"db.example.org\": is another machine: wanted ssl_mode"),
        "{far:?}"
    );
    for mode in ["disabled", "preferred", "required", "Verify-Full"] {
        assert_eq!(warnings(&text("db.example.org", &format!("ssl_mode = \"{mode}\"\n"))), Vec::<String>::new());
    }
    let idle = warnings(&text("db.example.org", "ssl_mode = \"required\"\nssl_ca = \"/ca.pem\"\n"));
    assert!(
        idle.len() == 1 && idle[0].contains("ssl_ca: has no effect without ssl_mode = \"verify-full\""),
        "{idle:?}"
    );
    let idle = warnings(&text("/run/mysqld/mysqld.sock", "ssl_mode = \"required\"\n"));
    assert!(idle.len() == 1 && idle[0].contains("does not leave this machine"), "{idle:?}");
    let refused = faults(&text("db", "ssl_mode = \"verify-ca\"\n"));
    assert!(
        refused[0]
            .contains("ssl_mode = \"verify-ca\": wanted \"disabled\", \"preferred\", \"required\" or \"verify-full\"")
    );
}

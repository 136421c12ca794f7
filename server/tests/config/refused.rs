//! What is refused, and the whole sentence that says so. Each text stands behind `[database] path`, so its first line is line 3.

use crate::{LEAST, faults};

const TYPES: &[(&str, &[&str])] = &[
    (
        "[daemon]\nport = \"8443\"",
        &["4:1: [daemon] port = \"8443\": wanted a whole number from 1 to 65535, without quotes"],
    ),
    ("[daemon]\nport = 0", &["4:1: [daemon] port = 0: wanted a whole number from 1 to 65535"]),
    ("[daemon]\nport = 65536", &["4:1: [daemon] port = 65536: wanted a whole number from 1 to 65535"]),
    ("[daemon]\nport = -1", &["4:1: [daemon] port = -1: wanted a whole number from 1 to 65535"]),
    ("[daemon]\nport = 80.5", &["4:1: [daemon] port = 80.5: wanted a whole number from 1 to 65535"]),
    (
        "[daemon]\nport = 99999999999999999999999999999999999999999999",
        &["4:1: [daemon] port = 99999999999999999999999999999999999999999999: wanted a whole number from 1 to 65535"],
    ),
    ("[daemon]\nhost = 127", &["4:1: [daemon] host = 127: wanted a text in quotes"]),
    ("[daemon]\nssl = \"true\"", &["4:1: [daemon] ssl = \"true\": wanted true or false, without quotes"]),
    ("[daemon]\nssl = 1", &["4:1: [daemon] ssl = 1: wanted true or false"]),
    (
        "[daemon]\nlog_level = \"LOUD\"",
        &["4:1: [daemon] log_level = \"LOUD\": wanted \"INFO\", \"DEBUG\", \"WARNING\" or \"ERROR\""],
    ),
    (
        "[daemon]\nlog_target = \"journal\"",
        &["4:1: [daemon] log_target = \"journal\": wanted \"stdout\", \"syslog\" or \"file\""],
    ),
    (
        "[daemon]\nhost = \"a\\u0007b\"",
        &["4:1: [daemon] host = \"a\\u0007b\": wanted one line of text without control characters"],
    ),
    (
        "[daemon]\ntrusted_proxies = \"10.0.0.0/8\"\nproxy_header = \"X-Real-IP\"",
        &[
            "4:1: [daemon] trusted_proxies = \"10.0.0.0/8\": wanted a list of texts: [\"...\", \"...\"]",
            "5:1: [daemon] proxy_header = \"X-Real-IP\": wanted trusted_proxies beside it: the header is believed from them only",
        ],
    ),
    ("daemon = 3", &["3:1: [database] daemon: unknown key: 'daemon' belongs into the top of the file"]),
    (
        "[rate_limit]\ngood_window_seconds = 0\nbad_max_requests = 0",
        &[
            "4:1: [rate_limit] good_window_seconds = 0: wanted a whole number from 1 to 86400",
            "5:1: [rate_limit] bad_max_requests = 0: wanted a whole number from 1 to 1000",
        ],
    ),
    (
        "[defaults]\ndns_ttl = 2147483648",
        &["4:1: [defaults] dns_ttl = 2147483648: wanted a whole number from 0 to 2147483647"],
    ),
];

const UNKNOWN: &[(&str, &[&str])] = &[
    ("[daemon]\nprot = 1", &["4:1: [daemon] prot: unknown key; the nearest known one is 'port'"]),
    ("[deamon]\nport = 1", &["3:2: deamon: unknown table or key; the nearest known one is 'daemon'"]),
    ("[daemon]\ndns_ttl = 60", &["4:1: [daemon] dns_ttl: unknown key: 'dns_ttl' belongs into [defaults]"]),
    (
        "[zone_keys]\n\"a.b\" = \"/k\"",
        &["3:2: zone_keys: unknown table or key: 'zone_keys' belongs into [dns_service]"],
    ),
    (
        "[defaults]\nwhatever = 60",
        &["4:1: [defaults] whatever: unknown key; known are dns_ttl, expiry_ttl, host_limit"],
    ),
    (
        "[[endpoints]]\npath = \"/u\"\n[endpoints.params]\nhostnames = []",
        &["6:1: [endpoints.params] hostnames: unknown key; the nearest known one is 'hostname'"],
    ),
];

const TOGETHER: &[(&str, &[&str])] = &[
    (
        "[daemon]\nssl = true",
        &[
            "3:2: [daemon] ssl_cert_file: is missing: wanted with ssl = true",
            "3:2: [daemon] ssl_key_file: is missing: wanted with ssl = true",
        ],
    ),
    (
        "[email]\nenabled = true",
        &[
            "3:2: [email] smtp_host: is missing: wanted with enabled = true",
            "3:2: [email] from_address: is missing: wanted with enabled = true",
        ],
    ),
    (
        "[email]\nfrom_address = \"ddns\"",
        &["4:1: [email] from_address = \"ddns\": wanted a mail address, such as \"ddns@example.com\""],
    ),
    ("[email]\nsmtp_user = \"u\"", &["3:2: [email] smtp_password: is missing: wanted beside smtp_user"]),
    ("[email]\nsmtp_password = \"geheim\"", &["3:2: [email] smtp_user: is missing: wanted beside smtp_password"]),
    (
        "[dns_service]\ndns_server = \"ns1.example.com\"",
        &[
            "4:1: [dns_service] dns_server = \"ns1.example.com\": wanted an IP address or \"embedded\"; names are not looked up here",
        ],
    ),
    (
        "[dns_service]\ndns_server = \"127.0.0.1:5300\"",
        &[
            "4:1: [dns_service] dns_server = \"127.0.0.1:5300\": wanted an IP address or \"embedded\"; the port goes into dns_port",
        ],
    ),
    (
        "[dns_service]\ndns_server = \"embedded\"",
        &[
            "[dns_service.embedded] zones: is missing: wanted with dns_server = \"embedded\", such as [\"dyn.example.com\"]",
        ],
    ),
    (
        "[dns_service.embedded]\nzones = [\"a b\", \"dyn.example\", \"DYN.example.\"]",
        &[
            "4:10: [dns_service.embedded] zones = \"a b\": wanted a domain name, such as \"dyn.example.com\"",
            "4:32: [dns_service.embedded] zones = \"DYN.example.\": 'dyn.example' is in the list already",
        ],
    ),
    (
        "[dns_service.zone_keys]\n\"dyn.example\" = \"/k\"\n\"Dyn.Example.\" = \"/k2\"\n\"x\" = 3",
        &[
            "5:1: [dns_service.zone_keys] Dyn.Example. = \"/k2\": zone 'dyn.example' has a key file already",
            "6:1: [dns_service.zone_keys] x = 3: wanted a text in quotes",
        ],
    ),
    (
        "[daemon]\nproxy_header = \"X-Forwarded-For\"",
        &[
            "4:1: [daemon] proxy_header = \"X-Forwarded-For\": wanted trusted_proxies beside it: the header is believed from them only",
        ],
    ),
    (
        "[daemon]\ntrusted_proxies = [\"127.0.0.1\"]",
        &["3:2: [daemon] proxy_header: is missing: wanted beside trusted_proxies, such as \"X-Forwarded-For\""],
    ),
    (
        "[daemon]\nproxy_header = \"X-Forwarded-For\"\ntrusted_proxies = [\"10.0.0.0/33\",\n  \"proxy.example\", \"0.0.0.0/0\"]",
        &[
            "5:20: [daemon] trusted_proxies = \"10.0.0.0/33\": wanted an IP address or a network, such as \"127.0.0.1\" or \"10.0.0.0/8\"",
            "6:3: [daemon] trusted_proxies = \"proxy.example\": wanted an IP address or a network, such as \"127.0.0.1\" or \"10.0.0.0/8\"",
            "6:20: [daemon] trusted_proxies = \"0.0.0.0/0\": trusts everybody, so that anybody could send any address: name the proxies",
        ],
    ),
    (
        "[daemon]\nhost = \"127.0.0.1:80\"",
        &["4:1: [daemon] host = \"127.0.0.1:80\": wanted an address or a name alone; the port goes into 'port'"],
    ),
    (
        "[[endpoints]]\npath = \"/u\"\n[[endpoints]]\npath = \"/u\"\n[[endpoints]]\npath = \"u\"\n[[endpoints]]",
        &[
            "6:1: [[endpoints]] 2 path = \"/u\": another endpoint has this path already",
            "8:1: [[endpoints]] 3 path = \"u\": wanted a path that begins with a slash, such as \"/update\"",
            "9:1: [[endpoints]] 4 path: is missing: wanted such as \"/update\"",
        ],
    ),
    (
        "[[endpoints]]\npath = \"/u\"\n[endpoints.params]\nhostname = [\"h\"]\nipv4 = [\"ip\", \"h\"]\nipv6 = [\"ip\"]",
        &[
            "7:15: [endpoints.params] ipv4 = \"h\": 'h' is a name of both hostname and ipv4: wanted one value for each name",
            "8:9: [endpoints.params] ipv6 = \"ip\": 'ip' is a name of both ipv4 and ipv6: wanted one value for each name",
        ],
    ),
    (
        "[[endpoints]]\npath = \"/u\"\n[endpoints.params]\nhostname = [\"user\", \"a b\"]",
        &[
            "6:13: [endpoints.params] hostname = \"user\": 'user' is a name of both hostname and username (by default): wanted one value for each name",
            "6:21: [endpoints.params] hostname = \"a b\": wanted a parameter's name, without blanks and without any of & = ? #",
        ],
    ),
    ("[endpoints]\npath = \"/u\"", &["3:2: endpoints: wanted tables, each written [[endpoints]] with two brackets"]),
    (
        "[daemon]\npage = true\n[[endpoints]]\npath = \"/\"",
        &["6:1: [[endpoints]] 1 path = \"/\": is the owners' page, because [daemon] page = true: wanted another path"],
    ),
];

const GRAMMAR: &[(&str, &[&str])] = &[
    ("[daemon]\nport 8443", &["4:6: not TOML: "]),
    ("[daemon]\nhost = \"a", &["4:10: not TOML: "]),
    ("[daemon]\nport = 1\nport = 2", &["5:1: not TOML: "]),
    ("[daemon]\nport = 1\nport = 2\nhost = a", &["5:1: not TOML: ", "6:8: not TOML: "]),
];

fn check(table: &[(&str, &[&str])]) {
    for (text, wanted) in table {
        assert_eq!(faults(&format!("{LEAST}{text}\n")), *wanted, "{text}");
    }
}

#[test]
fn wrong_types_and_ranges_say_what_was_wanted() {
    check(TYPES);
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    check(UNKNOWN);
}

#[test]
fn what_goes_together_is_checked_together() {
    check(TOGETHER);
}

#[test]
fn broken_grammar_is_told_line_by_line() {
    for (text, wanted) in GRAMMAR {
        let said = faults(&format!("{LEAST}{text}\n"));
        assert_eq!(said.len(), wanted.len(), "{said:#?}");
        for (said, wanted) in said.iter().zip(*wanted) {
            assert!(said.starts_with(wanted), "{text}: {said}");
        }
    }
}

#[test]
fn all_faults_of_a_file_come_at_once_in_its_order() {
    let text = "[daemon]\nport = 0\nprot = 1\n[rate_limit]\nenabled = 3\n[email]\nenabled = true\nsmtp_host = \"m\"\n";
    assert_eq!(
        faults(text),
        [
            "2:1: [daemon] port = 0: wanted a whole number from 1 to 65535",
            "3:1: [daemon] prot: unknown key; the nearest known one is 'port'",
            "5:1: [rate_limit] enabled = 3: wanted true or false",
            "6:2: [email] from_address: is missing: wanted with enabled = true",
            "[database] path: is missing: wanted with backend = \"sqlite\", such as \"/var/lib/ddns-service/ddns.db\"",
        ]
    );
}

#[test]
fn a_database_names_what_it_lacks() {
    assert_eq!(
        faults("[database]\nbackend = \"mariadb\"\n"),
        [
            "1:2: [database] host: is missing: wanted with backend = \"mariadb\"",
            "1:2: [database] name: is missing: wanted with backend = \"mariadb\"",
            "1:2: [database] user: is missing: wanted with backend = \"mariadb\"",
        ]
    );
    let server = "[database]\nbackend = \"mariadb\"\nhost = \"db\"\nuser = \"u\"\nname = \"n\"\n";
    assert_eq!(
        faults(&format!("{server}database = \"n\"\npassword = \"p\"\npassword_file = \"/p\"\n")),
        [
            "6:1: [database] database = \"n\": 'name' and 'database' are the same key: keep one",
            "8:1: [database] password_file: stands beside 'password': keep one of them",
        ]
    );
    assert_eq!(
        faults(&format!("{server}[dns_service]\ndns_server = \"embedded\"\nembedded.zones = [\"a.b\"]\n")),
        [
            "7:1: [dns_service] dns_server = \"embedded\": keeps its zones beside the hosts: wanted [database] backend = \"sqlite\""
        ]
    );
}

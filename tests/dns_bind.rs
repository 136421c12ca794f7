//! Lookups at a real name server: BIND's `named` in the foreground, on loopback, with its own directory and zones.
//!
//! Needs the packages bind9 (`named`) and nothing else; a missing program is a failure that names it.
#![cfg(test)]

#[path = "support/ports.rs"]
mod ports;

use std::fs;
use std::net::{IpAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ddns::address::Family::{self, V4, V6};
use ddns::dns::Lookup;
use ddns::system::dns::Resolver;
use ddns::system::patience::Patience;
use ddns::system::resolve::Resolve;
use ddns::world::{Dns, Server, Via};
use ports::free_port;

/// For one lookup with all its tries.
const LIMIT: Duration = Duration::from_secs(20);

const ZONE: &str = r"$TTL 60
@       SOA ns root 1 60 60 60 60
@       NS  ns
ns      A   127.0.0.1
host    A   203.0.113.7
host    AAAA 2001:db8::7
two     A   203.0.113.2
two     A   203.0.113.1
only6   AAAA 2001:db8::6
alias   CNAME host
away    CNAME host.elsewhere.example.
gone    CNAME nowhere
circle  CNAME circle2
circle2 CNAME circle
child   NS  ns.child
ns.child A  203.0.113.53
child6  NS  ns.child6
ns.child6 AAAA 2001:db8::53
far     NS  ns.elsewhere.example.
$GENERATE 1-100 big A 198.51.100.$
";

/// A running `named`, ended when the value goes.
struct Bind {
    child: Child,
    dir: PathBuf,
    port: u16,
}

impl Bind {
    fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("ddns-bind-{}-{number}", std::process::id()));
        fs::create_dir_all(dir.join("etc")).unwrap();
        fs::write(dir.join("main.zone"), ZONE).unwrap();
        let port = free_port();
        let conf = format!(
            r#"options {{ directory "{dir}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 port {port} {{ ::1; }};
                pid-file none; recursion no; dnssec-validation no; querylog yes; notify no; }};
            controls {{ }};
            zone "main.test" {{ type primary; file "main.zone"; }};
            zone "broken.test" {{ type primary; file "missing.zone"; }};"#,
            dir = dir.display()
        );
        fs::write(dir.join("named.conf"), conf).unwrap();
        fs::write(dir.join("etc/resolv.conf"), "search lan main.test\nnameserver 127.0.0.1\n").unwrap();
        let log = fs::File::create(dir.join("log")).unwrap();
        let child = Command::new("named")
            .args(["-g", "-n", "1", "-c"])
            .arg(dir.join("named.conf"))
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start 'named' (package bind9): {error}"));
        let bind = Self { child, dir, port };
        bind.wait_for("running");
        bind
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap()
    }

    fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !self.log().lines().any(|line| line.ends_with(text)) {
            assert!(start.elapsed() < Duration::from_secs(60), "named did not say '{text}': {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A resolver whose `resolv.conf` names this server.
    fn system(&self) -> Resolver {
        Resolver { port: self.port, limit: LIMIT, ..Resolver::new(self.dir.clone(), None) }
    }

    fn lookup(&self, name: &str, family: Family) -> Lookup {
        self.ask(name, family, &Via::default())
    }

    /// Within the limit, whatever happens.
    fn ask(&self, name: &str, family: Family, via: &Via) -> Lookup {
        let start = Instant::now();
        let lookup = self.system().lookup(name, family, via);
        assert!(start.elapsed() < LIMIT + Duration::from_secs(15), "{:?}", start.elapsed());
        lookup
    }

    fn server(&self, host: &str) -> Via {
        Via { server: Some(Server { host: host.into(), port: self.port }), ..Via::default() }
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn found(addresses: &[&str]) -> Lookup {
    Lookup::Addresses(addresses.iter().map(|text| text.parse().unwrap()).collect())
}

fn failed(lookup: Lookup) -> String {
    match lookup {
        Lookup::Failed(why) => why,
        other => panic!("{other:?}"),
    }
}

fn no_answer(lookup: Lookup) -> String {
    match lookup {
        Lookup::NoAnswer(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn addresses_of_both_families_and_behind_aliases_are_found() {
    let bind = Bind::start();
    assert_eq!(bind.lookup("host.main.test", V4), found(&["203.0.113.7"]));
    assert_eq!(bind.lookup("HOST.Main.test.", V6), found(&["2001:db8::7"]));
    assert_eq!(bind.lookup("alias.main.test", V4), found(&["203.0.113.7"]));
    match bind.lookup("two.main.test", V4) {
        Lookup::Addresses(mut both) => {
            both.sort();
            assert_eq!(Lookup::Addresses(both), found(&["203.0.113.1", "203.0.113.2"]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_no_is_told_apart() {
    let bind = Bind::start();
    let at = format!(" from 127.0.0.1:{}", bind.port);
    assert_eq!(bind.lookup("nowhere.main.test", V4), Lookup::NoSuchName);
    assert_eq!(bind.lookup("gone.main.test", V4), Lookup::NoSuchName);
    assert_eq!(bind.lookup("only6.main.test", V4), Lookup::NoRecord);
    assert_eq!(failed(bind.lookup("host.broken.test", V4)), format!("SERVFAIL{at}"));
    assert_eq!(failed(bind.lookup("host.example.org", V4)), format!("REFUSED{at}"));
    assert!(failed(bind.lookup("away.main.test", V4)).contains("alias to 'host.elsewhere.example'"));
    assert_eq!(failed(bind.lookup("circle.main.test", V4)), format!("SERVFAIL{at}"), "named itself gives up");
}

#[test]
fn an_answer_too_big_for_a_datagram_is_asked_for_again_by_tcp() {
    let bind = Bind::start();
    match bind.lookup("big.main.test", V4) {
        Lookup::Addresses(many) => assert_eq!(many.len(), 64),
        other => panic!("{other:?}"),
    }
    let log = bind.log();
    let asked: Vec<&str> = log.lines().filter(|line| line.contains("query: big.main.test IN A ")).collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[0].contains(" +E(0) ") && asked[1].contains(" +E(0)T"), "{asked:?}");
}

#[test]
fn with_force_dnstcp_nothing_goes_by_udp() {
    let bind = Bind::start();
    let via = Via { tcp: true, ..bind.server("127.0.0.1") };
    assert_eq!(bind.ask("host.main.test", V4, &via), found(&["203.0.113.7"]));
    assert_eq!(bind.ask("nowhere.main.test", V4, &via), Lookup::NoSuchName);
    let log = bind.log();
    assert!(log.lines().filter(|line| line.contains(" query: ")).all(|line| line.contains("E(0)T")), "{log}");
}

#[test]
fn glue_is_read_from_the_parent_zone_only_when_wanted() {
    let bind = Bind::start();
    let glue = |name: &str, family| bind.ask(name, family, &Via { glue: true, ..bind.server("127.0.0.1") });
    assert_eq!(glue("ns.child.main.test", V4), found(&["203.0.113.53"]));
    assert_eq!(glue("ns.child6.main.test", V6), found(&["2001:db8::53"]));
    assert_eq!(glue("ns.child.main.test", V6), Lookup::NoRecord);
    assert_eq!(glue("host.main.test", V4), found(&["203.0.113.7"]), "no delegation: the answer counts");
    assert!(failed(glue("www.child.main.test", V4)).contains("'child.main.test'"));
    assert!(failed(bind.lookup("ns.child.main.test", V4)).contains("referral"));
    let system = Via { glue: true, ..Via::default() };
    assert_eq!(bind.ask("ns.child.main.test", V4, &system), found(&["203.0.113.53"]), "without dns_server too");
}

#[test]
fn a_dns_server_may_be_a_name_with_a_port() {
    let bind = Bind::start();
    assert_eq!(bind.ask("host.main.test", V4, &bind.server("ns.main.test")), found(&["203.0.113.7"]));
    assert_eq!(bind.ask("host.main.test", V4, &bind.server("ns")), found(&["203.0.113.7"]), "by the search list");
    fs::write(bind.dir.join("etc/hosts"), "127.0.0.1 mydns\n203.0.113.99 host.main.test\n").unwrap();
    assert_eq!(bind.ask("host.main.test", V4, &bind.server("MyDNS")), found(&["203.0.113.7"]), "by the hosts file");
    let why = no_answer(bind.ask("host.main.test", V4, &bind.server("nowhere.main.test")));
    assert!(why.contains("dns_server 'nowhere.main.test'") && why.contains("does not exist"), "{why}");
}

#[test]
fn the_registered_address_ignores_the_hosts_file_and_hosts_to_connect_to_do_not() {
    let bind = Bind::start();
    fs::write(bind.dir.join("etc/hosts"), "203.0.113.99 host.main.test\n").unwrap();
    assert_eq!(bind.lookup("host.main.test", V4), found(&["203.0.113.7"]));
    let patience = Patience::for_(Duration::from_secs(5), None);
    let mut system = bind.system();
    let mut resolve = |host: &str, family| system.resolve(host, family, &patience);
    let parsed = |texts: &[&str]| Ok(texts.iter().map(|text| text.parse::<IpAddr>().unwrap()).collect::<Vec<_>>());
    assert_eq!(resolve("host.main.test", Some(V4)), parsed(&["203.0.113.99"]));
    assert_eq!(resolve("host.main.test", Some(V6)), parsed(&["2001:db8::7"]));
    assert_eq!(resolve("alias.main.test", None), parsed(&["203.0.113.7", "2001:db8::7"]));
    assert_eq!(resolve("only6", None), parsed(&["2001:db8::6"]), "by the search list");
    assert_eq!(resolve("192.0.2.1", None), parsed(&["192.0.2.1"]));
    assert_eq!(resolve("localhost", Some(V6)), parsed(&["::1"]));
    assert_eq!(resolve("192.0.2.1", Some(V6)), Err("it has no IPv6 address".into()));
    assert_eq!(resolve("only6.main.test", Some(V4)), Err("it has no IPv4 address".into()));
    assert_eq!(resolve("nowhere.main.test", None), Err("the name does not exist".into()));
    assert!(resolve("host.broken.test", None).unwrap_err().starts_with("SERVFAIL"));
}

#[test]
fn a_forced_family_chooses_among_the_servers_and_never_another_one() {
    let bind = Bind::start();
    let by = |host: &str, only| bind.ask("host.main.test", V4, &Via { only: Some(only), ..bind.server(host) });
    assert_eq!(by("127.0.0.1", V4), found(&["203.0.113.7"]));
    assert_eq!(by("::1", V6), found(&["203.0.113.7"]));
    assert_eq!(by("localhost", V6), found(&["203.0.113.7"]));
    assert!(no_answer(by("127.0.0.1", V6)).contains("dns_server '127.0.0.1': it has no IPv6 address"));
    assert!(no_answer(by("ns.main.test", V6)).contains("it has no IPv6 address"));
    let system = |only| bind.ask("host.main.test", V4, &Via { only: Some(only), ..Via::default() });
    assert_eq!(system(V4), found(&["203.0.113.7"]));
    assert!(no_answer(system(V6)).contains("no name server of the system has an IPv6 address"));
}

#[test]
fn a_server_that_cannot_say_is_followed_by_the_next() {
    let bind = Bind::start();
    // nobody listens at the second loopback address: an ICMP refusal, and the next server at once
    fs::write(bind.dir.join("etc/resolv.conf"), "nameserver 127.0.0.2\nnameserver 127.0.0.1\n").unwrap();
    let start = Instant::now();
    assert_eq!(bind.lookup("host.main.test", V4), found(&["203.0.113.7"]));
    assert!(start.elapsed() < Duration::from_secs(1));
    let silent = UdpSocket::bind(("127.0.0.2", bind.port)).unwrap();
    assert_eq!(bind.lookup("host.main.test", V4), found(&["203.0.113.7"]), "after a silent one too");
    drop(silent);
}

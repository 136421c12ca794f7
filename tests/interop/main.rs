//! Our updates against real name servers: dynamic updates (RFC 2136) at BIND in every run, at Knot and `PowerDNS`, and `PowerDNS`' own API,
//! where these are installed (`make interop`).
#![cfg(test)]

mod bind;
mod knot;
mod pdns;
#[path = "../support/ports.rs"]
mod ports;
mod server;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use ddns::address::Known;
use ddns::answer::{Answer, Refusal, Reply};
use ddns::config::{Config, Section};
use ddns::send::{self, Job, Place};
use ddns::system::dns::Resolver;
use ddns::system::host::Machine;
use ddns::system::http::Wire;
use ddns::world::Route;
use server::{KEYS, SECRET, STRANGER, Server};

/// A program that must succeed, with `text` as its input.
fn talk(command: &mut Command, text: &str) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// A section that tells `server`, further options last.
fn section(server: &Server, options: &[(&str, &str)]) -> Section {
    let address = format!("127.0.0.1:{}", server.port);
    let usual = [
        ("service_name", "bind-nsupdate"),
        ("domain", "home.example.test"),
        ("lookup_host", "home.example.test"),
        ("username", "home-key"),
        ("password", SECRET),
        ("dns_server", &address),
    ];
    let lines: Vec<String> =
        usual.iter().chain(options).map(|(name, value)| format!("\toption {name} '{value}'\n")).collect();
    let text = format!("config service 'a'\n{}", lines.concat());
    Config::read(text.as_bytes(), b"").section("a").unwrap().0
}

/// Our side: a moment that the clock is off, and what is asked.
struct Client {
    clock_off: Duration,
}

const CLIENT: Client = Client { clock_off: Duration::ZERO };

impl Client {
    fn with<T>(&self, section: &Section, address: Option<&str>, ask: impl FnOnce(&Job<'_>, &mut Resolver) -> T) -> T {
        let recipe = send::recipe(section, &mut |path| std::fs::read(path).ok()).unwrap();
        assert_eq!(send::faults(section, &recipe, &mut |_| false), []);
        let only = section.transport.only_family;
        let route = Route { prefer: Some(section.family), only, ..Route::default() };
        let job = Job {
            section,
            recipe: &recipe,
            route: &route,
            address: address.map(|text| text.parse().unwrap()),
            registered: None,
            other: None,
            place: &Place::default(),
            moment: SystemTime::now() - self.clock_off,
            dice: std::process::id(),
            guessed: None,
        };
        let mut resolver = Resolver { limit: Duration::from_secs(15), ..Resolver::new("/nonexistent".into(), None) };
        ask(&job, &mut resolver)
    }

    fn update(&self, section: &Section, address: &str) -> Reply {
        let wire = || Wire::new("/nonexistent".into(), Box::new(Resolver::new("/nonexistent".into(), None)), None);
        let host = || Machine::new("/nonexistent".into(), None);
        self.with(section, Some(address), |job, dns| send::update(job, &mut wire(), dns, &mut host()))
    }

    fn registered(&self, section: &Section) -> Known<Vec<std::net::IpAddr>> {
        let mut wire = Wire::new("/nonexistent".into(), Box::new(Resolver::new("/nonexistent".into(), None)), None);
        let mut host = Machine::new("/nonexistent".into(), None);
        self.with(section, None, |job, dns| send::registered(job, &mut wire, dns, &mut host).unwrap())
    }
}

/// One update with these options; what it came to, and what was said.
fn sent(server: &Server, options: &[(&str, &str)], address: &str) -> (Answer, String) {
    let reply = CLIENT.update(&section(server, options), address);
    assert!(!reply.said.contains(SECRET), "{}", reply.said);
    (reply.answer, reply.said)
}

#[track_caller]
fn refused(server: &Server, options: &[(&str, &str)], why: Refusal, words: &str) {
    let (answer, said) = sent(server, options, "192.0.2.77");
    assert_eq!(answer, Answer::Refused(why), "{said}");
    assert!(said.contains(words), "{said}");
    assert_ne!(server.records("home.example.test", "A"), ["300 192.0.2.77"]);
}

fn good(text: &str) -> (Answer, String) {
    (Answer::Accepted, text.to_owned())
}

const CREATED: &str = "the record was missing and has been created";
const MERGED: &str = "the name had several records, the provider keeps them as one set, and now it has only this one";
const RIGHT: &str = "the record held it already, nothing was written";

/// An address is changed: only the wanted kind of the wanted name, all of it, and its TTL stays.
fn changes(server: &Server) {
    assert_eq!(sent(server, &[], "192.0.2.2"), good(""));
    assert_eq!(server.records("home.example.test", "A"), ["300 192.0.2.2"]);
    assert_eq!(server.records("home.example.test", "AAAA"), ["301 2001:db8::1"]);
    assert_eq!(server.records("home.example.test", "TXT"), ["302 \"stays\""]);
    let six = [("use_ipv6", "1"), ("force_ipversion", "1"), ("dns_server", &*format!("[::1]:{}", server.port))];
    assert_eq!(sent(server, &six, "2001:db8::2"), good(""));
    assert_eq!(server.records("home.example.test", "AAAA"), ["301 2001:db8::2"]);
    assert_eq!(server.records("home.example.test", "A"), ["300 192.0.2.2"]);
    assert_eq!(sent(server, &[("domain", "two.example.test")], "192.0.2.2"), good(MERGED));
    assert_eq!(server.records("two.example.test", "A"), ["303 192.0.2.2"]);
    assert_eq!(sent(server, &[("domain", "two@example.test"), ("param_opt", "ttl=77")], "192.0.2.2"), good(""));
    assert_eq!(server.records("two.example.test", "A"), ["77 192.0.2.2"]);
}

/// A record that is missing is created, in the zone that is nearest; one that is right is let be.
fn creates(server: &Server) {
    let new = [("domain", "a.b.example.test")];
    assert_eq!(sent(server, &new, "192.0.2.3"), good(CREATED));
    assert_eq!(server.records("a.b.example.test", "A"), ["600 192.0.2.3"]);
    assert_eq!(sent(server, &new, "192.0.2.3"), good(RIGHT));
    for domain in ["new.sub.example.test", "other@sub.example.test", "@sub.example.test"] {
        assert_eq!(sent(server, &[("domain", domain)], "192.0.2.4"), good(CREATED), "{domain}");
        assert_eq!(sent(server, &[("domain", domain)], "192.0.2.4"), good(RIGHT), "{domain}");
    }
    assert_eq!(server.records("new.sub.example.test", "A"), ["600 192.0.2.4"]);
    assert_eq!(server.records("sub.example.test", "A"), ["600 192.0.2.4"]);
    let wildcard = [("domain", "*.wild.example.test"), ("lookup_host", "x.wild.example.test"), ("param_opt", "ttl=90")];
    assert_eq!(sent(server, &wildcard, "192.0.2.5"), good(CREATED));
    assert_eq!(server.records("x.wild.example.test", "A"), ["90 192.0.2.5"]);
    let known = |options: &[(&str, &str)]| CLIENT.registered(&section(server, options));
    assert_eq!(known(&new), Known::Is(vec!["192.0.2.3".parse().unwrap()]));
    assert!(matches!(known(&[("domain", "none.example.test")]), Known::Nothing(_)));
}

/// Every algorithm, by UDP and TCP, and messages that are too large for UDP.
fn signs(server: &Server) {
    for (at, (name, algorithm)) in KEYS.iter().filter(|(name, _)| *name != STRANGER).enumerate() {
        for tcp in ["0", "1"] {
            let user = format!("{algorithm}:{name}");
            let address = format!("192.0.2.1{tcp}{at}");
            let options = [("domain", "key.example.test"), ("username", &*user), ("force_dnstcp", tcp)];
            let (answer, said) = sent(server, &options, &address);
            assert_eq!(answer, Answer::Accepted, "{user}: {said}");
            assert_eq!(server.records("key.example.test", "A"), [format!("600 {address}")]);
        }
    }
    let address = format!("127.0.0.1:{}", server.by_tcp_only());
    assert_eq!(sent(server, &[("domain", "tcp.example.test"), ("dns_server", &address)], "192.0.2.7"), good(CREATED));
    // an answer that does not fit, and an update that does not
    assert_eq!(sent(server, &[("domain", "many.example.test")], "192.0.2.8"), good(MERGED));
    assert_eq!(server.records("many.example.test", "A"), ["304 192.0.2.8"]);
    let long = format!("{0}.{0}.{0}.example.test", "n".repeat(60));
    assert_eq!(sent(server, &[("domain", &long)], "192.0.2.6"), good(CREATED));
    assert_eq!(server.records(&long, "A"), ["600 192.0.2.6"]);
}

/// How a server says what is wrong with a key.
struct Manner {
    /// It says BADKEY, BADSIG and BADTIME, not NOTAUTH alone.
    precise: bool,
    /// What it says of a key that it knows and that may do nothing.
    stranger: (Refusal, &'static str),
}

/// What the owner has to mend, and what will pass.
fn refuses(server: &mut Server, manner: &Manner) {
    let other = "Gk3Zb0n9WwXkQm2s7VtR1yHc8dLpUeGa5jOxNiTzB4I=";
    let word = |precise| if manner.precise { precise } else { "NOTAUTH" };
    refused(
        server,
        &[("username", "nobody")],
        Refusal::BadAuth,
        word("BADKEY: it has no key 'nobody' with hmac-sha256"),
    );
    refused(server, &[("username", "hmac-sha512:home-key")], Refusal::BadAuth, word("BADKEY"));
    refused(server, &[("password", other)], Refusal::BadAuth, word("BADSIG: the secret is not the one it has"));
    refused(server, &[("username", STRANGER)], manner.stranger.0, manner.stranger.1);
    refused(server, &[("domain", "home.elsewhere.test")], Refusal::NoHost, "no zone");
    refused(server, &[("domain", "home@elsewhere.test")], Refusal::NoHost, "no zone");
    refused(server, &[("domain", "alias.example.test")], Refusal::NoHost, "CNAME");
    let never_set = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    for off in [Duration::from_secs(3600), never_set] {
        let clock = section(server, &[("domain", "clock.example.test")]);
        let reply = Client { clock_off: off }.update(&clock, "192.0.2.77");
        if manner.precise {
            assert_eq!(reply.answer, Answer::Accepted, "by the server's clock: {}", reply.said);
        } else if off == never_set {
            assert!(reply.answer == Answer::Unreachable && reply.said.contains("wrong clock"), "{reply:?}");
        }
    }
    server.end();
    let (answer, said) = sent(server, &[], "192.0.2.77");
    assert_eq!(answer, Answer::Unreachable, "{said}");
    assert!(said.contains("connection refused"), "{said}");
}

/// All of it.
fn all(mut server: Server, manner: &Manner) {
    changes(&server);
    creates(&server);
    signs(&server);
    refuses(&mut server, manner);
}

#[test]
fn bind_is_told_by_dynamic_update() {
    let stranger = (Refusal::Forbidden, "may not change");
    all(bind::start(), &Manner { precise: true, stranger });
}

#[test]
#[ignore = "needs the package knot: make interop"]
fn knot_is_told_by_dynamic_update() {
    let stranger = (Refusal::BadAuth, "BADKEY");
    all(knot::start(), &Manner { precise: true, stranger });
}

#[test]
#[ignore = "needs PowerDNS: make interop"]
fn powerdns_is_told_by_dynamic_update() {
    let stranger = (Refusal::Forbidden, "may not change");
    all(pdns::start(), &Manner { precise: false, stranger });
}

/// Provider `pdns`, by plain HTTP on loopback.
#[test]
#[ignore = "needs PowerDNS: make interop"]
fn powerdns_is_told_by_its_api() {
    let mut server = pdns::start();
    let url = format!("http://127.0.0.1:{}/", server.port + 1);
    let with = |server: &Server, options: &[(&str, &str)], address: &str| {
        let usual = [("service_name", "pdns"), ("domain", "example.test"), ("username", "home"), ("param_opt", &*url)];
        sent(server, &[&usual[..], options].concat(), address)
    };
    assert_eq!(with(&server, &[], "192.0.2.2"), good(""));
    assert_eq!(server.records("home.example.test", "A"), ["300 192.0.2.2"]);
    assert_eq!(server.records("home.example.test", "AAAA"), ["301 2001:db8::1"]);
    assert_eq!(with(&server, &[], "192.0.2.2"), good(RIGHT));
    assert_eq!(with(&server, &[("use_ipv6", "1")], "2001:db8::2"), good(""));
    assert_eq!(server.records("home.example.test", "AAAA"), ["301 2001:db8::2"]);
    assert_eq!(with(&server, &[("username", "two")], "192.0.2.2"), good(MERGED));
    assert_eq!(server.records("two.example.test", "A"), ["303 192.0.2.2"]);
    for (host, name) in [("new", "new.example.test"), ("@", "example.test"), ("*.wild", "x.wild.example.test")] {
        assert_eq!(with(&server, &[("username", host)], "192.0.2.3"), good(CREATED), "{host}");
        assert_eq!(with(&server, &[("username", host)], "192.0.2.3"), good(RIGHT), "{host}");
        assert_eq!(server.records(name, "A"), ["600 192.0.2.3"]);
    }
    for (options, why, words) in
        [(("password", "wr0ng-k3y"), Refusal::BadAuth, "401"), (("domain", "elsewhere.test"), Refusal::NoHost, "404")]
    {
        let (answer, said) = with(&server, &[options], "192.0.2.77");
        assert!(answer == Answer::Refused(why) && said.contains(words), "{answer:?} {said}");
    }
    let (answer, said) = with(&server, &[("username", "alias")], "192.0.2.77");
    assert!(answer == Answer::Unclear && said.contains("Conflicts"), "{answer:?} {said}");
    server.end();
    assert_eq!(with(&server, &[], "192.0.2.77").0, Answer::Unreachable);
}

//! Finding the address by each source, with a small pretended machine: the real ones are tested in `host.rs`, `http.rs` and the journeys.

#![cfg(test)]

use std::io;
use std::net::IpAddr;

use ddns::address::{Candidate, Known};
use ddns::config::{Config, Section};
use ddns::detect;
use ddns::world::{Bind, Broken, Host, Http, Interface, Network, Request, Response, Route, Script, ScriptEnd};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn section(options: &str) -> Section {
    let text = format!(
        "config service 'a'\n option enabled 1\n option update_url 'http://p.example/?ip=[IP]'\n option lookup_host 'h.example.net'\n{options}"
    );
    Config::read(text.as_bytes(), b"").section("a").unwrap().0
}

/// A machine that panics on a question that must not be asked.
#[derive(Default)]
struct Pretended {
    networks: Option<Result<Option<Vec<Network>>, String>>,
    interfaces: Option<Vec<Interface>>,
    page: Option<Result<Response, Broken>>,
    end: Option<ScriptEnd>,
}

impl Host for Pretended {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        self.networks.clone().expect("netifd must not be asked")
    }

    fn interfaces(&mut self) -> io::Result<Vec<Interface>> {
        Ok(self.interfaces.clone().expect("interfaces must not be asked"))
    }

    fn run(&mut self, script: &Script) -> io::Result<ScriptEnd> {
        assert_eq!(script.argv, ["/bin/where", "am i"]);
        Ok(self.end.clone().expect("no script must be run"))
    }
}

struct Page(Option<Result<Response, Broken>>);

impl Http for Page {
    fn exchange(&mut self, request: &Request, _route: &Route) -> Result<Response, Broken> {
        assert_eq!((request.method, request.url.host.as_str()), ("GET", "checkip.example"));
        self.0.take().expect("no page must be asked for")
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        unreachable!("nobody asks whether a server is there")
    }
}

fn found(options: &str, mut machine: Pretended) -> Known<IpAddr> {
    let mut page = Page(machine.page.take());
    detect::here(&section(options), &mut machine, &mut page).address
}

fn network(name: &str, device: Option<&str>, addresses: &[&str]) -> Network {
    Network {
        name: name.to_owned(),
        up: device.is_some(),
        device: device.map(str::to_owned),
        candidates: addresses.iter().map(|a| Candidate::plain(ip(a))).collect(),
    }
}

fn interface(name: &str, default_route: bool, addresses: &[&str]) -> Interface {
    Interface {
        name: name.to_owned(),
        default_route,
        candidates: addresses.iter().map(|a| Candidate::plain(ip(a))).collect(),
    }
}

fn netifd(networks: Vec<Network>) -> Pretended {
    Pretended { networks: Some(Ok(Some(networks))), ..Pretended::default() }
}

fn why(known: Known<IpAddr>) -> String {
    match known {
        Known::Is(address) => panic!("found {address}"),
        Known::Nothing(why) | Known::Unclear(why) => why,
    }
}

#[test]
fn a_network_gives_its_best_address_and_says_why_it_has_none() {
    let wan = || network("wan", Some("eth1"), &["203.0.113.7", "2001:db8::7"]);
    assert_eq!(
        found("", netifd(vec![network("lan", Some("br"), &["192.168.1.1"]), wan()])),
        Known::Is(ip("203.0.113.7"))
    );
    let six = " option use_ipv6 1\n option ip_network wan\n";
    assert_eq!(found(six, netifd(vec![wan()])), Known::Is(ip("2001:db8::7")));
    assert!(
        why(found("", netifd(vec![network("lan", Some("br"), &["192.168.1.1"])]))).contains("'wan' does not exist")
    );
    assert!(why(found("", netifd(vec![network("wan", None, &[])]))).contains("'wan' is down"));
    assert!(why(found("", netifd(vec![network("wan", Some("eth1"), &[])]))).contains("no IPv4 address"));
}

#[test]
fn an_ipv6_section_on_network_wan_falls_back_from_wan6_to_it() {
    let only_wan = netifd(vec![network("wan", Some("eth1"), &["2001:db8::7"])]);
    assert_eq!(found(" option use_ipv6 1\n option interface wan\n", only_wan), Known::Is(ip("2001:db8::7")));
}

#[test]
fn a_netifd_that_does_not_answer_is_unclear_and_no_interface_is_guessed() {
    let silent = Pretended { networks: Some(Err("no answer in time".into())), ..Pretended::default() };
    assert!(matches!(found("", silent), Known::Unclear(why) if why.contains("no answer in time")));
}

#[test]
fn without_netifd_a_network_is_an_interface_of_that_name_else_the_default_route() {
    let without =
        |interfaces| Pretended { networks: Some(Ok(None)), interfaces: Some(interfaces), ..Pretended::default() };
    let eth = interface("eth0", true, &["203.0.113.7"]);
    let named = interface("wan", false, &["198.51.100.1"]);
    assert_eq!(found("", without(vec![eth.clone(), named])), Known::Is(ip("198.51.100.1")));
    assert_eq!(found("", without(vec![interface("lo", false, &["203.0.113.1"]), eth])), Known::Is(ip("203.0.113.7")));
    assert!(why(found("", without(vec![]))).contains("no netifd here"));
}

#[test]
fn an_interface_is_a_device_or_the_device_of_a_network() {
    let machine = || Pretended {
        interfaces: Some(vec![
            interface("eth1", false, &["203.0.113.7"]),
            interface("pppoe-wan", false, &["198.51.100.1"]),
        ]),
        ..netifd(vec![network("wan", Some("pppoe-wan"), &["198.51.100.1"]), network("off", None, &[])])
    };
    let source = |name: &str| format!(" option ip_source interface\n option ip_interface '{name}'\n");
    assert_eq!(found(&source("eth1"), machine()), Known::Is(ip("203.0.113.7")));
    assert_eq!(found(&source("@wan"), machine()), Known::Is(ip("198.51.100.1")));
    assert_eq!(
        found(" option ip_source interface\n option interface wan\n", machine()),
        Known::Is(ip("198.51.100.1")),
        "LuCI's preselected WAN"
    );
    assert!(why(found(&source("eth9"), machine())).contains("'eth9' does not exist"));
    assert!(why(found(&source("@off"), machine())).contains("'off' is down"));
}

fn page(status: u16, body: &str) -> Pretended {
    Pretended { page: Some(Ok(Response { status, body: body.into(), ..Response::default() })), ..Pretended::default() }
}

#[test]
fn a_page_gives_its_first_address_and_a_failed_page_none() {
    let web = " option ip_source web\n option ip_url 'http://checkip.example/'\n";
    assert_eq!(found(web, page(200, "<b>203.0.113.44</b>")), Known::Is(ip("203.0.113.44")));
    assert!(why(found(web, page(500, "203.0.113.44"))).contains("HTTP status 500"));
    assert!(why(found(web, page(200, "sorry"))).contains("shows no IPv4 address"));
    assert!(why(found(web, page(200, "2001:db8::1"))).contains("shows no IPv4 address"));
    let dead = Pretended { page: Some(Err(Broken::Timeout("connecting"))), ..Pretended::default() };
    assert!(why(found(web, dead)).contains("connecting"));
}

#[test]
fn a_script_gives_its_first_address_and_a_failed_script_none() {
    let options = " option ip_source script\n option ip_script '/bin/where \"am i\"'\n";
    let script = |code, stdout: &str, timed_out| Pretended {
        end: Some(ScriptEnd {
            code,
            stdout: stdout.into(),
            stderr: b"oh dear".to_vec(),
            timed_out,
            interrupted: false,
        }),
        ..Pretended::default()
    };
    assert_eq!(found(options, script(0, "203.0.113.44\r\n", false)), Known::Is(ip("203.0.113.44")));
    for (machine, words) in [
        (script(1, "203.0.113.44", false), "exit code 1"),
        (script(0, "", false), "printed no IPv4 address"),
        (script(143, "203.0.113.44", true), "was ended"),
    ] {
        let why = why(found(options, machine));
        assert!(why.contains(words) && why.contains("oh dear") && why.contains("/bin/where"), "{why}");
    }
}

fn bind(options: &str, mut machine: Pretended) -> Result<Bind, String> {
    let interfaces = machine.interfaces.get_or_insert_default();
    assert!(interfaces.is_empty());
    let mut page = Page(Some(Ok(Response::default())));
    detect::here(&section(options), &mut machine, &mut page).route.map(|route| route.bind)
}

#[test]
fn a_bound_network_gives_device_and_addresses_and_is_never_left_out_silently() {
    let wanb = || network("wanb", Some("wanb0"), &["192.0.2.7", "2001:db8:2::7"]);
    let bound = bind(" option bind_network wanb\n", netifd(vec![wanb()])).unwrap();
    assert_eq!(bound.device.as_deref(), Some("wanb0"));
    assert_eq!((bound.sources.len(), bound.strict), (2, true));
    assert!(bind(" option bind_network nosuch\n", netifd(vec![wanb()])).unwrap_err().contains("no such network"));
    assert!(
        bind(" option bind_network wanb\n", netifd(vec![network("wanb", None, &[])])).unwrap_err().contains("down")
    );
}

#[test]
fn a_section_without_bind_network_is_bound_softly_and_only_when_it_publishes_a_network() {
    let wan = || netifd(vec![network("wan", Some("eth1"), &["203.0.113.7"])]);
    let soft = bind("", wan()).unwrap();
    assert_eq!((soft.device.as_deref(), soft.strict), (Some("eth1"), false));
    assert_eq!(bind("", netifd(vec![network("wan", None, &[])])).unwrap(), Bind::default());
    assert_eq!(
        bind(" option ip_source web\n option ip_url 'http://checkip.example/'\n", Pretended::default()).unwrap(),
        Bind::default()
    );
}

//! The steps of an update, and what each answer comes to.

use std::time::{Duration, SystemTime};

use ddns::address::{Family, Known};
use ddns::answer::{Answer, Refusal, Reply};
use ddns::send::{self, Job, Place};
use ddns::world::{Broken, Host, Http, Interface, Network, Request, Response, Route, Script, ScriptEnd};

use crate::options::section;
use crate::server::{Says, Server, Signs, says, wire};
use crate::{NOW, SECRET};

/// Neither a web nor a machine is needed.
struct Nothing;

impl Http for Nothing {
    fn exchange(&mut self, _: &Request, _: &Route) -> Result<Response, Broken> {
        panic!("no HTTP")
    }
    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        panic!("no HTTP")
    }
}

impl Host for Nothing {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        panic!("nothing is asked of the machine")
    }
    fn interfaces(&mut self) -> std::io::Result<Vec<Interface>> {
        panic!("nothing is asked of the machine")
    }
    fn run(&mut self, _: &Script) -> std::io::Result<ScriptEnd> {
        panic!("nothing is run")
    }
}

fn with<T>(server: &mut Server, options: &[(&str, &str)], now: u64, ask: impl FnOnce(&Job<'_>, &mut Server) -> T) -> T {
    let usual = [("username", "home-key"), ("password", SECRET), ("lookup_host", "home.example.test")];
    let section = section(&[&usual[..], options].concat());
    let file = format!("key \"home-key\" {{ algorithm hmac-sha256; secret \"{SECRET}\"; }};");
    let mut load = |path: &std::path::Path| path.ends_with("home.key").then(|| file.clone().into_bytes());
    let recipe = send::recipe(&section, &mut load).unwrap();
    assert_eq!(send::faults(&section, &recipe, &mut |_| false), []);
    let address = Some(if section.family == Family::V4 { "192.0.2.2" } else { "2001:db8::2" }.parse().unwrap());
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
    let (route, place) = (Route::default(), Place::default());
    let (section, recipe, route, place) = (&section, &recipe, &route, &place);
    ask(
        &Job {
            section,
            recipe,
            route,
            address,
            registered: None,
            other: None,
            place,
            moment,
            dice: 0x1234_fffe,
            guessed: None,
        },
        server,
    )
}

fn update(server: &mut Server, options: &[(&str, &str)]) -> Reply {
    let reply = with(server, options, NOW, |job, server| send::update(job, &mut Nothing, server, &mut Nothing));
    assert!(server.finished(), "never asked: {:?}", server.heard);
    assert!(!reply.said.contains(SECRET), "{}", reply.said);
    reply
}

/// All that is asked when these answers come, and how it ends.
fn steps(options: &[(&str, &str)], answers: &[Says]) -> (Vec<String>, Answer) {
    let mut server = Server::new(answers);
    let reply = update(&mut server, options);
    (server.heard, reply.answer)
}

const HOME: &str = "home.example.test";

fn old() -> Says {
    says(0).a(HOME, 300, [192, 0, 2, 1])
}

fn zone() -> Says {
    says(0).soa("example.test", "ns.example.test")
}

#[test]
fn a_record_that_is_right_costs_one_question() {
    let right = says(0).a(HOME, 300, [192, 0, 2, 2]);
    let asked = vec!["ns.example.test question home.example.test.".to_owned()];
    assert_eq!(steps(&[], std::slice::from_ref(&right)), (asked, Answer::Accepted));
    let (heard, _) = steps(&[("force_dnstcp", "1")], std::slice::from_ref(&right));
    assert_eq!(heard, ["ns.example.test question home.example.test. tcp"]);
    // another TTL is wanted; a cache cannot know
    let cached = Says { authoritative: false, ..right.clone() };
    for (options, first) in [(&[("param_opt", "ttl=60")][..], right), (&[], cached)] {
        let (heard, answer) = steps(options, &[first, zone(), says(0)]);
        assert_eq!((heard.len(), answer), (3, Answer::Accepted));
    }
}

#[test]
fn a_zone_is_asked_for_only_where_it_is_not_known() {
    let question = |name| format!("ns.example.test question {name}.");
    let change = "ns.example.test update example.test.".to_owned();
    let (heard, _) = steps(&[], &[old(), zone(), says(0)]);
    assert_eq!(heard, [question(HOME), question(HOME), change.clone()]);
    let (heard, _) = steps(&[("domain", "home@example.test")], &[old(), says(0)]);
    assert_eq!(heard, [question(HOME), change.clone()]);
    let nothing_there = says(3).soa("example.test", "ns.example.test");
    let (heard, _) = steps(&[], &[nothing_there, says(0)]);
    assert_eq!(heard, [question(HOME), change.clone()]);
    // behind an alias stands another zone
    let alias = || says(0).cname(HOME, "www.elsewhere.test").soa("elsewhere.test", "ns.elsewhere.test");
    let (heard, _) = steps(&[], &[alias(), alias(), zone(), says(0)]);
    assert_eq!(heard, [question(HOME), question(HOME), question("example.test"), change]);
}

#[test]
fn of_several_names_each_is_told_and_the_one_to_look_up_is_asked_for() {
    let two = [("domain", "home.example.test,b@example.test"), ("lookup_host", "b.example.test")];
    let (heard, answer) = steps(&two, &[old(), zone(), says(0), says(0), says(0)]);
    assert_eq!((heard.len(), answer), (5, Answer::Accepted));
    assert_eq!(heard[3], "ns.example.test question b.example.test.");
    let two = [("domain", "home.example.test,b.example.test"), ("lookup_host", "b.example.test")];
    let mut server = Server::new(&[says(0).a("b.example.test", 300, [192, 0, 2, 9])]);
    let known = with(&mut server, &two, NOW, |job, dns| send::registered(job, &mut Nothing, dns, &mut Nothing));
    assert_eq!(known, Some(Known::Is(vec!["192.0.2.9".parse().unwrap()])));
}

#[test]
fn without_dns_server_the_primary_of_the_zone_is_told() {
    let none = [("dns_server", "")];
    let asked = says(0).soa("example.test", "Primary.Example.test").signed(Signs::Not);
    let (heard, answer) = steps(&none, &[asked.clone(), old(), says(0)]);
    let wanted = [
        "system question home.example.test.",
        "primary.example.test question home.example.test.",
        "primary.example.test update example.test.",
    ];
    assert_eq!((heard, answer), (wanted.map(str::to_owned).to_vec(), Answer::Accepted));
    let named = [("dns_server", ""), ("domain", "home@example.test")];
    let (heard, _) = steps(&named, &[asked, old(), says(0)]);
    assert_eq!(heard[0], "system question example.test.");
    let mut server = Server::new(&[says(2).signed(Signs::Not)]);
    let reply = update(&mut server, &none);
    assert_eq!(reply.answer, Answer::Unreachable, "{}", reply.said);
    assert!(reply.said.contains("SERVFAIL") && reply.said.contains("'dns_server'"), "{}", reply.said);
}

#[test]
fn only_the_wanted_kind_of_the_wanted_name_is_replaced_unless_it_is_an_alias() {
    let mut server = Server::new(&[old(), zone(), says(0)]);
    update(&mut server, &[]);
    let home = wire(HOME);
    let record = |kind: u8, class: u8, ttl: u32, data: &[u8]| {
        let size = u8::try_from(data.len()).unwrap();
        [&home[..], &[0, kind, 0, class], &ttl.to_be_bytes(), &[0, size], data].concat()
    };
    let wanted = [
        vec![0, 1, 0x28, 0, 0, 1, 0, 1, 0, 2, 0, 1],
        [&wire("example.test")[..], &[0, 6, 0, 1]].concat(),
        record(5, 254, 0, &[]),
        record(1, 255, 0, &[]),
        record(1, 1, 300, &[192, 0, 2, 2]),
    ];
    assert!(server.last.starts_with(&wanted.concat()), "{:x?}", server.last);
    let mut server = Server::new(&[says(3).soa("example.test", "ns"), says(0)]);
    let reply = update(&mut server, &[("use_ipv6", "1")]);
    assert_eq!(reply.said, "the record was missing and has been created");
    let address: std::net::Ipv6Addr = "2001:db8::2".parse().unwrap();
    let wanted = [record(28, 255, 0, &[]), record(28, 1, 600, &address.octets())].concat();
    assert!(server.last.windows(wanted.len()).any(|part| part == wanted), "{:x?}", server.last);
}

#[test]
fn each_answer_to_an_update_is_sorted() {
    for (code, answer, words) in [
        (1, Answer::Unclear, "FORMERR"),
        (2, Answer::ServerTrouble(None), "SERVFAIL"),
        (4, Answer::Refused(Refusal::Forbidden), "takes no dynamic updates"),
        (5, Answer::Refused(Refusal::Forbidden), "REFUSED to the update of 'home.example.test' in zone 'example.test'"),
        (7, Answer::Refused(Refusal::NoHost), "alias (CNAME)"),
        (9, Answer::Refused(Refusal::NoHost), "not the primary name server"),
        (10, Answer::Refused(Refusal::NoHost), "NOTZONE"),
        (15, Answer::Unclear, "response code 15"),
    ] {
        for signs in [Signs::Well, Signs::Not] {
            let mut server = Server::new(&[old(), zone(), says(code).signed(signs)]);
            let reply = update(&mut server, &[]);
            assert!(reply.answer == answer && reply.said.contains(words), "{code}: {reply:?}");
        }
    }
}

#[test]
fn each_answer_to_a_question_is_sorted() {
    for (says, answer, words) in [
        (says(2), Answer::ServerTrouble(None), "SERVFAIL"),
        (says(4), Answer::Unclear, "NOTIMP"),
        (says(5).signed(Signs::Not), Answer::Refused(Refusal::NoHost), "has no zone for the name"),
        (says(9).signed(Signs::Not), Answer::Refused(Refusal::BadAuth), "does not take the signature"),
        (says(9).signed(Signs::Objects(16, b"")), Answer::Refused(Refusal::BadAuth), "BADSIG: the secret is not"),
        (
            says(9).signed(Signs::Objects(17, b"")),
            Answer::Refused(Refusal::BadAuth),
            "no key 'home-key' with hmac-sha256",
        ),
        (says(9).signed(Signs::Objects(22, b"")), Answer::Unclear, "refused with error 22"),
    ] {
        let reply = update(&mut Server::new(&[says]), &[]);
        assert!(reply.answer == answer && reply.said.contains(words), "{reply:?}");
    }
    let referral = || says(0).ns("example.test", "ns.elsewhere.test");
    let reply = update(&mut Server::new(&[referral(), referral()]), &[]);
    assert_eq!(reply.answer, Answer::Refused(Refusal::NoHost), "{}", reply.said);
    assert!(reply.said.contains("has no zone for 'home.example.test'"), "{}", reply.said);
    let reply = update(&mut Server::new(&[]), &[]);
    assert_eq!(reply.answer, Answer::Unreachable);
    assert_eq!(reply.said, "name server 'ns.example.test': no answer in time");
}

#[test]
fn an_answer_that_proves_nothing_is_no_success() {
    for (signs, words) in
        [(Signs::Not, "does not sign its answers"), (Signs::Badly, "with another key, or the answer was changed")]
    {
        for answers in [vec![old().signed(signs)], vec![old(), zone(), says(0).signed(signs)]] {
            let reply = update(&mut Server::new(&answers), &[]);
            assert!(reply.answer == Answer::Unclear && reply.said.contains(words), "{reply:?}");
        }
    }
}

#[test]
fn a_wrong_clock_is_told_with_both_clocks_and_tried_again() {
    // a day later; the second objection is final
    let theirs: &[u8] = &[0, 0, 0x6b, 0x02, 0xa3, 0xd3];
    let objects = || says(9).signed(Signs::Objects(18, theirs));
    let reply = update(&mut Server::new(&[objects(), objects()]), &[]);
    assert_eq!(reply.answer, Answer::Unreachable);
    for part in ["2026-11-21T08:12:03Z", "the server's 2026-11-22T08:12:03Z", "at once when the clock is set"] {
        assert!(reply.said.contains(part), "{}", reply.said);
    }
    // what the server takes and signs in its own time, and what it refuses without a word of a clock that was never set
    for (answer, now) in [(old(), NOW + 1000), (says(9).signed(Signs::Not), 1000)] {
        let mut server = Server::new(&[answer]);
        let reply = with(&mut server, &[], now, |job, dns| send::update(job, &mut Nothing, dns, &mut Nothing));
        assert!(reply.answer == Answer::Unreachable && reply.said.contains("wrong clock"), "{reply:?}");
    }
}

#[test]
fn what_is_registered_is_asked_of_the_primary_itself() {
    let asked = |answers: &[Says]| {
        let mut server = Server::new(answers);
        with(&mut server, &[], NOW, |job, dns| send::registered(job, &mut Nothing, dns, &mut Nothing)).unwrap()
    };
    assert_eq!(asked(&[old()]), Known::Is(vec!["192.0.2.1".parse().unwrap()]));
    assert!(matches!(asked(&[zone()]), Known::Nothing(_)));
    assert!(matches!(asked(&[says(3)]), Known::Nothing(_)));
    for unclear in [says(2), old().signed(Signs::Badly), old().signed(Signs::Not)] {
        assert!(matches!(asked(&[unclear]), Known::Unclear(_)));
    }
}

#[test]
fn a_key_file_signs_whichever_option_names_it() {
    let right = says(0).a(HOME, 300, [192, 0, 2, 2]);
    for option in [("password", "/etc/home.key"), ("param_opt", "key_file=/etc/home.key")] {
        let (heard, answer) = steps(&[option], std::slice::from_ref(&right));
        assert_eq!((heard.len(), answer), (1, Answer::Accepted), "{option:?}");
        let mut server = Server::new(std::slice::from_ref(&right));
        let known =
            with(&mut server, &[option], NOW, |job, server| send::registered(job, &mut Nothing, server, &mut Nothing));
        assert_eq!(known, Some(Known::Is(vec!["192.0.2.2".parse().unwrap()])), "{option:?}");
    }
}

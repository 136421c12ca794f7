//! Several names in one section: what is asked, and what the answers mean together.
#![cfg(test)]

mod telling;

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use ddns::address::Family;
use ddns::answer::{Answer, Refusal, Reply, judge_each};
use ddns::config::Section;
use ddns::config::service::{Kind, Recipe, Rules, rows, table};
use ddns::send;
use ddns::world::{Broken, Http, Request, Response, Route};
use telling::{quoted, section, update, update_rest};

/// Answers one request after another.
#[derive(Default)]
struct Wire {
    answers: VecDeque<Result<Response, Broken>>,
    asked: Vec<String>,
}

impl Http for Wire {
    fn exchange(&mut self, request: &Request, _: &Route) -> Result<Response, Broken> {
        self.asked.push(request.url.path.clone());
        self.answers.pop_front().expect("a request too many")
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        unreachable!("nobody asks whether a server is there")
    }
}

#[expect(clippy::unnecessary_wraps, reason = "stands beside transfers that failed")]
fn says(status: u16, body: &str) -> Result<Response, Broken> {
    Ok(Response { status, body: body.as_bytes().to_vec(), ..Response::default() })
}

fn home(domain: &str) -> Section {
    section(&format!(
        "\toption update_url 'http://p.example/'\n\toption username u\n\toption password p\n\toption domain {}",
        quoted(domain)
    ))
}

fn recipe(template: &str, together: bool) -> Recipe {
    let rules = Rules { together, ..Rules::default() };
    Recipe { kind: Kind::Template(template.to_owned()), answers: Vec::new(), rules, missing: None, key_file: None }
}

/// An update of these names: what was asked, and the reply.
fn told(domain: &str, together: bool, answers: Vec<Result<Response, Broken>>) -> (Vec<String>, Reply) {
    let mut wire = Wire { answers: answers.into(), asked: Vec::new() };
    let recipe = recipe("http://p.example/u?h=[DOMAIN]&ip=[IP]", together);
    let reply = update(&home(domain), &recipe, "203.0.113.7", &mut wire);
    assert!(wire.answers.is_empty(), "not asked for all: {:?}", wire.asked);
    (wire.asked, reply)
}

const NOHOST: Answer = Answer::Refused(Refusal::NoHost);

#[test]
fn several_names_go_into_one_request_where_the_provider_takes_them() {
    let (asked, reply) = told("a.example b.example", true, vec![says(200, "good 203.0.113.7\ngood 203.0.113.7\n")]);
    assert_eq!(asked, ["/u?h=a.example,b.example&ip=203.0.113.7"]);
    assert_eq!(reply.answer, Answer::Accepted);
    assert_eq!(reply.body, b"good 203.0.113.7\ngood 203.0.113.7\n");
    let many: Vec<String> = (1..=45).map(|n| format!("h{n}.example")).collect();
    let (asked, _) = told(&many.join(","), true, vec![says(200, "good"), says(200, "good"), says(200, "good")]);
    let each: Vec<usize> = asked.iter().map(|path| path.split(',').count()).collect();
    assert_eq!(each, [20, 20, 5]);
}

#[test]
fn each_name_gets_a_request_of_its_own_where_it_does_not() {
    let (asked, reply) = told("a.example,*.b.example", false, vec![says(200, "good"), says(200, "nochg")]);
    assert_eq!(asked, ["/u?h=a.example&ip=203.0.113.7", "/u?h=*.b.example&ip=203.0.113.7"]);
    assert_eq!((reply.answer, reply.said.as_str()), (Answer::Accepted, "a.example: \"good\", *.b.example: \"nochg\""));
}

#[test]
fn a_url_without_the_name_is_asked_for_once() {
    let mut wire = Wire { answers: [says(200, "good")].into(), asked: Vec::new() };
    let reply = update(&home("a.example,b.example"), &recipe("http://p.example/?k=1", false), "203.0.113.7", &mut wire);
    assert_eq!((wire.asked.len(), reply.answer), (1, Answer::Accepted));
}

#[test]
fn the_worst_line_decides_and_names_the_host_it_belongs_to() {
    let cases = [
        ("good\nnohost", NOHOST, "b.example: \"nohost\"; 1 of 2 names accepted"),
        ("nohost\nabuse", Answer::SlowDown(None), "a.example: \"nohost\", b.example: \"abuse\"; 0 of 2 names accepted"),
        ("!yours\r\nnochg 203.0.113.7\r\n", NOHOST, "a.example: \"!yours\"; 1 of 2 names accepted"),
        ("911\ngood", Answer::ServerTrouble(None), "a.example: \"911\"; 1 of 2 names accepted"),
        ("good\nnochg", Answer::Accepted, "a.example: \"good\", b.example: \"nochg\""),
        ("nochg\nnochg", Answer::Unchanged, "a.example: \"nochg\", b.example: \"nochg\""),
        // one line for all
        ("badauth", Answer::Refused(Refusal::BadAuth), "\"badauth\""),
        ("good 203.0.113.7", Answer::Accepted, "\"good 203.0.113.7\""),
    ];
    for (body, answer, said) in cases {
        let (_, reply) = told("a.example,b.example", true, vec![says(200, body)]);
        assert_eq!((reply.answer, reply.said.as_str()), (answer, said), "{body:?}");
    }
}

#[test]
fn one_refused_name_does_not_keep_the_others_from_being_told() {
    let (asked, reply) =
        told("a.example,b.example,c.example", false, vec![says(200, "nohost"), says(404, ""), says(200, "good")]);
    assert_eq!((asked.len(), reply.answer), (3, NOHOST));
    assert_eq!(reply.said, "a.example: \"nohost\", b.example: HTTP status 404; 1 of 3 names accepted");
}

#[test]
fn what_concerns_the_account_or_the_line_ends_the_round() {
    let cases = [
        (says(200, "badauth"), Answer::Refused(Refusal::BadAuth)),
        (says(200, "abuse"), Answer::SlowDown(None)),
        (says(503, ""), Answer::ServerTrouble(None)),
        (Err(Broken::Timeout("answer")), Answer::Unreachable),
    ];
    for (second, answer) in cases {
        let (asked, reply) = told("a.example,b.example,c.example", false, vec![says(200, "good"), second]);
        assert_eq!((asked.len(), &reply.answer), (2, &answer));
        assert!(
            reply.said.starts_with("b.example: ") && reply.said.ends_with("; 1 of 3 names accepted"),
            "{}",
            reply.said
        );
    }
    let (asked, reply) = told("a.example,b.example", false, vec![says(200, "good"), Err(Broken::Interrupted)]);
    assert_eq!((asked.len(), reply.answer), (2, Answer::Interrupted));
}

#[test]
fn names_that_have_the_address_already_are_not_told_again() {
    let round = |together: bool, done: &mut u64, answers: Vec<Result<Response, Broken>>| {
        let mut wire = Wire { answers: answers.into(), asked: Vec::new() };
        let recipe = recipe("http://p.example/?h=[DOMAIN]", together);
        let reply = update_rest(&home("a.example,b.example,c.example"), &recipe, "203.0.113.7", done, &mut wire);
        assert!(wire.answers.is_empty(), "not asked for all: {:?}", wire.asked);
        (wire.asked, reply)
    };
    for together in [true, false] {
        let mut done = 0;
        let first = if together {
            vec![says(200, "good\nnohost\nnochg")]
        } else {
            vec![says(200, "good"), says(200, "nohost"), says(200, "nochg")]
        };
        round(together, &mut done, first);
        assert_eq!(done, 0b101);
        let (asked, reply) = round(together, &mut done, vec![says(200, "nohost")]);
        assert_eq!((asked, done), (vec!["/?h=b.example".to_owned()], 0b101));
        assert_eq!((reply.answer, reply.said.as_str()), (NOHOST, "b.example: \"nohost\"; 2 of 3 names accepted"));
        let (_, reply) = round(together, &mut done, vec![says(200, "good")]);
        assert_eq!((reply.answer, done), (Answer::Accepted, 0b111));
        let again = if together { 1 } else { 3 };
        let (asked, _) = round(together, &mut done, (0..again).map(|_| says(200, "nochg")).collect());
        assert_eq!(asked.len(), again, "all have it: then all are told");
    }
}

#[test]
fn more_names_than_are_kept_count_of_are_told_all_the_same() {
    let names: Vec<String> = (1..=70).map(|n| format!("h{n}.example")).collect();
    let mut wire = Wire { answers: (0..70).map(|_| says(200, "good")).collect(), asked: Vec::new() };
    let mut done = 0;
    let recipe = recipe("http://p.example/?h=[DOMAIN]", false);
    let reply = update_rest(&home(&names.join(",")), &recipe, "203.0.113.7", &mut done, &mut wire);
    assert_eq!((wire.asked.len(), done, reply.answer), (70, u64::MAX, Answer::Accepted));
}

#[test]
fn many_refused_names_do_not_fill_the_log() {
    let names: Vec<String> = (1..=9).map(|n| format!("h{n}.example")).collect();
    let (_, reply) = told(&names.join(" "), true, vec![says(200, &"nohost\n".repeat(9))]);
    assert_eq!(reply.said.matches("nohost").count(), 5);
    assert!(reply.said.ends_with(", ...; 0 of 9 names accepted"), "{}", reply.said);
}

#[test]
fn lines_are_taken_for_names_only_when_there_are_as_many() {
    let judged = |body: &str, names| judge_each(200, None::<Duration>, body.as_bytes(), &["good".to_owned()], names);
    assert_eq!(judged("good\ngood\n", 3), [Answer::Accepted]);
    assert_eq!(judged("good\n\ngood\nnohost", 3), [Answer::Accepted, Answer::Accepted, NOHOST]);
    assert_eq!(judged("good\nwhat", 2), [Answer::Accepted, Answer::Unclear]);
    assert_eq!(judged("good\nnohost", 1), [NOHOST]);
    assert_eq!(judged("", 2), [Answer::Unclear]);
    let huge = "good\n".repeat(1 << 20);
    assert_eq!(judged(&huge, 2), [Answer::Accepted]);
}

#[test]
fn a_star_where_the_provider_takes_none_is_refused_with_a_clear_sentence() {
    let faults = |service: &str, domain: &str| {
        let section = section(&format!(
            "\toption service_name {service}\n\toption username u\n\toption password p\n\toption domain '{domain}'"
        ));
        let recipe = send::recipe(&section, &mut |_: &Path| None).unwrap();
        send::faults(&section, &recipe, &mut |_| true).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let told = faults("duckdns.org", "a.duckdns.org *.a.duckdns.org").concat();
    for part in ["section 'a'", "option 'domain'", "'*.a.duckdns.org'", "wanted the name without it"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(faults("duckdns.org", "a.duckdns.org"), Vec::<String>::new());
    assert_eq!(faults("ovh.com", "*.a.example"), Vec::<String>::new());
}

#[test]
fn needless_updates_are_warned_of_where_they_are_held_against_the_account() {
    let warned = |service: &str, options: &str| {
        let section = section(&format!("\toption service_name {service}\n\toption domain a.example\n{options}"));
        let recipe = send::recipe(&section, &mut |_: &Path| None).unwrap();
        send::foolish(&section, &recipe).iter().map(ToString::to_string).collect::<Vec<_>>().concat()
    };
    let told = warned("nsupdate.info", "");
    for part in ["section 'a'", "option 'force_interval'", "wanted 25 days or more"] {
        assert!(told.contains(part), "{told}");
    }
    assert_eq!(warned("nsupdate.info", "\toption force_interval 28\n\toption force_unit days"), "");
    assert_eq!(warned("nsupdate.info", "\toption force_interval 0"), "");
    assert_eq!(warned("ovh.com", ""), "");
}

#[test]
fn every_rule_in_the_tables_is_a_rule() {
    let mut some = 0;
    for row in [Family::V4, Family::V6].into_iter().flat_map(|family| rows(table(family))).map(Result::unwrap) {
        let rules = Rules::read(row.rules).unwrap_or_else(|why| panic!("{} {why}", row.name));
        assert!(row.target.contains("[DOMAIN]") || !(rules.together || rules.no_star), "{}", row.name);
        some += usize::from(!row.rules.is_empty());
    }
    assert!(some > 8);
    assert!(Rules::read("together|nonsense").unwrap_err().contains("'nonsense'"));
}

#[test]
fn an_owner_s_file_may_say_the_rules_too() {
    let of = |rules: &str| {
        let text = format!(r#"{{"ipv4":{{"url":"https://p.example/?h=[DOMAIN]"{rules}}}}}"#);
        ddns::config::service::recipe("tp", Family::V4, &mut |path| {
            (path == Path::new("/usr/share/ddns/custom/tp.json")).then(|| text.clone().into_bytes())
        })
    };
    assert!(of(r#","rules":"together|no-star""#).unwrap().rules.together);
    assert_eq!(of("").unwrap().rules, Rules::default());
    let why = of(r#","rules":"all""#).unwrap_err();
    assert!(why.contains("tp.json") && why.contains("'all'"), "{why}");
}

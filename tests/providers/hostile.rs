//! What owners mistype, and answers that no provider should give.

use std::time::SystemTime;

use ddns::answer::Answer;
use ddns::config::{Config, Fault, Section};
use ddns::send::{self, Job, Place};
use ddns::world::Route;

use crate::NoHost;
use crate::transcript::Exchange;
use crate::wire::Wire;

fn section(options: &str) -> Section {
    let text = format!("config service 'test'\n\toption lookup_host 'home.example.net'\n{options}");
    Config::read(text.as_bytes(), b"").section("test").unwrap().0
}

const CLOUDFLARE: &str =
    "\toption service_name 'cloudflare.com-v4'\n\toption domain 'home@example.net'\n\toption username 'Bearer'\n";

fn told(section: &Section) -> (Vec<Fault>, Vec<Fault>) {
    let recipe = send::recipe(section, &mut |_| None).unwrap();
    (send::faults(section, &recipe, &mut |_| false), send::warnings(section, &recipe))
}

#[test]
fn a_token_with_a_line_break_is_refused_before_anything_is_sent_and_not_shown() {
    let (faults, _) = told(&section(&format!("{CLOUDFLARE}\toption password 's3cret-a\ns3cret-b'\n")));
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    let said = fault.to_string();
    assert!(said.contains("'test'") && said.contains("'password'") && said.contains("line break"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn a_token_in_quotation_marks_is_sent_as_it_is_but_asked_about() {
    let (faults, warnings) = told(&section(&format!("{CLOUDFLARE}\toption password '\"s3cret-a\"'\n")));
    assert!(faults.is_empty(), "{faults:?}");
    let said = warnings.iter().map(ToString::to_string).collect::<String>();
    assert!(said.contains("'password'") && said.contains("quotation mark") && !said.contains("s3cret"), "{said}");
    let (_, warnings) = told(&section(&format!("{CLOUDFLARE}\toption password 's3cret\"a'\n")));
    assert!(warnings.is_empty(), "{warnings:?}");
}

/// One update whose first answer has this body.
fn answered(body: Vec<u8>) -> (Answer, String) {
    let section = section(&format!("{CLOUDFLARE}\toption password 't0ken-Xq9'\n"));
    let recipe = send::recipe(&section, &mut |_| None).unwrap();
    let mut exchange = Exchange {
        method: "GET".to_owned(),
        url: "https://api.cloudflare.com/client/v4/zones?name=example.net".to_owned(),
        ..Exchange::default()
    };
    exchange.answer.status = 200;
    exchange.answer.body = body;
    let exchanges = [exchange];
    let mut wire = Wire::new(&exchanges);
    let (route, place) = (Route::default(), Place::default());
    let job = Job {
        section: &section,
        recipe: &recipe,
        route: &route,
        address: Some("192.0.2.2".parse().unwrap()),
        registered: None,
        other: None,
        place: &place,
        moment: SystemTime::UNIX_EPOCH,
        dice: 0,
        guessed: None,
    };
    let reply = send::update(&job, &mut wire, &mut NoHost, &mut NoHost);
    wire.finished().unwrap();
    (reply.answer, reply.said)
}

#[test]
fn an_answer_that_is_cut_because_it_is_too_long_changes_nothing_and_says_so() {
    let zones = r#"{"id":"z1","name":"example.net"},"#.repeat(20_000);
    let mut body = format!(r#"{{"success":true,"result":[{zones}"#).into_bytes();
    body.truncate(ddns::world::BODY_LIMIT);
    let (answer, said) = answered(body);
    assert_eq!(answer, Answer::Unclear);
    assert!(said.contains("too long") && said.len() < 400, "{said}");
}

#[test]
fn a_web_page_or_nothing_at_all_in_place_of_json_is_no_success() {
    for body in
        ["<!DOCTYPE html><html><body>Welcome t0ken-Xq9</body></html>", "", "null", "[]", "\"ok\"", "{}", "[[[[[["]
    {
        let (answer, said) = answered(body.as_bytes().to_vec());
        assert_eq!(answer, Answer::Unclear, "{body}: {said}");
        assert!(!said.contains("t0ken"), "{said}");
    }
    // as deep as a parser can be led, and deeper
    let (answer, _) = answered("[".repeat(200_000).into_bytes());
    assert_eq!(answer, Answer::Unclear);
}

//! Answers of another shape than was written down: nothing may be taken for "no record", and nothing may be written after one.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use ddns::answer::{Answer, Reply};
use ddns::config::Config;
use ddns::send::{self, Job, Place};
use ddns::world::{Broken, Http, Request, Response, Route, Trail};

use crate::transcript::{Exchange, Transcript};
use crate::{NoHost, cases, folders, name};

/// Bodies that come with status 200.
fn bodies() -> Vec<String> {
    let plain = [
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action=\"/login\"></form></body></html>",
        "",
        "null",
        "[]",
        "{}",
        "{\"result\":[{\"id\":\"z1\",\"na",
        "{\"data\":{\"data\":{\"data\":\"data\"}},\"result\":7,\"records\":\"none\",\"zones\":true,\"success\":true,\"status\":\"success\"}",
        "[[1,2],{\"name\":null},\"text\"]",
        "<?xml version=\"1.0\"?><other><name>x</name></other>",
    ];
    let deep = ["[".repeat(9_000), "{\"a\":".repeat(2_000), "<a>".repeat(3_000)];
    plain.into_iter().map(str::to_owned).chain(deep).collect()
}

/// Plays the first answers as they were, and gives `body` to whatever is asked then.
struct Odd<'t> {
    good: std::slice::Iter<'t, Exchange>,
    body: &'t str,
    /// What was asked after the first odd answer.
    after: Vec<String>,
    begun: bool,
}

impl Http for Odd<'_> {
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken> {
        self.visit(request, route).map(|(response, _)| response)
    }

    fn visit(&mut self, request: &Request, _: &Route) -> Result<(Response, Trail), Broken> {
        if let Some(next) = self.good.next() {
            return Ok((next.answer.clone(), next.trail.clone()));
        }
        if self.begun {
            self.after.push(format!("{} {}", request.method, request.url));
        }
        self.begun = true;
        let response = Response { status: 200, body: self.body.as_bytes().to_vec(), ..Response::default() };
        Ok((response, Trail::default()))
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        panic!("no provider needs to reach anything")
    }
}

/// An update as a transcript has it, over another wire.
pub(crate) fn update(provider: &str, script: &Transcript, address: IpAddr, wire: &mut dyn Http) -> Reply {
    let config = Config::read(script.configuration(provider).as_bytes(), b"");
    let (section, _) = config.section("test").unwrap();
    let recipe = send::recipe(&section, &mut |_| None).unwrap();
    let (route, place) = (Route::default(), Place::default());
    let job = Job {
        section: &section,
        recipe: &recipe,
        route: &route,
        address: Some(address),
        other: None,
        registered: script.registered,
        place: &place,
        moment: SystemTime::UNIX_EPOCH + Duration::from_secs(script.moment),
        dice: script.dice,
        guessed: None,
    };
    send::update(&job, wire, &mut NoHost, &mut NoHost)
}

/// Every transcript of an update that writes, with its provider and its case.
pub(crate) fn updates() -> Vec<(String, String, Transcript)> {
    let mut all = Vec::new();
    for folder in folders() {
        let provider = folder.file_name().unwrap().to_string_lossy().into_owned();
        for case in cases(&folder).iter().filter(|case| name(case).starts_with("updated")) {
            let script = Transcript::read(&std::fs::read_to_string(case).unwrap()).unwrap();
            if script.address.is_some() {
                all.push((provider.clone(), name(case), script));
            }
        }
    }
    all
}

/// How many questions come before the first request that holds the new address.
fn questions(script: &Transcript, address: IpAddr) -> usize {
    let text = address.to_string();
    let encoded = text.replace(':', "%3A");
    let holds = |what: &str| what.contains(&text) || what.contains(&encoded) || what.contains(&encoded.to_lowercase());
    let write = script.exchanges.iter().position(|one| holds(&one.url) || holds(&one.body));
    write.unwrap_or(script.exchanges.len())
}

/// They cannot be asked: the first request is the update.
const BLIND: &[&str] = &["dnsexit.com-api", "dynadot.com", "freedns.42.pl"];

/// An empty list is what these answer, as documented, for a name that has no record: one is created then.
const EMPTY: &[&str] = &[
    "alwaysdata.com",
    "cloudns.net",
    "desec.io-api",
    "domeneshop.no",
    "dynv6.com-api",
    "godaddy.com-v1",
    "hostinger.com",
    "luadns.com-v1",
    "mailinabox.email",
    "nearlyfreespeech.net",
    "netlify.com",
    "ovh.com-api",
    "zone.eu",
];

#[test]
fn only_providers_that_cannot_be_asked_are_told_without_a_question() {
    let mut blind: Vec<String> = updates()
        .into_iter()
        .filter(|(_, _, script)| questions(script, script.address.unwrap()) == 0)
        .map(|(provider, ..)| provider)
        .collect();
    blind.dedup();
    assert_eq!(blind, BLIND);
}

#[test]
fn an_answer_of_another_shape_is_no_success_and_nothing_is_written_after_it() {
    let (bodies, mut wrong, mut played) = (bodies(), Vec::new(), 0);
    for (provider, case, script) in updates() {
        let address = script.address.unwrap();
        for at in 0..questions(&script, address) {
            for body in &bodies {
                played += 1;
                let good = script.exchanges[..at].iter();
                let mut wire = Odd { good, body, after: Vec::new(), begun: false };
                let reply = update(&provider, &script, address, &mut wire);
                let begin: String = body.chars().take(30).collect();
                let wrote =
                    wire.after.iter().find(|asked| ["PUT ", "PATCH ", "DELETE "].iter().any(|m| asked.starts_with(m)));
                let good = matches!(reply.answer, Answer::Accepted | Answer::Unchanged);
                let no_record = body == "[]" && EMPTY.contains(&provider.as_str());
                if (good || wrote.is_some()) && !no_record {
                    wrong.push(format!(
                        "{provider}/{case}: answer {at} {begin:?}: {:?} {} {wrote:?}",
                        reply.answer, reply.said
                    ));
                }
                if reply.said.len() > 600 {
                    wrong.push(format!("{provider}/{case}: says too much: {}", reply.said.len()));
                }
            }
        }
    }
    assert!(played > 500 && wrong.is_empty(), "{played} played\n{}", wrong.join("\n"));
}

/// Gives one page of a list after another, each with the next one behind it.
struct Endless {
    pages: usize,
    row: &'static str,
    rows: usize,
}

impl Http for Endless {
    fn exchange(&mut self, request: &Request, _: &Route) -> Result<Response, Broken> {
        assert_eq!(
            request.method == "GET",
            !request.url.path.ends_with("/token"),
            "{} {}",
            request.method,
            request.url
        );
        self.pages += 1;
        let (rows, page) = (vec![self.row; self.rows].join(","), self.pages);
        let body = format!(
            r#"{{"access_token":"t0k","nextPageToken":"p{page}","managedZones":[],"domains":[{rows}],"data":[{rows}],"meta":{{"links":{{"next":"p{page}"}}}}}}"#
        );
        Ok(Response { status: 200, body: body.into_bytes(), ..Response::default() })
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        panic!("no provider needs to reach anything")
    }
}

#[test]
fn a_list_without_an_end_is_left_and_not_taken_for_one_without_the_record() {
    let row = r#"{"id":1,"domain":"example.org"}"#;
    let mut played = Vec::new();
    for (provider, _, script) in updates() {
        let lists = ["cloud.google.com-v1", "linode.com", "vultr.com"];
        if !lists.contains(&provider.as_str()) || played.contains(&provider) {
            continue;
        }
        let mut wire = Endless { pages: 0, row, rows: 100 };
        let reply = update(&provider, &script, script.address.unwrap(), &mut wire);
        // where the owner names the zone, no list is asked for
        if wire.pages < 10 {
            continue;
        }
        assert!(wire.pages < 60, "{provider}: {} pages", wire.pages);
        assert!(reply.answer == Answer::Unclear && reply.said.contains("no end"), "{provider}: {reply:?}");
        played.push(provider);
    }
    assert_eq!(played.len(), 3, "{played:?}");
}

#[test]
fn pages_of_nothing_do_not_fill_the_memory() {
    let (_, _, script) = updates().into_iter().find(|(provider, ..)| provider == "vultr.com").unwrap();
    let mut wire = Endless { pages: 0, row: "{}", rows: 15_000 };
    let reply = update("vultr.com", &script, script.address.unwrap(), &mut wire);
    assert!(reply.answer == Answer::Unclear && wire.pages == 2, "{} pages: {reply:?}", wire.pages);
}

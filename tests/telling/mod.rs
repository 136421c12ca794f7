//! What tests of `send` share: a section out of a few options, a wire that only listens, a machine that must not be asked.
#![allow(dead_code, reason = "each test file uses its part")]

use std::io;
use std::net::IpAddr;

use ddns::address::Family;
use ddns::answer::Reply;
use ddns::config::service::Recipe;
use ddns::config::{Config, Section};
use ddns::dns::Lookup;
use ddns::send::{self, Job, Place};
use ddns::world::{
    Broken, Dns, Host, Http, Interface, Message, Network, Request, Response, Route, Script, ScriptEnd, Silent, Via,
};

/// A section of these option lines; `lookup_host` is there.
pub(crate) fn section(lines: &str) -> Section {
    let text = format!("config service 'a'\n\toption lookup_host 'h.example'\n{lines}\n");
    Config::read(text.as_bytes(), b"").section("a").unwrap().0
}

/// A value in single quotes, as libuci writes it.
pub(crate) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Keeps the requests, answers always the same.
#[derive(Default)]
pub(crate) struct Ear {
    pub(crate) heard: Vec<Request>,
    pub(crate) answer: Option<Result<Response, Broken>>,
}

impl Ear {
    /// One that answers with this status and body.
    pub(crate) fn saying(status: u16, body: &str) -> Self {
        let response = Response { status, body: body.as_bytes().to_vec(), ..Response::default() };
        Self { heard: Vec::new(), answer: Some(Ok(response)) }
    }
}

impl Http for Ear {
    fn exchange(&mut self, request: &Request, _: &Route) -> Result<Response, Broken> {
        self.heard.push(request.clone());
        self.answer.take().unwrap_or_else(|| Ok(Response { status: 200, ..Response::default() }))
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        unreachable!("nobody asks whether a server is there")
    }
}

/// A machine on which nothing may be run.
pub(crate) struct Idle;

impl Host for Idle {
    fn networks(&mut self) -> Result<Option<Vec<Network>>, String> {
        unreachable!("nobody asks for networks here")
    }
    fn interfaces(&mut self) -> io::Result<Vec<Interface>> {
        unreachable!("nobody asks for interfaces here")
    }
    fn run(&mut self, script: &Script) -> io::Result<ScriptEnd> {
        panic!("{:?} must not be run", script.argv)
    }
}

impl Dns for Idle {
    fn lookup(&mut self, name: &str, _: Family, _: &Via) -> Lookup {
        panic!("{name} must not be asked for")
    }
    fn exchange(&mut self, _: &Message<'_>) -> Result<Vec<u8>, Silent> {
        panic!("no name server is told")
    }
}

/// One update by this recipe.
pub(crate) fn update(section: &Section, recipe: &Recipe, address: &str, http: &mut dyn Http) -> Reply {
    update_rest(section, recipe, address, &mut 0, http)
}

/// One update of the names that are not done yet.
pub(crate) fn update_rest(
    section: &Section,
    recipe: &Recipe,
    address: &str,
    done: &mut u64,
    http: &mut dyn Http,
) -> Reply {
    let (route, place) = (Route::default(), Place::default());
    let address: Option<IpAddr> = Some(address.parse().unwrap());
    let moment = std::time::SystemTime::UNIX_EPOCH;
    let job = Job {
        section,
        recipe,
        route: &route,
        address,
        other: None,
        registered: None,
        place: &place,
        moment,
        dice: 0,
        guessed: None,
    };
    send::update_rest(&job, done, http, &mut Idle, &mut Idle)
}

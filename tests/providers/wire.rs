//! A wire that plays a transcript.

use ddns::url::Url;
use ddns::world::{Broken, Http, Request, Response, Route, Trail};

use crate::salted;
use crate::transcript::Exchange;

pub(crate) struct Wire<'t> {
    left: std::slice::Iter<'t, Exchange>,
    wrong: Option<String>,
}

impl<'t> Wire<'t> {
    pub(crate) fn new(exchanges: &'t [Exchange]) -> Self {
        Self { left: exchanges.iter(), wrong: None }
    }

    /// Whether all that was written was asked, and nothing else.
    pub(crate) fn finished(mut self) -> Result<(), String> {
        match (self.wrong.take(), self.left.next()) {
            (Some(wrong), _) => Err(wrong),
            (None, Some(left)) => Err(format!("never asked: {} {}", left.method, left.url)),
            (None, None) => Ok(()),
        }
    }

    fn fails(&mut self, why: String) -> Broken {
        self.wrong.get_or_insert(why);
        Broken::Connect("the wire".to_owned(), "not in the transcript".to_owned())
    }
}

fn login(url: &Url) -> String {
    url.login.as_ref().map_or_else(String::new, |login| String::from_utf8_lossy(login.reveal()).into_owned())
}

impl Http for Wire<'_> {
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken> {
        self.visit(request, route).map(|(response, _)| response)
    }

    fn visit(&mut self, request: &Request, _: &Route) -> Result<(Response, Trail), Broken> {
        let asked = format!("{} {}", request.method, request.url);
        let Some(expected) = self.left.next() else {
            return Err(self.fails(format!("not in the transcript: {asked}")));
        };
        if asked != format!("{} {}", expected.method, expected.url) {
            return Err(self.fails(format!("asked {asked}, wanted {} {}", expected.method, expected.url)));
        }
        if !request.confidential {
            return Err(self.fails(format!("{asked} may be carried to another host")));
        }
        for (name, value) in &expected.headers {
            let sent = request.headers.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name));
            let sent = sent.map(|(_, value)| String::from_utf8_lossy(value.reveal()).into_owned());
            let sent = sent.or((value == "none").then(|| value.clone()));
            let sent = if name == "Login" { Some(login(&request.url)) } else { sent };
            if sent.as_deref() != Some(value) {
                return Err(self.fails(format!("{asked}: field {name} is {sent:?}, wanted '{value}'")));
            }
        }
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        if !same(&body, &expected.body) {
            return Err(self.fails(format!("{asked}: body {body}, wanted {}", expected.body)));
        }
        Ok((expected.answer.clone(), expected.trail.clone()))
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        Err(self.fails("no provider needs to reach anything".to_owned()))
    }
}

/// JSON by what it says, anything else letter by letter.
fn same(sent: &str, wanted: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    match (json(sent), json(wanted)) {
        (Some(sent), Some(wanted)) if wanted["jwt"].is_string() => {
            let token = |json: &serde_json::Value| json["jwt"].as_str().unwrap_or_default().to_owned();
            salted::verified(&token(&sent)) == Some(&token(&wanted))
        }
        (Some(sent), Some(wanted)) => sent == wanted,
        _ => sent.trim_end() == wanted.trim_end(),
    }
}

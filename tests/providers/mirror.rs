//! A server that says back all it was told: nothing of it that opens a door may be told on.

use ddns::config::Config;
use ddns::send;
use ddns::world::{Broken, Http, Request, Response, Route, Trail};

use crate::shapes::{update, updates};
use crate::transcript::{Exchange, Transcript};

/// Plays the first answers as they were, and then says back what it was sent, as the text of an error.
struct Mirror<'t> {
    good: std::slice::Iter<'t, Exchange>,
    status: u16,
    json: bool,
    sent: String,
}

impl Http for Mirror<'_> {
    fn exchange(&mut self, request: &Request, route: &Route) -> Result<Response, Broken> {
        self.visit(request, route).map(|(response, _)| response)
    }

    fn visit(&mut self, request: &Request, _: &Route) -> Result<(Response, Trail), Broken> {
        let fields = request.headers.iter();
        let fields = fields.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.reveal())));
        let fields: Vec<String> = fields.filter(|field| !field.starts_with("Accept")).collect();
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        self.sent = format!("{} {} {body}", fields.join(" "), request.url);
        if let Some(next) = self.good.next() {
            return Ok((next.answer.clone(), next.trail.clone()));
        }
        let said = &self.sent;
        let body = if self.json {
            serde_json::json!({
                "message": said, "msg": said, "error": said, "detail": said, "errors": [{"message": said, "detail": said}],
                "longmessage": said, "statusDescription": said, "success": false, "status": "error", "Code": "X", "Message": said,
                "Response": {"Error": {"Code": "X", "Message": said}}, "Error": said, "code": 1,
            })
            .to_string()
        } else {
            said.clone()
        };
        Ok((Response { status: self.status, body: body.into_bytes(), ..Response::default() }, Trail::default()))
    }

    fn reach(&mut self, _: &str, _: u16, _: &Route) -> Result<(), Broken> {
        panic!("no provider needs to reach anything")
    }
}

/// What opens a door: options, and what was given on the way: tokens, sessions, cookies, tokens that we signed ourselves.
fn keys(script: &Transcript, sent: &str) -> Vec<String> {
    let mut keys = script.secrets();
    for exchange in &script.exchanges {
        let answer = String::from_utf8_lossy(&exchange.answer.body).into_owned();
        let json: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        let members = ["token", "access_token", "iamToken"].map(|member| json[member].as_str());
        let members = members.into_iter().chain([json["responsedata"]["apisessionid"].as_str()]);
        keys.extend(members.flatten().map(str::to_owned));
        let cookies = exchange.trail.cookies.iter().chain(&exchange.answer.cookie);
        let cookies = cookies.map(|cookie| String::from_utf8_lossy(cookie.reveal()).into_owned());
        keys.extend(cookies.filter_map(|cookie| Some(cookie.split(';').next()?.split_once('=')?.1.to_owned())));
    }
    let signed =
        ["assertion=", "\"jwt\":\"", "\"tan\":\"", "Signature: ", "Signature=", "X-Ovh-Signature: ", "x-dnsme-hmac: "];
    for mark in signed {
        keys.extend(
            sent.split_once(mark)
                .map(|(_, rest)| rest.split(['"', '&', ' ', ',']).next().unwrap_or_default().to_owned()),
        );
    }
    keys.retain(|key| key.len() > 3);
    keys
}

#[test]
fn what_a_server_says_back_is_covered_wherever_it_opens_a_door() {
    let (mut wrong, mut met) = (Vec::new(), 0);
    for (provider, case, script) in updates() {
        let address = script.address.unwrap();
        let config = Config::read(script.configuration(&provider).as_bytes(), b"");
        let (section, _) = config.section("test").unwrap();
        let mask = send::mask(&section, &send::recipe(&section, &mut |_| None).unwrap());
        for at in 0..script.exchanges.len() {
            for (status, json) in [(500, true), (500, false), (200, true), (200, false), (400, true)] {
                let good = script.exchanges[..at].iter();
                let mut wire = Mirror { good, status, json, sent: String::new() };
                let reply = update(&provider, &script, address, &mut wire);
                // what the run keeps in its files has gone through the section's own mask
                let kept = String::from_utf8_lossy(&mask.cover_bytes(&reply.body)).into_owned();
                for key in keys(&script, &wire.sent) {
                    met += usize::from(wire.sent.contains(&key));
                    if reply.said.contains(&key) || kept.contains(&key) {
                        wrong
                            .push(format!("{provider}/{case} {at} {status}: '{key}' is told: {} | {kept}", reply.said));
                    }
                }
            }
        }
    }
    assert!(met > 200 && wrong.is_empty(), "{met} met\n{}", wrong.join("\n"));
}
